import { WasmoteError } from "../../errors.js";

/** "GCOL", version 1 and three zeros, with which a collection of strings begins. */
const signature = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];

/** Bytes before the objects of a collection, and before the data of an object, where lengths have 8 bytes. */
const headerBytes = 16;

/** The least size of a collection. */
const leastCollection = 4096;

const corrupt = (detail: string): WasmoteError => new WasmoteError("model-corrupt", `HDF5: ${detail}`);

/** Throws unless the file's addresses and lengths have 8 bytes, as all have that Keras writes. */
function requireWide(bytes: Uint8Array): void {
  const version = bytes[8] ?? 0;
  const [offsets, lengths] = version < 2 ? [bytes[13], bytes[14]] : [bytes[9], bytes[10]];
  if (offsets !== 8 || lengths !== 8)
    throw corrupt(`addresses of ${offsets} and lengths of ${lengths} bytes; Keras writes 8`);
}

/**
 * Checks what the library does not: that the objects of each collection of strings (global heap) lie in it, one behind the
 * other. It would walk those of other sizes without end. Source: HDF5 File Format Specification, III.E.
 *
 * @throws `model-corrupt`
 */
export function checkHeaps(bytes: Uint8Array): void {
  requireWide(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first = 0] = signature;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    const isCollection =
      at + headerBytes <= bytes.length && signature.every((byte, i) => bytes[at + i] === byte);
    if (isCollection) checkCollection(view, at);
  }
}

function checkCollection(view: DataView, at: number): void {
  const size = Number(view.getBigUint64(at + 8, true));
  if (size < leastCollection || at + size > view.byteLength)
    throw corrupt(`a collection of strings claims ${size} bytes`);
  const end = at + size;
  let object = at + headerBytes;
  // What is left in the end, less than a header, is not used.
  while (object + headerBytes <= end) {
    const index = view.getUint16(object, true);
    const length = Number(view.getBigUint64(object + 8, true));
    const space = index === 0 ? length : headerBytes + Math.ceil(length / 8) * 8;
    if (space < headerBytes || object + space > end)
      throw corrupt(`a string claims ${length} bytes of a collection of ${size}`);
    object += space;
  }
}
