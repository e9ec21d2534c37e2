import { WasmoteError } from "../../errors.js";
import { maxPicturePixels } from "../../files/limits.js";
import { damaged } from "./damaged.js";

/** A decoded picture: red, green, blue and alpha of each pixel, 8 bits, row-major. */
export interface Pixels {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/**
 * Throws `input-size` for a picture larger than is decoded, by what its header says, and `input-invalid` for one
 * without pixels.
 */
export function requireDecodable(width: number, height: number, ending: string): void {
  if (width < 1 || height < 1) throw damaged(ending, `${width} pixels wide and ${height} high`);
  if (width * height > maxPicturePixels) {
    throw new WasmoteError(
      "input-size",
      `a picture ${width} wide and ${height} high; up to ${maxPicturePixels} pixels are decoded`,
    );
  }
}
