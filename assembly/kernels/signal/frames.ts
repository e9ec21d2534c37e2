/**
 * Frames of a stream that comes in hops: what the last hops held, in memory from one run to the next. Any dtype.
 *
 * input     [rows, hops * hopBytes]
 * output    [rows, hops, frameBytes]
 * valid     bool: whether all frames of this run are
 * history   [rows, historyBytes], a variable: what came last; frameBytes <= historyBytes + hopBytes
 * countdown int32, a variable: hops to come before the next frame; below 0 on the first run where the history is to
 *           be filled with the first hop, then its complement
 *
 *   frame   = the first frameBytes of history and hop; left as it is where the countdown is not at its end
 *   history = the last historyBytes of history and hop
 *
 * No accumulator.
 * Source: TensorFlow Lite Micro's signal operators Delay, Framer and Stacker, which leave invalid frames as they are.
 */
import { readParameters } from "../../host-imports/weights";
import { FramesParameters } from "../../parameters";

export function frames(parameters: i32, to: usize): void {
  const given = readParameters<FramesParameters>(parameters, to);
  const valid = given.valid, countdown = given.countdown, rows = given.rows, hops = given.hops, every = given.every;
  const hopBytes = given.hopBytes, historyBytes = given.historyBytes, frameBytes = given.frameBytes;
  const fromHistory = min(frameBytes, historyBytes), keptBytes = max(historyBytes - hopBytes, 0);
  let input = given.input, output = given.output, history = given.history;
  const start = load<i32>(countdown);
  let wait = start;
  let allValid = true;
  for (let row = 0; row < rows; row++, history += historyBytes) {
    wait = start;
    if (wait < 0) {
      for (let at = 0; at < historyBytes; at += hopBytes) memory.copy(history + at, input, min(hopBytes, historyBytes - at));
      wait = ~wait;
    }
    for (let hop = 0; hop < hops; hop++, input += hopBytes, output += frameBytes, wait--) {
      if (wait == 0) {
        memory.copy(output, history, fromHistory);
        memory.copy(output + fromHistory, input, frameBytes - fromHistory);
        wait = every;
      } else {
        allValid = false;
      }
      memory.copy(history, history + historyBytes - keptBytes, keptBytes);
      const added = historyBytes - keptBytes;
      memory.copy(history + keptBytes, input + hopBytes - added, added);
    }
  }
  store<i32>(countdown, wait);
  store<u8>(valid, <u8>allValid);
}
