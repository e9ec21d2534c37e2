/**
 * 2-d depthwise convolution of int8 by filters of one row at a single position that leaves out nothing of its window (batches and all
 * else as in depthwise-conv-2d): whole maps, and the last step of convolutions along time. Each of a multiple of 4 channels to one.
 *
 * How: tile by tile, four channels' sums at once; at one position lanes (math/lanes) would be packed for one product each.
 * Accumulator: int32, below taps * 2^14 < 2^30, as the host limits taps to 65,536.
 *
 * scratch: one tile; the sums take the place of its first weights.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { bitsOf, offsetOf, Once, ShiftEitherWay, storeSumsBy } from "../../math/requantize";
import { WindowParameters } from "../../parameters";

/** Channels that shift either way. */
export function depthwiseConv2dWholeInt8(parameters: i32, to: usize): void {
  depthwiseWhole<ShiftEitherWay>(parameters, to);
}

/** Channels that are rounded once. */
export function depthwiseConv2dWholeOnceInt8(parameters: i32, to: usize): void {
  depthwiseWhole<Once>(parameters, to);
}

// @ts-ignore: decorator
@inline
function depthwiseWhole<Shift>(parameters: i32, to: usize): void {
  const given = readParameters<WindowParameters>(parameters, to);
  let input = given.input, output = given.output;
  const tile = given.scratch, firstTile = given.weights, channels = given.inputChannels, step = given.dilationWidth * channels;
  const outputZeroPoint = given.outputZeroPoint, low = given.low, high = given.high;
  const end = tile + (given.filterWidth << 2);
  const tileBytes = 48 + ((given.filterWidth * 4 + 15) & ~15);
  const imageRest = (given.inputWidth - 1) * channels;
  for (let b = given.batches; b > 0; b--) {
    const inputEnd = input + channels;
    let weights = firstTile;
    do {
      readWeights(tile, weights, tileBytes);
      weights += tileBytes;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, w = tile, p = input;
      do {
        s0 += <i32>load<i8>(p) * <i32>load<i8>(w, 48);
        s1 += <i32>load<i8>(p, 1) * <i32>load<i8>(w, 49);
        s2 += <i32>load<i8>(p, 2) * <i32>load<i8>(w, 50);
        s3 += <i32>load<i8>(p, 3) * <i32>load<i8>(w, 51);
        p += step;
        w += 4;
      } while (w < end);
      store<i32>(tile, s0, 48);
      store<i32>(tile, s1, 52);
      store<i32>(tile, s2, 56);
      store<i32>(tile, s3, 60);
      let constants = tile;
      const constantsEnd = tile + 16;
      do {
        const bias = load<i32>(constants), multiplier = <i64>load<i32>(constants, 16), bits = bitsOf<Shift>(load<i32>(constants, 32));
        const offset = offsetOf<Shift>(bits, outputZeroPoint);
        storeSumsBy<Shift>(constants + 48, constants + 52, output, 1, bias, multiplier, bits, offset, outputZeroPoint, low, high);
        constants += 4;
        output++;
      } while (constants < constantsEnd);
      input += 4;
    } while (input < inputEnd);
    input += imageRest;
  }
}
