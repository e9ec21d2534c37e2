/**
 * Square roots, uint64 to uint32.
 *
 * input     [elements] uint64
 * scaleBits scalar int32
 * output    [elements] uint32
 *
 *   output[i] = round(sqrt(input[i])) >> scaleBits; of an input below 2^32 the root is at most 2^16 - 1
 *
 * No accumulator.
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

/** By Newton's steps, which go down to the root from the power of two above it. */
function rootOf(value: u64): u64 {
  if (value == 0) return 0;
  let root = <u64>1 << ((65 - clz(value)) >> 1);
  for (let next = (root + value / root) >> 1; next < root; next = (root + value / root) >> 1) root = next;
  const largest: u64 = value >> 32 ? 0xffffffff : 0xffff;
  return min<u64>(root + <u64>(value - root * root > root), largest);
}
