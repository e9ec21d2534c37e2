import { encode } from "cborg";
import { type Manifest, manifestSection, weightsSection } from "./manifest.js";
import { encodeCustomSection, encodeLeb128 } from "./sections.js";

/** Alignment in bytes of the weights within the file, so that a board that maps the file can use them in place. */
const weightsAlignment = 16;

/** Name of the section that fills up to the alignment. */
const fillSection = "wasmote.fill";

/**
 * Puts code, manifest and weights into one file: a valid WebAssembly module whose weights start at a multiple of
 * 16. The same input gives the same bytes.
 */
export function packageModule(code: Uint8Array, manifest: Manifest, weights: Uint8Array): Uint8Array {
  const manifestBytes = encodeCustomSection(manifestSection, encode(manifest));
  const before = code.length + manifestBytes.length;
  const nameBytes = weightsSection.length;
  const head = 1 + encodeLeb128(1 + nameBytes + weights.length).length + 1 + nameBytes;
  const emptyFill = encodeCustomSection(fillSection, new Uint8Array(0)).length;
  const missing = (weightsAlignment - ((before + emptyFill + head) % weightsAlignment)) % weightsAlignment;
  const parts = [
    code,
    manifestBytes,
    encodeCustomSection(fillSection, new Uint8Array(missing)),
    encodeCustomSection(weightsSection, weights),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
