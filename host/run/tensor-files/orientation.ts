import type { Pixels } from "./pixels.js";

const exifMagic = "Exif\0\0";
const orientationTag = 0x0112;
/** Of a directory's entry: bytes in all, where its value is, and the type of a 16-bit number. */
const [entryBytes, valueOffset, shortType] = [12, 8, 3];

/**
 * Orientation in an APP1 segment of EXIF, 1 to 8; undefined where it has none.
 * Source: Exif 2.32, TIFF 6.0.
 */
export function readOrientation(segment: Uint8Array): number | undefined {
  if (segment.length < 14 || String.fromCharCode(...segment.subarray(0, 6)) !== exifMagic) return undefined;
  const tiff = segment.subarray(exifMagic.length);
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return undefined;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * entryBytes;
    if (at + entryBytes > tiff.length) return undefined;
    if (view.getUint16(at, little) !== orientationTag) continue;
    const value = view.getUint16(at + valueOffset, little);
    return view.getUint16(at + 2, little) === shortType && value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** Upright pixels of a picture that is stored in this orientation, 1 to 8. */
export function turn(picture: Pixels, orientation: number): Pixels {
  if (orientation === 1) return picture;
  const swapped = orientation >= 5;
  const [width, height] = swapped ? [picture.height, picture.width] : [picture.width, picture.height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const from = new Uint32Array(picture.rgba.buffer, picture.rgba.byteOffset, picture.width * picture.height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = swapped ? [y, x] : [x, y];
      const storedColumn = fromRight ? picture.width - 1 - column : column;
      const storedRow = fromBottom ? picture.height - 1 - row : row;
      to[y * width + x] = from[storedRow * picture.width + storedColumn]!;
    }
  }
  return { width, height, rgba: new Uint8Array(to.buffer) };
}
