import { createHash } from "node:crypto";
import { encode } from "cborg";
import { firstAbi, resettingAbi } from "../abi/firmware-abi.js";
import { WasmoteError } from "../errors.js";
import { openModule } from "../package/open.js";
import { readInterface } from "../wasm/interface.js";
import { encodeCustomSection } from "../wasm/sections.js";
import { concatenate } from "../wasm/writer.js";
import { keyIdBytes, type PrivateKey, sameBytes, signatureBytes, signBytes } from "./keys.js";
import {
  delimiterSection,
  layoutOf,
  rollingHashes,
  selfTestSection,
  signatureSection,
  trustSection,
  unsignedContent,
} from "./layout.js";
import { readTrustOf, type TrustOfFile } from "./read.js";
import { encodeSelfTest, requireSelfTestOf, type SelfTest } from "./self-test-section.js";
import {
  decodeSignatures,
  ed25519,
  encodeSignatures,
  type Signature,
  type SignedHashes,
  signedMessage,
} from "./signature-section.js";
import { encodeTrust, type Trust } from "./trust-section.js";

/**
 * What the signer says. What is left out is as in the file where that is signed already; else the id is the model's name,
 * the version 1, and the interface (ABI) the least that runs the model.
 */
export interface SignOptions extends Partial<Trust> {
  /** What a board runs before it believes the model; null for none. */
  selfTest?: SelfTest | null;
}

/** A file that was signed. */
export interface SignedModule extends TrustOfFile {
  wasm: Uint8Array;
  /** Bytes of it that signing has put before what was built. */
  addedBytes: number;
  /** Signatures by other keys that were there and hold. */
  kept: number;
  /** Signatures that were there and are left out: they are of other bytes, or in a form that we do not write. */
  dropped: number;
}

/** The weights stay where they are, modulo this: all that is added is as long as a multiple of it. */
const alignment = 16;

/**
 * With one signature, preamble to delimiter are at most so many bytes: they are the first packet of an upload to a board
 * that takes packets of 512.
 */
export const maxHeadBytes = 380;

const preambleBytes = 8;
const delimiterBytes = 16;

/**
 * Signs a built model: puts the sections `signature`, `wasmote.trust`, `signature_delimiter` and, with a self-test,
 * `wasmote.selftest` before all others. The same file, key and options give the same bytes. A file that is signed and
 * of which nothing changes keeps its other signatures; else they are left out. Formats: docs/security.md.
 *
 * @throws as `openModule`; `signature-malformed`; `trust-invalid` where the options are not what a file may say;
 * `self-test-invalid`
 */
