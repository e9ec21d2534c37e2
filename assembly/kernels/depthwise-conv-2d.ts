/**
 * 2-d depthwise convolution, int8, per-channel weights: output channel n reads input channel n / multiplier.
 *
 * input  [batches, inputHeight, inputWidth, inputChannels] int8, NHWC
 * output [batches, outputHeight, outputWidth, inputChannels * multiplier] int8, NHWC
 * filter [filterHeight, filterWidth, inputChannels * multiplier] int8, in tiles (below)
 *
 *   accumulator[b,y,x,n] = bias[n] + sum over fy, fx of
 *                          input[b, y*strideHeight - padTop + fy*dilationHeight, ..., n / multiplier] * filter[fy,fx,n]
 *   output = clamp(outputZeroPoint + requantize(accumulator, multiplier[n], shift[n]), low, high)
 *
 * Pixels outside the input count as `inputZeroPoint`; the host folds -inputZeroPoint * sum(filter[n]) into bias[n].
 *
 * Tiles: for every 4 output channels (the last filled up with zeros): bias[4], multiplier[4], shift[4] int32, then
 * for every tap fy, fx 4 int8, one a channel; filled up to 16 bytes.
 *
 * How: channel by channel, three output rows are packed into 21-bit lanes (see math/lanes): each packed pixel is
 * used for all taps of a filter row, and one multiplication serves three rows. Accumulator: the 3x3 kernel sums 9
 * products in a lane; the general one empties the lanes after each filter row, and after `chunk` taps, which the
 * host chooses so that chunk * 128 * max|weight| < 2^20.
 *
 * scratch: filterHeight * span * 8 bytes of packed pixels, span = (outputWidth-1)*strideWidth + (filterWidth-1)*
 * dilationWidth + 1; then one tile; then 1 byte; at least 100 bytes.
 * Source: TFLite 8-bit quantization specification; TFLite reference kernel `DepthwiseConvPerChannel`.
 */
import { readWeights } from "../host-imports/weights";
import { lane0, lane1, lane2, laneOffset, lanesStart, pack, packRun, storeLanes } from "../math/lanes";
import { clamp, requantize, roundingOffset, storeSums, storeSumsLeft } from "../math/requantize";
import { readParameters, WindowParameters } from "../parameters";

/** 3x3 filters without dilation. */
export function depthwiseConv2d3x3Int8(parameters: i32, scratch: usize): void {
  const given = readParameters<WindowParameters>(parameters, scratch);
  let input = given.input, output = given.output;
  const weights = given.weights, batches = given.batches, multiplier = given.outputs;
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, inputChannels = given.inputChannels;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth;
  const strideHeight = given.strideHeight, strideWidth = given.strideWidth, padTop = given.padTop, padLeft = given.padLeft;
  const inputZeroPoint = given.inputZeroPoint, outputZeroPoint = given.outputZeroPoint, low = given.low, high = given.high;
  const span = (outputWidth - 1) * strideWidth + 3;
  const line = <usize>span << 3;
  const tile = scratch + 3 * line;
  const outside = tile + 96;
  store<i8>(outside, inputZeroPoint);
  const outputChannels = inputChannels * multiplier;
  const rowBytes = outputWidth * outputChannels;
  for (let b = 0; b < batches; b++) {
    for (let n = 0; n < outputChannels; n++) {
      if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * 96, 96);
      const image = input + n / multiplier;
      for (let y = 0; y < outputHeight; y += 3) {
        const second = min(y + 1, outputHeight - 1), third = min(y + 2, outputHeight - 1);
        packRows(
          scratch, span, image, y * strideHeight - padTop, second * strideHeight - padTop,
          third * strideHeight - padTop, 3, 1, inputHeight, inputWidth, inputChannels, padLeft, outside,
        );
        filterRow3x3(
          scratch, line, <usize>strideWidth << 3, tile + (n & 3), tile + ((n & 3) << 2), tile + 84,
          tile + 84 + (min(outputHeight - y, 3) << 2), output + y * rowBytes + n, rowBytes, outputChannels,
          outputZeroPoint, low, high,
        );
      }
    }
    input += inputHeight * inputWidth * inputChannels;
    output += outputHeight * rowBytes;
  }
}

/**
 * One channel of at most three output rows from three packed rows at p, `line` bytes apart. The sums of a column lie
 * between `sums` and `last`, one for every row; rows are `rowBytes` long.
 */
function filterRow3x3(
  p: usize, line: usize, step: usize, w: usize, constants: usize, sums: usize, last: usize,
  output: usize, rowBytes: usize, channels: usize, zeroPoint: i32, low: i32, high: i32,
): void {
  const bias = load<i32>(constants) - laneOffset;
  const multiplier = <i64>load<i32>(constants, 16);
  const shift = load<i32>(constants, 32);
  const right = <i64>shift;
  const offset = roundingOffset(right, zeroPoint);
  let q = p + line, r = q + line;
  const end = output + rowBytes;
  do {
    storeLanes(
      sums,
      lanesStart +
        load<i64>(p) * <i64>load<i8>(w, 48) + load<i64>(p, 8) * <i64>load<i8>(w, 52) + load<i64>(p, 16) * <i64>load<i8>(w, 56) +
        load<i64>(q) * <i64>load<i8>(w, 60) + load<i64>(q, 8) * <i64>load<i8>(w, 64) + load<i64>(q, 16) * <i64>load<i8>(w, 68) +
        load<i64>(r) * <i64>load<i8>(w, 72) + load<i64>(r, 8) * <i64>load<i8>(w, 76) + load<i64>(r, 16) * <i64>load<i8>(w, 80),
    );
    if (shift > 0) storeSums(sums, last, output, rowBytes, bias, multiplier, right, offset, low, high);
    else storeSumsLeft(sums, last, output, rowBytes, bias, multiplier, shift, zeroPoint, low, high);
    p += step;
    q += step;
    r += step;
    output += channels;
  } while (output < end);
}

