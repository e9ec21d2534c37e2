/**
 * The walk of recurrent layers through the times of a sequence, whatever they compute in: state, masks and the sequence that
 * is stored. The block stays in memory while the walk lasts, which keeps the current time's addresses in it.
 */
import { SequenceWalkParameters } from "../parameters";

/** Sets a state to its first value: what is given, or zeros. */
export function startState(state: usize, initial: usize, isGiven: i32, zero: i32, bytes: usize): void {
  if (isGiven) memory.copy(state, initial, bytes);
  else memory.fill(state, <u8>zero, bytes);
}

/** Whether the mask lets the batch take part in the current time. */
export function isAwake(walk: SequenceWalkParameters, batch: i32): bool {
  return !walk.hasMask || load<u8>(walk.mask + batch * walk.maskBatchStep) != 0;
}

/** Stores the current time of the sequence and goes on to the next. False after the last. */
export function nextTime(walk: SequenceWalkParameters): bool {
  if (walk.hasSequence) {
    const bytes = walk.hiddenBytes, before = walk.time > 0 && walk.holds ? walk.outputTimeStep : 0;
    let output = walk.output, hidden = walk.hidden;
    for (let b = 0; b < walk.batches; b++, output += walk.outputBatchStep, hidden += bytes) {
      if (isAwake(walk, b)) memory.copy(output, hidden, bytes);
      else if (before) memory.copy(output, output - before, bytes);
      else memory.fill(output, <u8>walk.zero, bytes);
    }
  }
  walk.input += walk.inputTimeStep;
  walk.output += walk.outputTimeStep;
  walk.mask += walk.maskTimeStep;
  return ++walk.time < walk.times;
}
