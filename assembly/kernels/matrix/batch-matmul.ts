/**
 * Products of matrices that both lie in linear memory.
 *
 * first  [batches, rows, depth] X, second [batches, depth, columns] X, each in any order: steps from one element to the next
 *        are given, as are those from one matrix to the next, 0 where all batches have the same
 * output [batches, rows, columns] X
 *
 *   sum[b,i,j] = sum over k, in this order, of (first[b,i,k] - firstZeroPoint) * (second[b,k,j] - secondZeroPoint)
 *   output = sum; of integers, clamp(outputZeroPoint + requantize(sum)) to what X holds
 *
 * Accumulator: float32; int32 of int8, below depth * 2^16, which the host bounds; int64 of int16, whose multiplier has 16
 * bits (see math/outputs).
 * Source: TFLite reference kernel `BatchMatMul`.
 */
import { readParameters } from "../../host-imports/weights";
import { clamp, requantizeAny } from "../../math/requantize";
import { MatmulParameters } from "../../parameters";

export function batchMatmulFloat32(parameters: i32, to: usize): void {
  batchMatmul<f32, f32, f32>(parameters, to);
}

export function batchMatmulInt8(parameters: i32, to: usize): void {
  batchMatmul<i8, i32, i32>(parameters, to);
}

export function batchMatmulInt16(parameters: i32, to: usize): void {
  batchMatmul<i16, i32, i64>(parameters, to);
}

/** Elements of type X, as P, in sums of type S. */
// @ts-ignore: decorator
@inline
function batchMatmul<X, P, S>(parameters: i32, to: usize): void {
  const given = readParameters<MatmulParameters>(parameters, to);
  const rows = given.rows, columns = given.columns, depth = given.depth;
  const firstStep = <usize>given.firstStep * sizeof<X>(), secondStep = <usize>given.secondStep * sizeof<X>();
  const firstZeroPoint = <P>given.firstZeroPoint, secondZeroPoint = <P>given.secondZeroPoint;
  let first = given.first, second = given.second, output = given.output;
  for (let b = given.batches; b > 0; b--) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++, output += sizeof<X>()) {
        let p = first + <usize>(i * given.firstRow) * sizeof<X>();
        let q = second + <usize>(j * given.secondColumn) * sizeof<X>();
        let sum: S = 0;
        for (let k = depth; k > 0; k--, p += firstStep, q += secondStep) {
          if (sizeof<X>() == 1) sum += <S>((<P>load<X>(p) - firstZeroPoint) * (<P>load<X>(q) - secondZeroPoint));
          else sum += <S>(<P>load<X>(p) * <P>load<X>(q));
        }
        if (isFloat<X>()) {
          store<S>(output, sum);
          continue;
        }
        const multiplier = <i64>given.multiplier, shift = given.shift;
        const rescaled = sizeof<S>() == 8
          ? <i32>((<i64>sum * multiplier + ((<i64>1 << <i64>shift) >> 1)) >> <i64>shift)
          : requantizeAny(<i32>sum, multiplier, shift);
        const limit = 1 << (8 * <i32>sizeof<X>() - 1);
        store<X>(output, <X>clamp(rescaled + given.outputZeroPoint, -limit, limit - 1));
      }
    }
    first += <usize>given.firstBatch * sizeof<X>();
    second += <usize>given.secondBatch * sizeof<X>();
  }
}
