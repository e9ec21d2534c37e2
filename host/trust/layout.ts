import { createHash } from "node:crypto";
import { WasmoteError } from "../errors.js";
import { encodeCustomSection, listSections, type Section } from "../wasm/sections.js";

/** Names of the sections of a signed file, in their order. Source of the first and third: Signatures.md. */
export const signatureSection = "signature";
export const trustSection = "wasmote.trust";
export const delimiterSection = "signature_delimiter";
export const selfTestSection = "wasmote.selftest";

const trustSections = [signatureSection, trustSection, delimiterSection, selfTestSection];

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A module as signatures see it. */
export interface Layout {
  /** Contents of the section `signature`, where it is the first one. */
  signature: Uint8Array | undefined;
  /** What is signed: everything behind that section, or else behind the preamble. */
  content: Uint8Array;
  sections: Section[];
}

/** Takes a module apart; only its sections' lengths are looked at. Throws `module-invalid`, `signature-malformed`. */
export function layoutOf(wasm: Uint8Array): Layout {
  const sections = sectionsOf(wasm);
  const [first] = sections;
  const signed = first !== undefined && isCalled(first, signatureSection);
  // Nothing signs how the section itself is encoded: there is one way.
  if (signed && encodeCustomSection(signatureSection, first.bytes).length !== first.sectionBytes) {
    throw new WasmoteError("signature-malformed", "a number is not encoded in the shortest way");
  }
  return {
    signature: signed ? first.bytes : undefined,
    content: wasm.subarray(preamble.length + (signed ? first.sectionBytes : 0)),
    sections,
  };
}

function sectionsOf(wasm: Uint8Array): Section[] {
  try {
    if (preamble.every((byte, i) => wasm[i] === byte)) return listSections(wasm);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WasmoteError("module-invalid", error.message);
  }
  throw new WasmoteError("module-invalid", "it does not begin as a module does");
}

/** Whether a section is the custom one of that name. */
export function isCalled({ custom, name }: Section, expected: string): boolean {
  return custom && name === expected;
}

/** Where a section ends in its file. */
export function endOf({ offset, bytes }: Section): number {
  return offset + bytes.length;
}

/** A module's sections without all that signing adds to it: what was built. */
export function unsignedContent(wasm: Uint8Array, { sections }: Layout): Uint8Array[] {
  return sections
    .filter(({ custom, name }) => !(custom && trustSections.includes(name)))
    .map((section) => wasm.subarray(endOf(section) - section.sectionBytes, endOf(section)));
}

/**
 * SHA-256 of what is signed, from its start up to and with each delimiter, and up to its end. Source: Signatures.md,
 * "Signature data"; what stands behind the last delimiter is hashed as wasmsign2 does it.
 */
export function rollingHashes(wasm: Uint8Array, { signature, content, sections }: Layout): Uint8Array[] {
  const hash = createHash("sha256");
  const hashes: Uint8Array[] = [];
  let at = wasm.length - content.length;
  const upTo = (end: number): void => {
    hash.update(wasm.subarray(at, end));
    at = end;
    hashes.push(new Uint8Array(hash.copy().digest()));
  };
  for (const section of signature === undefined ? sections : sections.slice(1)) {
    if (isCalled(section, delimiterSection)) upTo(endOf(section));
  }
  if (at < wasm.length || hashes.length === 0) upTo(wasm.length);
  return hashes;
}
