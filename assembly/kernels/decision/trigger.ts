/**
 * Events of scores that pass levels, with hysteresis and times, float32.
 *
 * scores [classes] float32
 * events [count] bool: events that begin in this run
 * active [count] bool: events that last, those that begin among them
 * levels [count] float32: the scores of the events' classes
 * state  [count, 3] int32, the variable: runs in a row, whether the event lasts, runs until it may begin
 * rules  [count] of the weights section: class int32; on, off float32; hold, release, refractory int32
 *
 *   passes = lasts ? not score >= off : score >= on, of the `highest` classes with the highest scores alone if that is not 0
 *   row    = passes ? row + 1 : 0
 *   begins = not lasts and row >= hold and the refractory time is over;  ends = lasts and row >= release
 *
 * An event starts its refractory time, that of all events if `together`. No accumulator.
 * Source: the Schmitt trigger; times as in ESPHome's micro_wake_word and TensorFlow Lite Micro's RecognizeCommands.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { TriggerParameters } from "../../parameters";

/** Bytes of one event's rule, and of its state; most runs that are counted. */
const ruleBytes = 24, stateBytes = 12, mostRuns = 1 << 30;

/** Classes that stand before one: with a higher score, or an equal one and a lower number. */
function rankOf(scores: usize, classes: i32, number: i32): i32 {
  const score = load<f32>(scores + (number << 2));
  let rank = 0;
  for (let i = 0; i < classes; i++) {
    const other = load<f32>(scores + (i << 2));
    if (other > score || (other == score && i < number)) rank++;
  }
  return rank;
}

export function triggerFloat32(parameters: i32, to: usize): void {
  const given = readParameters<TriggerParameters>(parameters, to);
  const scores = given.scores, events = given.events, active = given.active, levels = given.levels;
  const states = given.state, rule = given.scratch, count = given.count;
  const weights = given.weights, classes = given.classes, highest = given.highest, together = given.together;
  let silence = 0;
  for (let i = 0; i < count; i++) {
    readWeights(rule, weights + i * ruleBytes, ruleBytes);
    const state = states + i * stateBytes;
    const number = load<i32>(rule);
    const score = load<f32>(scores + (number << 2)), lasts = load<i32>(state, 4), wait = load<i32>(state, 8);
    const passes = lasts ? !(score >= load<f32>(rule, 8)) : score >= load<f32>(rule, 4) && (!highest || rankOf(scores, classes, number) < highest);
    let row = passes ? min(load<i32>(state) + 1, mostRuns) : 0;
    const begins = !lasts && row >= load<i32>(rule, 12) && wait == 0;
    const ends = lasts && row >= load<i32>(rule, 16);
    const lastsOn = begins || (lasts && !ends);
    const refractory = load<i32>(rule, 20);
    if (begins && together) silence = max(silence, refractory);
    if (begins || ends) row = 0;
    store<u8>(events + i, <u8>begins);
    store<u8>(active + i, <u8>lastsOn);
    store<f32>(levels + (i << 2), score);
    store<i32>(state, row);
    store<i32>(state, <i32>lastsOn, 4);
    store<i32>(state, begins ? refractory : max(0, wait - 1), 8);
  }
  for (let i = 0; i < count; i++) {
    const wait = states + i * stateBytes + 8;
    if (!load<u8>(events + i) && load<i32>(wait) < silence) store<i32>(wait, silence);
  }
}
