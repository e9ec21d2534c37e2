/**
 * Bilinear interpolation over height and width.
 *
 * input  [batches, inputHeight, inputWidth, channels] int8, int16 or float32
 * output [batches, outputHeight, outputWidth, channels] of the input's dtype, scale and zero point
 *
 *   y = place of the output's row in the input, y0 = the whole number below, y1 the one above, both inside, f = y - y0;
 *   x, x0, x1, g of the column alike
 *   output = input[y0, x0] * (1 - f) * (1 - g) + input[y1, x0] * f * (1 - g) + input[y0, x1] * (1 - f) * g
 *          + input[y1, x1] * f * g
 *
 * int8, int16: places and fractions in 1024ths; the sum, in 2^20ths, is divided with halves away from zero.
 * Accumulator: int32, int64 for int16; fractions reach from -512 to 1536, and are more than 1 apart from 0..1024 only where
 * both rows are one, so that |sum| <= 2^7 * 2^22, 2^15 * 2^22 for int16. float32: in the order that is written.
 * Unsigned: int8 as the numbers greater by 128, in float32, halves up.
 * Source: TFLite reference kernels `ResizeBilinear` and `ResizeBilinearInteger`.
 */
import { readParameters } from "../../host-imports/weights";
import { ResizeFloatParameters, ResizeParameters } from "../../parameters";

export function resizeBilinearInt8(parameters: i32, to: usize): void {
  const given = readParameters<ResizeParameters>(parameters, to);
  resize<i8, i32, ResizeParameters>(given);
}

export function resizeBilinearInt16(parameters: i32, to: usize): void {
  const given = readParameters<ResizeParameters>(parameters, to);
  resize<i16, i64, ResizeParameters>(given);
}

export function resizeBilinearUnsigned(parameters: i32, to: usize): void {
  const given = readParameters<ResizeFloatParameters>(parameters, to);
  resize<u8, f32, ResizeFloatParameters>(given);
}

export function resizeBilinearFloat32(parameters: i32, to: usize): void {
  const given = readParameters<ResizeFloatParameters>(parameters, to);
  resize<f32, f32, ResizeFloatParameters>(given);
}

// @ts-ignore: decorator
@inline
function resize<T, W, P>(given: P): void {
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth;
  const lastRow = given.inputHeight - 1, lastColumn = given.inputWidth - 1;
  const pixel = given.channels * sizeof<T>(), row = given.inputWidth * pixel;
  const heightScale = given.heightScale, widthScale = given.widthScale;
  let input = given.input, output = given.output;
  for (let batches = given.batches; batches > 0; batches--, input += given.inputHeight * row) {
    for (let i = 0; i < outputHeight; i++) {
      const y: W = isFloat<W>() ? (<W>i + given.center) * heightScale - given.center : i * heightScale + given.heightOffset;
      const y0 = below<W>(y, lastRow);
      const top = input + y0 * row, bottom = input + above<W>(y, lastRow) * row;
      const f: W = y - whole<W>(y0);
      for (let j = 0; j < outputWidth; j++) {
        const x: W = isFloat<W>() ? (<W>j + given.center) * widthScale - given.center : j * widthScale + given.widthOffset;
        const x0 = below<W>(x, lastColumn);
        const g: W = x - whole<W>(x0);
        let left = x0 * pixel, right = above<W>(x, lastColumn) * pixel;
        for (const end = output + pixel; output < end; output += sizeof<T>()) {
          const sum: W = element<T, W>(top + left) * (whole<W>(1) - f) * (whole<W>(1) - g) +
            element<T, W>(bottom + left) * f * (whole<W>(1) - g) +
            element<T, W>(top + right) * (whole<W>(1) - f) * g +
            element<T, W>(bottom + right) * f * g;
          if (isFloat<T>()) store<T>(output, <T>sum);
          else if (isFloat<W>()) store<T>(output, <T>(<i32>(sum + <W>0.5) ^ 0x80));
          else store<T>(output, <T>((sum + (sum > 0 ? 0x80000 : -0x80000)) / 0x100000));
          left += sizeof<T>();
          right += sizeof<T>();
        }
      }
    }
  }
}

/** An element; a byte that is interpolated in float32 is int8 for the number greater by 128. */
// @ts-ignore: decorator
@inline
function element<T, W>(at: usize): W {
  return sizeof<T>() == 1 && isFloat<W>() ? <W>(<i32>load<u8>(at) ^ 0x80) : <W>load<T>(at);
}

/** A whole number as a place. */
// @ts-ignore: decorator
@inline
function whole<W>(index: i32): W {
  return isFloat<W>() ? <W>index : <W>(index << 10);
}

/** The index below a place, or at it. */
// @ts-ignore: decorator
@inline
function below<W>(place: W, last: i32): i32 {
  return min(max(isFloat<W>() ? <i32>floor<f32>(<f32>place) : <i32>place >> 10, 0), last);
}

/** The index above a place, or at it. */
// @ts-ignore: decorator
@inline
function above<W>(place: W, last: i32): i32 {
  return min(isFloat<W>() ? <i32>ceil<f32>(<f32>place) : (<i32>place + 1023) >> 10, last);
}
