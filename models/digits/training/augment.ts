import { pixelsPerDigit } from "./data.ts";
import type { Random } from "./random.ts";

/**
 * Draws one digit under a small random affine map: rotation up to 12 degrees, scale 0.87 to 1.13 (each axis
 * on its own), shear up to 0.15, shift up to 2.5 pixels; bilinear, paper outside.
 * `source` is uint8 [28, 28] at `from`; `target` is float32 [28, 28] at `to`, 0 to 1.
 */
export function augment(
  source: Uint8Array,
  from: number,
  target: Float32Array,
  to: number,
  random: Random,
): void {
  const angle = random.between(-0.21, 0.21);
  const scaleX = random.between(0.87, 1.13);
  const scaleY = random.between(0.87, 1.13);
  const shear = random.between(-0.15, 0.15);
  const shiftX = random.between(-2.5, 2.5);
  const shiftY = random.between(-2.5, 2.5);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const xx = cos / scaleX;
  const xy = (sin + shear) / scaleX;
  const yx = -sin / scaleY;
  const yy = cos / scaleY;
  const at = (x: number, y: number): number =>
    x >= 0 && x < 28 && y >= 0 && y < 28 ? source[from + y * 28 + x]! : 0;
  for (let row = 0; row < 28; row++) {
    for (let column = 0; column < 28; column++) {
      const dx = column - 13.5 - shiftX;
      const dy = row - 13.5 - shiftY;
      const x = xx * dx + xy * dy + 13.5;
      const y = yx * dx + yy * dy + 13.5;
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const fx = x - x0;
      const fy = y - y0;
      const top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
      const bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx;
      target[to + row * 28 + column] = (top * (1 - fy) + bottom * fy) / 255;
    }
  }
}

/** The pictures as they are: uint8 [n, 28, 28, 1] to float32 0 to 1. */
export function toUnit(pixels: Uint8Array): Float32Array {
  if (pixels.length % pixelsPerDigit !== 0) throw new Error("not a whole number of digits");
  return Float32Array.from(pixels, (level) => level / 255);
}
