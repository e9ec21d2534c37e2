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
 * used for all taps of a filter row, and one multiplication serves three rows. These are a third of the output's height
 * (a band) apart, so that a packed input row serves the output rows that follow. Columns outside the input are packed
 * once. Accumulator: the 3x3 kernel sums 9
 * products in a lane; the general one empties the lanes after each filter row, and after `chunk` taps, which the
 * host chooses so that chunk * 128 * max|weight| < 2^20.
 *
 * scratch: filterHeight * span * 8 bytes of packed pixels, span = (outputWidth-1)*strideWidth + (filterWidth-1)*
 * dilationWidth + 1; then one tile; then 1 byte.
 * Source: TFLite 8-bit quantization specification; TFLite reference kernel `DepthwiseConvPerChannel`.
 */
import { endParameters, readParameters, readWeights } from "../../host-imports/weights";
import { lane0, lane1, lane2, laneOffset, lanesStart, pack, packRun, storeLanes } from "../../math/lanes";
import { bitsOf, clamp, offsetOf, Once, requantizeBy, ShiftEitherWay, ShiftRight, storeSumsBy } from "../../math/requantize";
import { WindowParameters } from "../../parameters";

/** 3x3 filters without dilation, channels that shift to the right. */
export function depthwiseConv2d3x3Int8(parameters: i32, to: usize): void {
  depthwiseConv2d3x3<ShiftRight>(parameters, to);
}

/** 3x3 filters without dilation, channels that are rounded once. */
export function depthwiseConv2d3x3OnceInt8(parameters: i32, to: usize): void {
  depthwiseConv2d3x3<Once>(parameters, to);
}

/** 3x3 filters without dilation, any channels. */
export function depthwiseConv2d3x3EitherWayInt8(parameters: i32, to: usize): void {
  depthwiseConv2d3x3<ShiftEitherWay>(parameters, to);
}

/** The packed rows are three slots that are filled in turn. */
// @ts-ignore: decorator
@inline
function depthwiseConv2d3x3<Shift>(parameters: i32, to: usize): void {
  const given = readParameters<WindowParameters>(parameters, to);
  let input = given.input, output = given.output;
  const scratch = given.scratch, weights = given.weights, batches = given.batches;
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, inputChannels = given.inputChannels;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth, multiplier = given.outputs;
  const strideHeight = given.strideHeight, strideWidth = given.strideWidth, padTop = given.padTop, padLeft = given.padLeft;
  const inputZeroPoint = given.inputZeroPoint, outputZeroPoint = given.outputZeroPoint, low = given.low, high = given.high;
  endParameters(to);
  const span = (outputWidth - 1) * strideWidth + 3;
  const line = <usize>span << 3;
  const tile = scratch + 3 * line;
  const sums = tile + 84;
  const outside = tile + 96;
  store<i8>(outside, inputZeroPoint);
  packOutside(scratch, tile, outside);
  const first = <usize>min(padLeft, span) << 3;
  const last = <usize>min(padLeft + inputWidth, span) << 3;
  const outputChannels = inputChannels * multiplier;
  const rowBytes = outputWidth * outputChannels;
  const band = (outputHeight + 2) / 3;
  const bandBytes = band * rowBytes;
  const step = <usize>strideWidth << 3;
  for (let b = 0; b < batches; b++) {
    for (let n = 0; n < outputChannels; n++) {
      if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * 96, 96);
      const constants = tile + ((n & 3) << 2);
      const w = tile + (n & 3);
      const bias = load<i32>(constants) - laneOffset;
      const multiplier32 = <i64>load<i32>(constants, 16);
      const bits = bitsOf<Shift>(load<i32>(constants, 32)), offset = offsetOf<Shift>(bits, outputZeroPoint);
      const image = input + n / multiplier;
      let p = scratch, q = p + line, r = q + line;
      let row = -padTop;
      for (let y = 0; y < band; y++) {
        const top = y * strideHeight - padTop;
        for (row = max(row, top); row < top + 3; row++) {
          const oldest = p;
          p = q;
          q = r;
          r = oldest;
          packRow(
            r + first, r + last, image, row, band * strideHeight, inputHeight, inputWidth * inputChannels, inputChannels,
            outside,
          );
        }
        const sumsEnd = sums + (min((outputHeight - y + band - 1) / band, 3) << 2);
        let p0 = p, q0 = q, r0 = r;
        let out = output + y * rowBytes + n;
        const end = out + rowBytes;
        do {
          storeLanes(
            sums,
            lanesStart +
              load<i64>(p0) * <i64>load<i8>(w, 48) + load<i64>(p0, 8) * <i64>load<i8>(w, 52) + load<i64>(p0, 16) * <i64>load<i8>(w, 56) +
              load<i64>(q0) * <i64>load<i8>(w, 60) + load<i64>(q0, 8) * <i64>load<i8>(w, 64) + load<i64>(q0, 16) * <i64>load<i8>(w, 68) +
              load<i64>(r0) * <i64>load<i8>(w, 72) + load<i64>(r0, 8) * <i64>load<i8>(w, 76) + load<i64>(r0, 16) * <i64>load<i8>(w, 80),
          );
          storeSumsBy<Shift>(sums, sumsEnd, out, bandBytes, bias, multiplier32, bits, offset, outputZeroPoint, low, high);
          p0 += step;
          q0 += step;
          r0 += step;
          out += outputChannels;
        } while (out < end);
      }
    }
    input += inputHeight * inputWidth * inputChannels;
    output += outputHeight * rowBytes;
  }
}

