/**
 * 2-d convolution, int8, per-channel weights.
 *
 * input  [batches, inputHeight, inputWidth, inputChannels] int8, NHWC
 * output [batches, outputHeight, outputWidth, outputChannels] int8, NHWC
 * filter [outputChannels, filterHeight, filterWidth, inputChannels] int8, OHWI, in tiles (below)
 *
 *   accumulator[b,y,x,n] = bias[n] + sum over fy, fx, c of
 *                          input[b, y*strideHeight - padTop + fy*dilationHeight, x*strideWidth - ..., c] * filter[n,fy,fx,c]
 *   output = clamp(outputZeroPoint + requantize(accumulator, multiplier[n], shift[n]), low, high)
 *
 * Pixels outside the input count as `inputZeroPoint`; the host folds -inputZeroPoint * sum(filter[n]) into bias[n].
 *
 * Tiles: for every 4 output channels (the last filled up with zeros), at `weights` in the weights section:
 * bias[4] int32, multiplier[4] int32, shift[4] int32 (positive: right), then for every 4 inputs of the patch
 * (depth = filterHeight * filterWidth * inputChannels, filled up with zeros) 4 outputs of 4 int8.
 *
 * How: three output positions are packed into 21-bit lanes (see math/lanes), so that one multiplication serves
 * three; the packed patch is used for all output channels. Accumulator: lanes are emptied into int32 after `chunk`
 * products, a multiple of 4, chosen by the host so that chunk * 128 * max|weight| < 2^20. The int32 sum is bounded by
 * depth * 2^14, far below 2^31 for every patch that fits into memory.
 *
 * scratch: depth (to a multiple of 4) * 8 bytes patch, then 48 + chunk * 4 bytes tile. zeroRow: inputChannels bytes, or 0
 * where no window reaches over the border.
 * Source: TFLite 8-bit quantization specification; TFLite reference kernel `ConvPerChannel`.
 */
import { readWeights } from "../host-imports/weights";
import { lane0, lane1, lane2, laneOffset, lanesStart, pack } from "../math/lanes";
import { storeThree } from "../math/requantize";

export function conv2dInt8(
  input: usize, output: usize, scratch: usize, zeroRow: usize, weights: i32, batches: i32,
  inputHeight: i32, inputWidth: i32, inputChannels: i32,
  outputHeight: i32, outputWidth: i32, outputChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, padTop: i32, padLeft: i32,
  inputZeroPoint: i32, outputZeroPoint: i32, low: i32, high: i32, chunk: i32,
): void {
  const depth = filterHeight * filterWidth * inputChannels;
  const paddedDepth = (depth + 3) & ~3;
  const patch = scratch;
  const tile = patch + (<usize>paddedDepth << 3);
  if (zeroRow) memory.fill(zeroRow, <u8>inputZeroPoint, inputChannels);
  for (let p = patch + (<usize>depth << 3); p < tile; p += 8) store<i64>(p, 0);

  const positions = batches * outputHeight * outputWidth;
  for (let position = 0; position < positions; position += 3) {
    const second = min(position + 1, positions - 1);
    const third = min(position + 2, positions - 1);
    let row = position / outputWidth;
    const x0 = (position - row * outputWidth) * strideWidth - padLeft;
    const image0 = input + row / outputHeight * inputHeight * inputWidth * inputChannels;
    const y0 = row % outputHeight * strideHeight - padTop;
    row = second / outputWidth;
    const x1 = (second - row * outputWidth) * strideWidth - padLeft;
    const image1 = input + row / outputHeight * inputHeight * inputWidth * inputChannels;
    const y1 = row % outputHeight * strideHeight - padTop;
    row = third / outputWidth;
    const x2 = (third - row * outputWidth) * strideWidth - padLeft;
    const image2 = input + row / outputHeight * inputHeight * inputWidth * inputChannels;
    const y2 = row % outputHeight * strideHeight - padTop;

    let p = patch;
    for (let fy = 0; fy < filterHeight; fy++) {
      const dy = fy * dilationHeight;
      for (let fx = 0; fx < filterWidth; fx++) {
        const dx = fx * dilationWidth;
        let a = pixel(image0, y0 + dy, x0 + dx, inputHeight, inputWidth, inputChannels, zeroRow);
        let b = pixel(image1, y1 + dy, x1 + dx, inputHeight, inputWidth, inputChannels, zeroRow);
        let c = pixel(image2, y2 + dy, x2 + dx, inputHeight, inputWidth, inputChannels, zeroRow);
        const end = p + (<usize>inputChannels << 3);
        for (const block = end - 24; <isize>p < <isize>block; p += 32) {
          store<i64>(p, pack(a, b, c));
          store<i64>(p, pack(a + 1, b + 1, c + 1), 8);
          store<i64>(p, pack(a + 2, b + 2, c + 2), 16);
          store<i64>(p, pack(a + 3, b + 3, c + 3), 24);
          a += 4;
          b += 4;
          c += 4;
        }
        for (; p < end; p += 8) store<i64>(p, pack(a++, b++, c++));
      }
    }
    multiply(
      patch, tile, weights, paddedDepth, chunk, outputChannels,
      output + position * outputChannels, output + second * outputChannels, output + third * outputChannels,
      outputZeroPoint, low, high,
    );
  }
}

