/**
 * 2-d depthwise convolution of int8 by filters of one row over images of one row (batches and all else as in
 * depthwise-conv-2d): convolutions along time, and whole maps, which the host sees as rows.
 *
 * How: channel by channel, three output columns lie in 21-bit lanes (see math/lanes), so far apart that they are all of the
 * output's: where its width does not part into three, some are computed twice. Nine taps without dilation are one expression, the
 * last of them filled up with weights of zero; with dilation tap by tap, and lanes are emptied after `chunk` taps.
 *
 * Where windows leave the input, a tile's channels are copied to a row with columns outside, four bytes a column, which is packed then.
 *
 * scratch: `span` packed pixels of 8 bytes, span = (band-1)*strideWidth + (taps-1)*dilationWidth + 1, and 8 of them more; then
 * one tile with its taps filled up to nines; then three sums, int32; then that row, of all columns of the three lanes. band is what
 * `bandOf` gives.
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
function nine(p: usize, w: usize): i64 {
  return lanesStart +
    load<i64>(p) * <i64>load<i8>(w) + load<i64>(p, 8) * <i64>load<i8>(w, 4) + load<i64>(p, 16) * <i64>load<i8>(w, 8) +
    load<i64>(p, 24) * <i64>load<i8>(w, 12) + load<i64>(p, 32) * <i64>load<i8>(w, 16) + load<i64>(p, 40) * <i64>load<i8>(w, 20) +
    load<i64>(p, 48) * <i64>load<i8>(w, 24) + load<i64>(p, 56) * <i64>load<i8>(w, 28) + load<i64>(p, 64) * <i64>load<i8>(w, 32);
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
  const row = sums + 12;
  for (let at = tile; at < row; at += 4) store<i32>(at, 0);
  const outputChannels = channels * multiplier;
  const laneBytes = apart * outputChannels, bandBytes = band * outputChannels;
  const columns = span + 2 * lane;
  const isInside = padLeft == 0 && columns <= width;
  const firstInside = row + (<usize>min(padLeft, columns) << 2), lastInside = row + (<usize>min(padLeft + width, columns) << 2);
  if (!isInside) {
    const rowEnd = row + (<usize>columns << 2);
    for (let at = row; at < rowEnd; at += 4) store<i32>(at, (inputZeroPoint & 0xff) * 0x01010101);
  }
  const columnBytes = isInside ? channels : 4, secondLane = lane * columnBytes, thirdLane = 2 * secondLane;
  const step = <usize>stride << 3;
  const laneOffsets = (dilation == 1 ? (taps + 8) / 9 : (taps + chunk - 1) / chunk) * laneOffset;
  const tapsBytes = taps << 2;
  for (let b = 0; b < batches; b++) {
    for (let n = 0; n < outputChannels; n++) {
      if ((n & 3) == 0) {
        readWeights(tile, weights + (n >> 2) * tileBytes, tileBytes);
        if (firstInside < lastInside && !isInside) copyColumns(firstInside, lastInside, input, n, multiplier, channels);
      }
      const constants = tile + ((n & 3) << 2);
      const firstTap = tile + 48 + (n & 3);
      const lastTap = firstTap + tapsBytes;
      const bias = load<i32>(constants) - laneOffsets;
      const multiplier32 = <i64>load<i32>(constants, 16);
      const bits = bitsOf<Shift>(load<i32>(constants, 32)), offset = offsetOf<Shift>(bits, outputZeroPoint);
      const a = isInside ? input + n / multiplier : row + (n & 3);
      packRun(scratch, end, a, a + secondLane, a + thirdLane, columnBytes, columnBytes, columnBytes);
      let p = scratch, out = output + n;
      const outEnd = out + bandBytes;
      do {
        let w = firstTap;
        if (dilation == 1) {
          storeLanes(sums, nine(p, w));
          w += 36;
          if (w < lastTap) {
            let next = p;
            do {
              next += 72;
              addLanes(sums, nine(next, w));
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
        out += outputChannels;
      } while (out < outEnd);
    }
    input += width * channels;
    output += outputWidth * outputChannels;
  }
}

/**
 * Copies the columns of an image that lie from `first` to `last`, of what four output channels from number `n` on read, a byte each;
 * where there are fewer, the last channel stands for them.
 */
function copyColumns(first: usize, last: usize, image: usize, n: i32, multiplier: i32, channels: i32): void {
  if (multiplier == 1 && n + 4 <= channels) {
    image += n;
    do {
      store<i32>(first, load<i32>(image));
      image += channels;
      first += 4;
    } while (first < last);
    return;
  }
  const tileEnd = first + 4;
  do {
    let from = image + min(n / multiplier, channels - 1), to = first;
    do {
      store<i8>(to, load<i8>(from));
      from += channels;
      to += 4;
    } while (to < last);
    n++;
    first++;
  } while (first < tileEnd);
}
