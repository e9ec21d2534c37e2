/**
 * Sum of many tensors of one shape.
 *
 * operands: two or more tensors, all float32, or all int8 of one scale and zero point
 * output [elements] of their dtype; may be the memory of one of them
 *
 *   float32  output = operand0 + operand1 + ..., from the left
 *   int8     output = clamp(outputZeroPoint + rescale((sum of operands + offset) * 2^19, multiplier, shift), -128, 127)
 *            offset = -(operands + 1) * zeroPoint: the reference kernel begins with the integer 0, from which it takes the
 *            zero point too, so that its result is off by as much where that is not 0; these are its bytes
 *
 * Accumulator: int32; 2^8 for each operand times 2^19, so up to 14 operands (the host refuses more).
 * Source: TFLite reference kernel `AddN`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { clamp, rescale } from "../../math/requantize";
import { SumOfManyParameters } from "../../parameters";

export function sumOfManyFloat32(parameters: i32, to: usize): void {
  const given = readParameters<SumOfManyParameters>(parameters, to);
  const output = given.output, length = <usize>given.elements << 2;
  const addresses = given.scratch, end = readAddresses(given);
  for (let at: usize = 0; at < length; at += 4) {
    let sum = load<f32>(load<u32>(addresses) + at);
    for (let operand = addresses + 4; operand < end; operand += 4) sum += load<f32>(load<u32>(operand) + at);
    store<f32>(output + at, canonical(sum));
  }
}

export function sumOfManyInt8(parameters: i32, to: usize): void {
  const given = readParameters<SumOfManyParameters>(parameters, to);
  const output = given.output, length = <usize>given.elements;
  const addresses = given.scratch, end = readAddresses(given);
  for (let at: usize = 0; at < length; at++) {
    let sum = given.offset;
    for (let operand = addresses; operand < end; operand += 4) sum += load<i8>(load<u32>(operand) + at);
    store<i8>(output + at, clamp(rescale(sum << 19, given.multiplier, given.shift) + given.outputZeroPoint, -128, 127));
  }
}

/** Reads the operands' addresses to scratch memory; answers where they end. */
// @ts-ignore: decorator
@inline
function readAddresses(given: SumOfManyParameters): usize {
  const bytes = given.operands << 2;
  readWeights(given.scratch, given.addresses, bytes);
  return given.scratch + bytes;
}