export function signModule(wasm: Uint8Array, key: PrivateKey, options: SignOptions = {}): SignedModule {
  const { manifest } = openModule(wasm);
  const layout = layoutOf(wasm);
  const before = readTrustOf(layout);
  const { selfTest: asked, ...said } = options;
  const trust: Trust = {
    ...(before?.trust ?? { id: manifest.name, version: 1, abi: neededAbi(wasm) }),
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
  const selfTest = asked === undefined ? before?.selfTest : (asked ?? undefined);
  if (selfTest !== undefined) requireSelfTestOf(selfTest, manifest);
  const built = unsignedContent(wasm, layout);
  const content = isAsBefore(before, trust, selfTest) ? layout.content : newContent(built, trust, selfTest);
  const builtBytes = built.reduce((sum, { length }) => sum + length, preambleBytes);
  const all = layout.signature === undefined ? [] : decodeSignatures(layout.signature);
  return signed(wasm.subarray(0, preambleBytes), content, key, all, builtBytes);
}

/** The least interface of a firmware that runs the model: one with state is to be reset. */
function neededAbi(wasm: Uint8Array): number {
  return readInterface(wasm).exports.has("reset") ? resettingAbi : firstAbi;
}

function isAsBefore(before: TrustOfFile | undefined, trust: Trust, selfTest: SelfTest | undefined): boolean {
  if (before === undefined) return false;
  const of = (each: Trust, test: SelfTest | undefined) => encode([each, test ?? null]);
  return sameBytes(of(before.trust, before.selfTest), of(trust, selfTest));
}

/** What is signed: padded, so that with a signature of any number of keys it is a multiple of 16 longer. */
function newContent(built: readonly Uint8Array[], trust: Trust, selfTest: SelfTest | undefined): Uint8Array {
  const test = selfTest === undefined ? [] : [encodeCustomSection(selfTestSection, encodeSelfTest(selfTest))];
  const fixed = emptySignature.length + delimiterSectionOf([]).length + (test[0]?.length ?? 0);
  for (let padBytes = 0; ; padBytes++) {
    const section = encodeCustomSection(trustSection, encodeTrust(trust, padBytes));
    if ((section.length + fixed) % alignment !== 0) continue;
    const delimiter = delimiterSectionOf([section, ...test, ...built]);
    requireShort(section, delimiter);
    return concatenate([section, delimiter, ...test, ...built]);
  }
}

/** A delimiter should be no other file's: its bytes are of a hash, so that signing needs no random source. */
function delimiterSectionOf(signedBytes: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256").update("wasmote delimiter");
  for (const bytes of signedBytes) hash.update(bytes);
  return encodeCustomSection(delimiterSection, hash.digest().subarray(0, delimiterBytes));
}

function requireShort(trust: Uint8Array, delimiter: Uint8Array): void {
  const length = preambleBytes + emptySignature.length + trust.length + delimiter.length;
  if (length <= maxHeadBytes) return;
  throw new WasmoteError(
    "trust-invalid",
    `${length} bytes before the model; boards take up to ${maxHeadBytes}`,
    {},
    { help: "Give a shorter id, or name fewer boards: a family, as rp2, for all of its boards." },
  );
}

/** The section `signature` with one signature, all zeros: each further one of that form takes 80 bytes more. */
const emptySignature = signatureSectionOf(
  [new Uint8Array(32), new Uint8Array(32)],
  [{ keyId: new Uint8Array(keyIdBytes), algorithm: ed25519, bytes: new Uint8Array(signatureBytes) }],
);

function signatureSectionOf(hashes: Uint8Array[], signatures: Signature[]): Uint8Array {
  return encodeCustomSection(signatureSection, encodeSignatures([{ hashes, signatures }]));
}

function signed(
  preamble: Uint8Array,
  content: Uint8Array,
  key: PrivateKey,
  before: readonly SignedHashes[],
  builtBytes: number,
): SignedModule {
  const unsigned = concatenate([preamble, content]);
  const hashes = rollingHashes(unsigned, layoutOf(unsigned));
  const own: Signature = {
    keyId: key.public.id,
    algorithm: ed25519,
    bytes: signBytes(key, signedMessage(hashes)),
  };
  const others = before.flatMap((set) =>
    set.signatures
      .filter(({ keyId }) => !isSame(keyId, key.public.id))
      .map((signature) => ({ set, signature })),
  );
  const kept = others
    .filter(({ set, signature }) => isSameList(set.hashes, hashes) && isOurForm(signature))
    .map(({ signature }) => signature);
  const wasm = concatenate([preamble, signatureSectionOf(hashes, [...kept, own]), content]);
  const read = readTrustOf(layoutOf(wasm)) as TrustOfFile;
  return {
    wasm,
    addedBytes: wasm.length - builtBytes,
    ...read,
    kept: kept.length,
    dropped: others.length - kept.length,
  };
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && sameBytes(a, b);

const isSameList = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((bytes, i) => isSame(b[i], bytes));

/** Whether a signature takes 80 bytes, as ours do. */
function isOurForm({ keyId, algorithm, bytes }: Signature): boolean {
  return keyId?.length === keyIdBytes && algorithm === ed25519 && bytes.length === signatureBytes;
}
