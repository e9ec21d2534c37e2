/**
 * Outliers of channels over time replaced by medians, float32.
 *
 * input   [time, channels] float32
 * output  [time, channels] float32
 * history [window - 1, channels] float32, the variable: what came last, the first sample everywhere before the first run where
 *         the stream starts with it
 *
 *   m            = the median of the window - 1 samples before input[t, c], and of that; x the middle one of them
 *   d            = the median of their |sample - m|
 *   output[t, c] = m where |x - m| > factor * d, else x
 *
 * No accumulator.
 *
 * scratch: 8 * window bytes, a window that is sorted and its deviations.
 * Source: Hampel, The Influence Curve and its Role in Robust Estimation (1974); Pearson, Outliers in Process Modeling and
 * Identification (2002).
 */
import { readParameters } from "../../host-imports/weights";
import { insert, sortWindow } from "../../math/median";
import { fillHistory, isStarting, keepHistory } from "../../math/streams";
import { MedianFilterParameters } from "../../parameters";

export function hampelFloat32(parameters: i32, to: usize): void {
  const given = readParameters<MedianFilterParameters>(parameters, to);
  const input = given.input, output = given.output, history = given.state, scratch = given.scratch;
  const time = given.time, channels = given.channels, window = given.window, factor = given.factor;
  const step = channels << 2, half = window >> 1, deviations = scratch + (window << 2);
  if (isStarting(given.startsWithFirst, given.started)) fillHistory(history, window - 1, input, step);
  for (let channel = 0; channel < step; channel += 4) {
    let into = output + channel;
    for (let t = 0; t < time; t++, into += step) {
      sortWindow(scratch, history + channel, input + channel, t, window, step);
      const median = load<f32>(scratch + (half << 2));
      for (let offset = 0; offset < window << 2; offset += 4)
        insert(deviations, deviations + offset, abs<f32>(load<f32>(scratch + offset) - median));
      const sample = load<f32>(t < half ? history + (t + half) * step + channel : input + (t - half) * step + channel);
      const isOutlier = abs<f32>(sample - median) > factor * load<f32>(deviations + (half << 2));
      store<f32>(into, isOutlier ? median : sample);
    }
  }
  keepHistory(history, window - 1, input, time, step);
}
