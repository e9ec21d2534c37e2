/**
 * Samples of channels less their mean so far, in standard deviations, float32.
 *
 * input   [time, channels] float32
 * output  [time, channels] float32; may be the input's memory
 * state   [2, channels] float32, the variable: mean and variance; the mean is the first sample at the first run where the
 *         stream starts with it
 *
 *   d = x - mean, mean = mean + rate * d
 *   variance = kept * (variance + d * (rate * d))
 *   output   = (x - mean) / sqrt(variance + epsilon)
 *
 * What is no number is the canonical NaN, from there on: it stays in the state.
 * Source: Finch, Incremental calculation of weighted mean and variance (2009), section 9.
 */
import { readParameters } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { isStarting } from "../../math/streams";
import { RunningNormalizeParameters } from "../../parameters";

export function runningNormalizeFloat32(parameters: i32, to: usize): void {
  const given = readParameters<RunningNormalizeParameters>(parameters, to);
  const input = given.input, output = given.output, state = given.state, time = given.time;
  const rate = given.rate, kept = given.kept, epsilon = given.epsilon;
  const starting = isStarting(given.startsWithFirst, given.started);
  const step = given.channels << 2;
  for (let channel = 0; channel < step; channel += 4) {
    const means = state + channel, variances = means + step;
    let from = input + channel, into = output + channel;
    let mean = starting ? load<f32>(from) : load<f32>(means), variance = load<f32>(variances);
    for (let left = time; left > 0; left--, from += step, into += step) {
      const x = load<f32>(from), difference = x - mean, change = rate * difference;
      mean += change;
      variance = kept * (variance + difference * change);
      store<f32>(into, canonical((x - mean) / sqrt<f32>(variance + epsilon)));
    }
    store<f32>(means, canonical(mean));
    store<f32>(variances, canonical(variance));
  }
}
