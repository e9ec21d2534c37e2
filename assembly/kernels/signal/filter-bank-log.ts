/**
 * Natural logarithms, scaled, uint32 to int16.
 *
 * input  [elements] uint32
 * output [elements] int16
 * table  [130] uint16 at `weights` in the weights section: log2(1 + i / 128) - i / 128, 16 fractional bits, and a 0
 *
 *   x         = input[i] << correctionBits, in 32 bits
 *   log2      = whole bits of x, and its fraction f + the table's entry at f's upper 7 bits; of the way to the next
 *               entry only the 128th part, as in the source
 *   output[i] = min(round(scale * round(log2 * ln 2)), 2^15 - 1), with 16 fractional bits until then; 0 for x <= 1
 *
 * Accumulator: uint64 for log2 * ln 2, uint32 modulo 2^32 for its product with the scale.
 *
 * scratch: 260 bytes.
 * Source: TensorFlow Lite Micro's signal library, `FilterbankLog` and `Log32`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { FilterBankLogParameters } from "../../parameters";

export function filterBankLogUint32(parameters: i32, to: usize): void {
  const given = readParameters<FilterBankLogParameters>(parameters, to);
  const table = given.scratch, scale = given.scale, correctionBits = given.correctionBits;
  let input = given.input, output = given.output;
  const end = input + (given.elements << 2);
  readWeights(table, given.weights, 260);
  for (; input < end; input += 4, output += 2) {
    const x = load<u32>(input) << correctionBits;
    store<u16>(output, x > 1 ? min((<u32>scale * logarithm(x, table) + 0x8000) >> 16, 0x7fff) : 0);
  }
}

/** The natural logarithm of x > 1, 16 fractional bits. */
function logarithm(x: u32, table: usize): u32 {
  const whole = 31 - clz(x);
  const above = x - (<u32>1 << whole);
  const fraction = whole < 16 ? above << (16 - whole) : above >> (whole - 16);
  const entry = table + ((fraction >> 9) << 1);
  const low = <i32>load<u16>(entry), high = <i32>load<u16>(entry, 2);
  const log2 = (whole << 16) + fraction + low + (((high - low) * <i32>(fraction & 511)) >> 16);
  return <u32>((<u64>45426 * <u64>log2 + 0x8000) >> 16);
}
