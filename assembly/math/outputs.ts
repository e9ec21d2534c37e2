/**
 * From a sum to an output, by the type X of the output and S of the sum:
 *
 *   float32, float32   clamp(sum + bias)
 *   int8, int32        clamp(outputZeroPoint + requantize(sum + bias))       as in requantize.ts
 *   int16, int32       the same
 *   int16, int64       clamp(floor((sum + bias) * multiplier / 2^shift + 1/2)), a multiplier of 16 bits
 *
 * A tile's header holds the constants of 4 outputs: bias[4], in S; multiplier[4] int32, of float32 the scales of weights;
 * shift[4] int32 (positive: right; of sums of int32, 64 added: rounded once).
 *
 * Source: TFLite's `MultiplyByQuantizedMultiplier` of int32 and of int64.
 */
import { ProductParameters } from "../parameters";
import { clamp, requantizeAny, requantizeSum } from "./requantize";

/** Bytes of a header. */
// @ts-ignore: decorator
@inline
export function headerBytes<S>(): usize {
  return 4 * sizeof<S>() + 32;
}

/** Stores the output of a sum. `lane` is the header's address and 4 times the output's number within the tile. */
// @ts-ignore: decorator
@inline
export function storeOutput<X, S>(given: ProductParameters, header: usize, n: i32, sum: S, output: usize): void {
  const total = sum + load<S>(header + <usize>n * sizeof<S>());
  if (isFloat<S>()) {
    const lowest = <S>given.lowest, highest = <S>given.highest;
    store<S>(output, total < lowest ? lowest : total > highest ? highest : total);
    return;
  }
  const constants = header + 4 * sizeof<S>() + (<usize>n << 2);
  const multiplier = <i64>load<i32>(constants);
  const shift = load<i32>(constants, 16);
  const rescaled =
    sizeof<S>() == 4 ? requantizeAny(<i32>total, multiplier, shift) : requantizeSum<S>(total, multiplier, shift);
  store<X>(output, <X>clamp(rescaled + given.outputZeroPoint, given.low, given.high));
}
