/**
 * Choice between two elements by a third, with broadcasting: elements of any dtype, by their size.
 *
 * first: the condition, bool
 * second, third: what is chosen where it is true, and where it is false
 * output [shape] of their dtype, the broadcast shape of all three
 *
 *   output = first ? second : third
 *
 * No accumulator.
 * Source: TFLite reference kernels `Select`, `BroadcastSelect5DSlow`.
 */
import { readParameters } from "../../host-imports/weights";
import { nextRow } from "../../math/broadcast";
import { WalkParameters } from "../../parameters";

export function select8(parameters: i32, to: usize): void {
  walkChoices<u8>(parameters, to);
}

export function select16(parameters: i32, to: usize): void {
  walkChoices<u16>(parameters, to);
}

export function select32(parameters: i32, to: usize): void {
  walkChoices<u32>(parameters, to);
}

export function select64(parameters: i32, to: usize): void {
  walkChoices<u64>(parameters, to);
}

// @ts-ignore: decorator
@inline
function walkChoices<T>(parameters: i32, to: usize): void {
  const walk = readParameters<WalkParameters>(parameters, to);
  const conditionStep = walk.firstStep, trueStep = walk.secondStep, falseStep = walk.thirdStep;
  const rowBytes = walk.rowBytes;
  let output = walk.output;
  do {
    let condition = walk.first, whereTrue = walk.second, whereFalse = walk.third;
    for (const end = output + rowBytes; output < end; output += sizeof<T>()) {
      store<T>(output, load<T>(load<u8>(condition) ? whereTrue : whereFalse));
      condition += conditionStep;
      whereTrue += trueStep;
      whereFalse += falseStep;
    }
  } while (nextRow(to));
}
