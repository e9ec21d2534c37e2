import { isWasm, listSections, type Section } from "../wasm/sections.js";

/** Name of the section behind which a file's signature has a hash of its own. */
const delimiter = "signature_delimiter";
/** Most bytes that a patch holds in clear. */
const mostClear = 65535;

/** The sections of a module; none of another file. */
export function sectionsOf(bytes: Uint8Array): Section[] {
  if (!isWasm(bytes)) return [];
  try {
    return listSections(bytes);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/**
 * Bytes at the new file's beginning that a board looks at before it erases anything: up to the end of its signature's
 * delimiter; none where there is none, or it does not come soon.
 */
export function clearLength(bytes: Uint8Array): number {
  const found = sectionsOf(bytes).find(({ custom, name }) => custom && name === delimiter);
  const end = found === undefined ? 0 : found.offset + found.bytes.length;
  return end > mostClear ? 0 : end;
}