/** Any filter, any dilation. */
export function depthwiseConv2dInt8(parameters: i32, scratch: usize): void {
  const given = readParameters<WindowParameters>(parameters, scratch);
  let input = given.input, output = given.output;
  const weights = given.weights, batches = given.batches, multiplier = given.outputs;
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, inputChannels = given.inputChannels;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth;
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth;
  const strideHeight = given.strideHeight, strideWidth = given.strideWidth;
  const dilationHeight = given.dilationHeight, dilationWidth = given.dilationWidth;
  const padTop = given.padTop, padLeft = given.padLeft;
  const inputZeroPoint = given.inputZeroPoint, outputZeroPoint = given.outputZeroPoint;
  const low = given.low, high = given.high, chunk = given.chunk;
  const span = (outputWidth - 1) * strideWidth + (filterWidth - 1) * dilationWidth + 1;
  const line = <usize>span << 3;
  const tile = scratch + filterHeight * line;
  const tileBytes = 48 + ((filterHeight * filterWidth * 4 + 15) & ~15);
  const outside = tile + tileBytes;
  store<i8>(outside, inputZeroPoint);
  const outputChannels = inputChannels * multiplier;
  const rowBytes = outputWidth * outputChannels;
  const tapStep = <usize>dilationWidth << 3;
  for (let b = 0; b < batches; b++) {
    for (let n = 0; n < outputChannels; n++) {
      if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * tileBytes, tileBytes);
      const constants = tile + ((n & 3) << 2);
      const taps = tile + 48 + (n & 3);
      const bias = load<i32>(constants);
      const multiplier32 = <i64>load<i32>(constants, 16);
      const shift = load<i32>(constants, 32);
      for (let y = 0; y < outputHeight; y += 3) {
        const second = min(y + 1, outputHeight - 1), third = min(y + 2, outputHeight - 1);
        packRows(
          scratch, span, input + n / multiplier, y * strideHeight - padTop, second * strideHeight - padTop,
          third * strideHeight - padTop, filterHeight, dilationHeight, inputHeight, inputWidth, inputChannels,
          padLeft, outside,
        );
        for (let x = 0; x < outputWidth; x++) {
          let s0 = bias, s1 = bias, s2 = bias;
          let w = taps;
          let row = scratch + (<usize>(x * strideWidth) << 3);
          for (let fy = 0; fy < filterHeight; fy++, row += line) {
            let p = row;
            for (let rest = filterWidth; rest > 0; rest -= chunk) {
              let sum = lanesStart;
              const end = w + (<usize>min(rest, chunk) << 2);
              do {
                sum += load<i64>(p) * <i64>load<i8>(w);
                w += 4;
                p += tapStep;
              } while (w < end);
              s0 += lane0(sum) - laneOffset;
              s1 += lane1(sum) - laneOffset;
              s2 += lane2(sum) - laneOffset;
            }
          }
          const out = output + x * outputChannels + n;
          store<i8>(out + y * rowBytes, clamp(requantize(s0, multiplier32, shift) + outputZeroPoint, low, high));
          store<i8>(out + second * rowBytes, clamp(requantize(s1, multiplier32, shift) + outputZeroPoint, low, high));
          store<i8>(out + third * rowBytes, clamp(requantize(s2, multiplier32, shift) + outputZeroPoint, low, high));
        }
      }
    }
    input += inputHeight * inputWidth * inputChannels;
    output += outputHeight * rowBytes;
  }
}

/**
 * Packs `span` columns of `rows` filter rows of one channel, for three output rows whose first input rows are y0, y1
 * and y2. `image` is the channel in the first pixel; `outside` points to a byte with the zero point.
 */
function packRows(
  destination: usize, span: i32, image: usize, y0: i32, y1: i32, y2: i32, rows: i32, dilation: i32,
  height: i32, width: i32, channels: i32, padLeft: i32, outside: usize,
): void {
  const line = width * channels;
  const blank = pack(outside, outside, outside);
  for (; rows > 0; rows--) {
    let a = outside, b = outside, c = outside, stepA = 0, stepB = 0, stepC = 0;
    if (<u32>y0 < <u32>height) { a = image + y0 * line; stepA = channels; }
    if (<u32>y1 < <u32>height) { b = image + y1 * line; stepB = channels; }
    if (<u32>y2 < <u32>height) { c = image + y2 * line; stepC = channels; }
    const end = destination + (<usize>span << 3);
    const first = destination + (<usize>min(padLeft, span) << 3);
    const last = destination + (<usize>min(padLeft + width, span) << 3);
    for (; destination < first; destination += 8) store<i64>(destination, blank);
    if (first < last) packRun(first, last, a, b, c, stepA, stepB, stepC);
    for (destination = last; destination < end; destination += 8) store<i64>(destination, blank);
    y0 += dilation; y1 += dilation; y2 += dilation;
  }
}
