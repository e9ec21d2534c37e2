/**
 * 2-d depthwise convolution of int8 by filters of one row over images of one row (batches and all else as in
 * depthwise-conv-2d): convolutions along time, and whole maps, which the host sees as rows.
 *
 * How: channel by channel, three output columns lie in 21-bit lanes (see math/lanes), so far apart that they are all of the
 * output's: where its width does not part into three, some are computed twice. Nine taps without dilation are one expression, the
 * last of them filled up with weights of zero; with dilation tap by tap, and lanes are emptied after `chunk` taps.
 *
 * scratch: `span` packed pixels of 8 bytes, span = (band-1)*strideWidth + (taps-1)*dilationWidth + 1, and 8 of them more; then
 * one tile with its taps filled up to nines; then three sums, int32; then 1 byte. band is what `bandOf` gives.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { addLanes, laneOffset, lanesStart, packRun, storeLanes } from "../../math/lanes";
import { bitsOf, offsetOf, Once, ShiftEitherWay, storeSumsBy } from "../../math/requantize";
import { WindowParameters } from "../../parameters";

/** Channels that shift either way. */
export function depthwiseConv2dRowInt8(parameters: i32, to: usize): void {
  depthwiseRow<ShiftEitherWay>(parameters, to);
}

/** Channels that are rounded once. */
export function depthwiseConv2dRowOnceInt8(parameters: i32, to: usize): void {
  depthwiseRow<Once>(parameters, to);
}

/** Columns of a lane: a third of them, or one more, so that what is left parts into two. */
// @ts-ignore: decorator
@inline
function bandOf(width: i32): i32 {
  const third = (width + 2) / 3;
  return third + ((width - third) & 1);
}

/** The products of nine taps. */
// @ts-ignore: decorator
@inline
function nine(p: usize, q: usize, r: usize, w: usize): i64 {
  return lanesStart +
    load<i64>(p) * <i64>load<i8>(w) + load<i64>(p, 8) * <i64>load<i8>(w, 4) + load<i64>(p, 16) * <i64>load<i8>(w, 8) +
    load<i64>(q) * <i64>load<i8>(w, 12) + load<i64>(q, 8) * <i64>load<i8>(w, 16) + load<i64>(q, 16) * <i64>load<i8>(w, 20) +
    load<i64>(r) * <i64>load<i8>(w, 24) + load<i64>(r, 8) * <i64>load<i8>(w, 28) + load<i64>(r, 16) * <i64>load<i8>(w, 32);
}

// @ts-ignore: decorator
@inline
function depthwiseRow<Shift>(parameters: i32, to: usize): void {
  const given = readParameters<WindowParameters>(parameters, to);
  let input = given.input, output = given.output;
  const scratch = given.scratch, weights = given.weights, batches = given.batches, multiplier = given.outputs;
  const width = given.inputWidth, channels = given.inputChannels, outputWidth = given.outputWidth, taps = given.filterWidth;
  const stride = given.strideWidth, dilation = given.dilationWidth, padLeft = given.padLeft, chunk = given.chunk;
  const inputZeroPoint = given.inputZeroPoint, outputZeroPoint = given.outputZeroPoint, low = given.low, high = given.high;
  const band = bandOf(outputWidth);
  const apart = (outputWidth - band) >> 1;
  const lane = apart * stride;
  const span = (band - 1) * stride + (taps - 1) * dilation + 1;
  const end = scratch + (<usize>span << 3);
  const tile = end + 64;
  const tileBytes = 48 + ((taps * 4 + 15) & ~15);
  const sums = tile + 48 + (taps + 8) / 9 * 36 + 12;
  const outside = sums + 12;
  for (let at = tile; at < outside; at += 4) store<i32>(at, 0);
  store<i8>(outside, inputZeroPoint);
  const outputChannels = channels * multiplier;
  const laneBytes = apart * outputChannels;
  const isInside = padLeft == 0 && span + 2 * lane <= width;
  const step = <usize>stride << 3;
  const emptied = dilation == 1 ? (taps + 8) / 9 : (taps + chunk - 1) / chunk;
  for (let b = 0; b < batches; b++) {
    for (let n = 0; n < outputChannels; n++) {
      if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * tileBytes, tileBytes);
      const constants = tile + ((n & 3) << 2);
      const firstTap = tile + 48 + (n & 3);
      const lastTap = firstTap + (taps << 2);
      const bias = load<i32>(constants) - emptied * laneOffset;
      const multiplier32 = <i64>load<i32>(constants, 16);
      const bits = bitsOf<Shift>(load<i32>(constants, 32)), offset = offsetOf<Shift>(bits, outputZeroPoint);
      const image = input + n / multiplier;
      if (isInside) {
        const a = image + lane * channels;
        packRun(scratch, end, image, a, a + lane * channels, channels, channels, channels);
      } else {
        packEdges(scratch, end, image, -padLeft, lane, width, channels, outside);
      }
      let p = scratch, q = p + 24, r = q + 24, out = output + n;
      const outEnd = out + band * outputChannels;
      do {
        let w = firstTap;
        if (dilation == 1) {
          storeLanes(sums, nine(p, q, r, w));
          w += 36;
          if (w < lastTap) {
            let p1 = p, q1 = q, r1 = r;
            do {
              p1 += 72;
              q1 += 72;
              r1 += 72;
              addLanes(sums, nine(p1, q1, r1, w));
              w += 36;
            } while (w < lastTap);
          }
        } else {
          store<i64>(sums, 0);
          store<i32>(sums, 0, 8);
          let pixel = p;
          do {
            let sum = lanesStart;
            const last = min(w + (chunk << 2), lastTap);
            do {
              sum += load<i64>(pixel) * <i64>load<i8>(w);
              pixel += dilation << 3;
              w += 4;
            } while (w < last);
            addLanes(sums, sum);
          } while (w < lastTap);
        }
        storeSumsBy<Shift>(sums, sums + 12, out, laneBytes, bias, multiplier32, bits, offset, outputZeroPoint, low, high);
        p += step;
        q += step;
        r += step;
        out += outputChannels;
      } while (out < outEnd);
    }
    input += width * channels;
    output += outputWidth * outputChannels;
  }
}

/** Columns until one enters the input or leaves it, at most `run`. */
// @ts-ignore: decorator
@inline
function untilEdge(x: i32, width: i32, run: i32): i32 {
  return min(run, x < 0 ? -x : x < width ? width - x : run);
}

/**
 * Packs one channel's columns from `x` on, from `start` to `end`; the other lanes lie `lane` and twice `lane` columns further. `image`
 * is the channel in the first pixel.
 */
function packEdges(start: usize, end: usize, image: usize, x: i32, lane: i32, width: i32, channels: i32, outside: usize): void {
  while (start < end) {
    const x1 = x + lane, x2 = x1 + lane;
    const run = untilEdge(x2, width, untilEdge(x1, width, untilEdge(x, width, <i32>((end - start) >> 3))));
    let a = outside, b = outside, c = outside, stepA = 0, stepB = 0, stepC = 0;
    if (<u32>x < <u32>width) { a = image + x * channels; stepA = channels; }
    if (<u32>x1 < <u32>width) { b = image + x1 * channels; stepB = channels; }
    if (<u32>x2 < <u32>width) { c = image + x2 * channels; stepC = channels; }
    const runEnd = start + (<usize>run << 3);
    packRun(start, runEnd, a, b, c, stepA, stepB, stepC);
    start = runEnd;
    x += run;
  }
}