/** Address of a pixel's channels, or of the zero row where the pixel lies outside. */
// @ts-ignore: decorator
@inline
function pixel(image: usize, y: i32, x: i32, height: i32, width: i32, channels: i32, zeroRow: usize): usize {
  if (<u32>y >= <u32>height || <u32>x >= <u32>width) return zeroRow;
  return image + (y * width + x) * channels;
}

/** All output channels of three positions, whose packed patch lies at `patch`; outputs go to a, b and c. */
function multiply(
  patch: usize, tile: usize, weights: i32, depth: i32, chunk: i32, outputChannels: i32,
  a: usize, b: usize, c: usize, zeroPoint: i32, low: i32, high: i32,
): void {
  const whole = chunk >= depth;
  const patchEnd = patch + (<usize>depth << 3);
  for (let n = 0; n < outputChannels; n += 4) {
    readWeights(tile, weights, whole ? 48 + (depth << 2) : 48);
    weights += 48;
    let a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0, c0 = 0, c1 = 0, c2 = 0, d0 = 0, d1 = 0, d2 = 0;
    for (let p = patch; p < patchEnd; ) {
      const chunkEnd = min(p + (<usize>chunk << 3), patchEnd);
      const bytes = <i32>(chunkEnd - p) >> 1;
      if (!whole) readWeights(tile + 48, weights, bytes);
      weights += bytes;
      let s0 = lanesStart, s1 = lanesStart, s2 = lanesStart, s3 = lanesStart;
      for (let w = tile; p < chunkEnd; p += 32, w += 16) {
        let x = load<i64>(p);
        s0 += x * <i64>load<i8>(w, 48);
        s1 += x * <i64>load<i8>(w, 52);
        s2 += x * <i64>load<i8>(w, 56);
        s3 += x * <i64>load<i8>(w, 60);
        x = load<i64>(p, 8);
        s0 += x * <i64>load<i8>(w, 49);
        s1 += x * <i64>load<i8>(w, 53);
        s2 += x * <i64>load<i8>(w, 57);
        s3 += x * <i64>load<i8>(w, 61);
        x = load<i64>(p, 16);
        s0 += x * <i64>load<i8>(w, 50);
        s1 += x * <i64>load<i8>(w, 54);
        s2 += x * <i64>load<i8>(w, 58);
        s3 += x * <i64>load<i8>(w, 62);
        x = load<i64>(p, 24);
        s0 += x * <i64>load<i8>(w, 51);
        s1 += x * <i64>load<i8>(w, 55);
        s2 += x * <i64>load<i8>(w, 59);
        s3 += x * <i64>load<i8>(w, 63);
      }
      a0 += lane0(s0) - laneOffset; a1 += lane1(s0) - laneOffset; a2 += lane2(s0) - laneOffset;
      b0 += lane0(s1) - laneOffset; b1 += lane1(s1) - laneOffset; b2 += lane2(s1) - laneOffset;
      c0 += lane0(s2) - laneOffset; c1 += lane1(s2) - laneOffset; c2 += lane2(s2) - laneOffset;
      d0 += lane0(s3) - laneOffset; d1 += lane1(s3) - laneOffset; d2 += lane2(s3) - laneOffset;
    }
    storeThree(tile, a0, a1, a2, a + n, b + n, c + n, zeroPoint, low, high);
    if (n + 1 < outputChannels) storeThree(tile + 4, b0, b1, b2, a + n + 1, b + n + 1, c + n + 1, zeroPoint, low, high);
    if (n + 2 < outputChannels) storeThree(tile + 8, c0, c1, c2, a + n + 2, b + n + 2, c + n + 2, zeroPoint, low, high);
    if (n + 3 < outputChannels) storeThree(tile + 12, d0, d1, d2, a + n + 3, b + n + 3, c + n + 3, zeroPoint, low, high);
  }
}
