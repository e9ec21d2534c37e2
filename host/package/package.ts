import { encode } from "cborg";
import { encodeCustomSection } from "../wasm/sections.js";
import { concatenate, encodeLeb128 } from "../wasm/writer.js";
import { type Manifest, manifestSection, weightsSection } from "./manifest.js";

/** Alignment in bytes of the weights within the file, so that a board that maps the file can use them in place. */
const weightsAlignment = 16;

/** Name of the section that fills up to the alignment. */
export const fillSection = "wasmote.fill";

/**
 * Puts code, manifest and weights into one file: a valid WebAssembly module whose weights start at a multiple of
 * 16. The same input gives the same bytes.
 */
export function packageModule(code: Uint8Array, manifest: Manifest, weights: Uint8Array): Uint8Array {
  const manifestBytes = encodeCustomSection(manifestSection, encode(manifest));
  return concatenate([code, manifestBytes, ...weightsBehind(code.length + manifestBytes.length, weights)]);
}

/** The last sections of a file, behind so many bytes: what fills up, and the weights. */
export function weightsBehind(before: number, weights: Uint8Array): Uint8Array[] {
  const nameBytes = weightsSection.length;
  const head = 1 + encodeLeb128(1 + nameBytes + weights.length).length + 1 + nameBytes;
  const emptyFill = encodeCustomSection(fillSection, new Uint8Array(0)).length;
  const missing = (weightsAlignment - ((before + emptyFill + head) % weightsAlignment)) % weightsAlignment;
  return [
    encodeCustomSection(fillSection, new Uint8Array(missing)),
    encodeCustomSection(weightsSection, weights),
  ];
}
