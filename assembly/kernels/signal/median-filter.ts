/**
 * Medians of the last samples of channels over time, float32.
 *
 * input   [time, channels] float32
 * output  [time, channels] float32
 * history [window - 1, channels] float32, the variable: what came last, the first sample everywhere before the first run where
 *         the stream starts with it
 *
 *   output[t, c] = the median of the window - 1 samples before input[t, c], and of that
 *
 * No accumulator.
 *
 * scratch: 4 * window bytes, a window that is sorted.
 * Source: Tukey, Exploratory Data Analysis (1977), "Running medians".
 */
import { readParameters } from "../../host-imports/weights";
import { sortWindow } from "../../math/median";
import { fillHistory, isStarting, keepHistory } from "../../math/streams";
import { MedianFilterParameters } from "../../parameters";

export function medianFilterFloat32(parameters: i32, to: usize): void {
  const given = readParameters<MedianFilterParameters>(parameters, to);
  const input = given.input, output = given.output, history = given.state, scratch = given.scratch;
  const time = given.time, channels = given.channels, window = given.window;
  const step = channels << 2, middle = scratch + ((window >> 1) << 2);
  if (isStarting(given.startsWithFirst, given.started)) fillHistory(history, window - 1, input, step);
  for (let channel = 0; channel < step; channel += 4) {
    let into = output + channel;
    for (let t = 0; t < time; t++, into += step) {
      sortWindow(scratch, history + channel, input + channel, t, window, step);
      store<f32>(into, load<f32>(middle));
    }
  }
  keepHistory(history, window - 1, input, time, step);
}
