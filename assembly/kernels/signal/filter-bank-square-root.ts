/**
 * Square roots, uint64 to uint32.
 *
 * input     [elements] uint64
 * scaleBits scalar int32
 * output    [elements] uint32
 *
 *   output[i] = round(sqrt(input[i])) >> scaleBits; of an input below 2^32 the root is at most 2^16 - 1
 *
 * The root in doubles is exact to one, which whole squares then mend. No accumulator.
 * Source: TensorFlow Lite Micro's signal library, `FilterbankSqrt`, `Sqrt64` and `Sqrt32`.
 */
import { readParameters } from "../../host-imports/weights";
import { SquareRootParameters } from "../../parameters";

export function filterBankSquareRootUint64(parameters: i32, to: usize): void {
  const given = readParameters<SquareRootParameters>(parameters, to);
  const scaleBits = load<i32>(given.scaleBits);
  let input = given.input, output = given.output;
  for (const end = input + (given.elements << 3); input < end; input += 8, output += 4) {
    store<u32>(output, <u32>rootOf(load<u64>(input)) >> scaleBits);
  }
}

/**
 * Without branches: where an i64 waits twice on the stack while its local variable is set, and a branch begins later,
 * wasm3 puts another value into its upper half.
 */
function rootOf(value: u64): u64 {
  const largest: u64 = value >> 32 ? 0xffffffff : 0xffff;
  let root = min<u64>(<u64>sqrt(<f64>value), largest);
  root -= <u64>(root * root > value);
  return min<u64>(root + <u64>(value - root * root > root), largest);
}
