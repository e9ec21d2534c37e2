/**
 * Sum of many tensors of one shape, int8.
 *
 * operands [elements]: two or more tensors, int8 of one scale and zero point
 * output [elements] int8; may be the memory of one of them
 *
 *   output = clamp(outputZeroPoint + rescale((sum of operands + offset) * 2^19, multiplier, shift), -128, 127)
 *   offset = -(operands + 1) * zeroPoint: the reference kernel begins with the integer 0, from which it takes the
 *   zero point too, so that its result is off by as much where that is not 0; these are its bytes
 *
 * Accumulator: int32; 2^8 for each operand times 2^19, so up to 14 operands (the host refuses more).
 * Source: TFLite reference kernel `AddN`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { clamp, rescale } from "../../math/requantize";
import { SumOfManyParameters } from "../../parameters";

export function sumOfManyInt8(parameters: i32, to: usize): void {
  const given = readParameters<SumOfManyParameters>(parameters, to);
  const output = given.output, length = <usize>given.elements;
  const addresses = given.scratch, bytes = given.operands << 2, end = addresses + bytes;
  readWeights(addresses, given.addresses, bytes);
  for (let at: usize = 0; at < length; at++) {
    let sum = given.offset;
    for (let operand = addresses; operand < end; operand += 4) sum += load<i8>(load<u32>(operand) + at);
    store<i8>(output + at, clamp(rescale(sum << 19, given.multiplier, given.shift) + given.outputZeroPoint, -128, 127));
  }
}