/** Any filter, any dilation, channels that shift either way. */
export function depthwiseConv2dInt8(parameters: i32, to: usize): void {
  depthwiseConv2d<ShiftEitherWay>(parameters, to);
}

/** Any filter, any dilation, channels that are rounded once. */
export function depthwiseConv2dOnceInt8(parameters: i32, to: usize): void {
  depthwiseConv2d<Once>(parameters, to);
}

// @ts-ignore: decorator
@inline
function depthwiseConv2d<Shift>(parameters: i32, to: usize): void {
  const given = readParameters<WindowParameters>(parameters, to);
  let input = given.input, output = given.output;
  const scratch = given.scratch, weights = given.weights, batches = given.batches, multiplier = given.outputs;
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
  packOutside(scratch, tile, outside);
  const first = <usize>min(padLeft, span) << 3;
  const last = <usize>min(padLeft + inputWidth, span) << 3;
  const outputChannels = inputChannels * multiplier;
  const rowBytes = outputWidth * outputChannels;
  const band = (outputHeight + 2) / 3;
  const bandBytes = band * rowBytes;
  const tapStep = <usize>dilationWidth << 3;
  for (let b = 0; b < batches; b++) {
    for (let n = 0; n < outputChannels; n++) {
      if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * tileBytes, tileBytes);
      const constants = tile + ((n & 3) << 2);
      const taps = tile + 48 + (n & 3);
      const bias = load<i32>(constants);
      const multiplier32 = <i64>load<i32>(constants, 16);
      const shift = load<i32>(constants, 32);
      const image = input + n / multiplier;
      for (let y = 0; y < band; y++) {
        const top = y * strideHeight - padTop;
        for (let fy = 0, row = scratch; fy < filterHeight; fy++, row += line) {
          packRow(
            row + first, row + last, image, top + fy * dilationHeight, band * strideHeight, inputHeight,
            inputWidth * inputChannels, inputChannels, outside,
          );
        }
        const lanes = min((outputHeight - y + band - 1) / band, 3);
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
          const out = output + y * rowBytes + x * outputChannels + n;
          store<i8>(out, clamp(requantizeBy<Shift>(s0, multiplier32, shift) + outputZeroPoint, low, high));
          if (lanes < 2) continue;
          store<i8>(out + bandBytes, clamp(requantizeBy<Shift>(s1, multiplier32, shift) + outputZeroPoint, low, high));
          if (lanes < 3) continue;
          store<i8>(out + 2 * bandBytes, clamp(requantizeBy<Shift>(s2, multiplier32, shift) + outputZeroPoint, low, high));
        }
      }
    }
    input += inputHeight * inputWidth * inputChannels;
    output += outputHeight * rowBytes;
  }
}

/** Packs the value of pixels outside the input, which lies at `outside`, into all from `start` to `end`. */
function packOutside(start: usize, end: usize, outside: usize): void {
  const blank = pack(outside, outside, outside);
  for (; start < end; start += 8) store<i64>(start, blank);
}

/**
 * Packs the columns inside the input, from `start` to `end`, of one channel's input row `y` and those `band` and twice
 * `band` rows on. `image` is the channel in the first pixel, a row is `rowBytes` long.
 */
// @ts-ignore: decorator
@inline
function packRow(
  start: usize, end: usize, image: usize, y: i32, band: i32, height: i32, rowBytes: i32, channels: i32, outside: usize,
): void {
  const isInsideA = <u32>y < <u32>height;
  const a = select<usize>(image + y * rowBytes, outside, isInsideA), stepA = select(channels, 0, isInsideA);
  y += band;
  const isInsideB = <u32>y < <u32>height;
  const b = select<usize>(image + y * rowBytes, outside, isInsideB), stepB = select(channels, 0, isInsideB);
  y += band;
  const isInsideC = <u32>y < <u32>height;
  const c = select<usize>(image + y * rowBytes, outside, isInsideC), stepC = select(channels, 0, isInsideC);
  if (start < end) packRun(start, end, a, b, c, stepA, stepB, stepC);
}
