/**
 * Statistics of channels over time, float32.
 *
 * input  [rows, time, channels] float32
 * output [rows, channels, statistics] float32, those that are chosen
 *
 *   m   = (sum of (x - x[0])) / time                s2, s3, s4 = (sum of ((x - x[0]) - m)^k) / time
 *   0 mean                  x[0] + m                1 rms            r = sqrt((sum of x^2) / time)
 *   2 standard deviation    d = sqrt(s2)            3, 4             minimum, maximum
 *   5 peak to peak          maximum - minimum       6 skewness       s3 / s2 / d, or 0 where s2 is
 *   7 kurtosis              s4 / s2 / s2 - 3, or 0  8 zero crossings neighbours of which one is below 0
 *   9 absolute deviation    (sum of |(x - x[0]) - m|) / time
 *   10 crest factor         max(|minimum|, |maximum|) / r, or 0 where r is
 *
 * Sums are float32, one after the other, of differences from the first sample, since what a signal is far from is most often a
 * constant. What is no number is the canonical NaN.
 *
 * scratch: 44 bytes.
 * Source: Joanes, Gill, Comparing measures of sample skewness and kurtosis (1998): g1 and g2.
 */
import { readParameters } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { StatisticsParameters } from "../../parameters";

export function statisticsFloat32(parameters: i32, to: usize): void {
  const given = readParameters<StatisticsParameters>(parameters, to);
  const scratch = given.scratch, rows = given.rows, time = given.time, channels = given.channels;
  const isCentred = given.isCentred, chosen = given.chosen;
  const step = channels << 2, count = <f32>time;
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++, input += time * step) {
    for (let channel = 0; channel < channels; channel++) {
      const first = input + (channel << 2), end = first + time * step;
      const start = load<f32>(first);
      let sum: f32 = 0, squares: f32 = 0, low = start, high = start, crossings = 0;
      let wasBelow = start < 0;
      for (let at = first; at < end; at += step) {
        const x = load<f32>(at), isBelow = x < 0;
        sum += x - start;
        squares += x * x;
        low = min<f32>(low, x);
        high = max<f32>(high, x);
        crossings += i32(isBelow != wasBelow);
        wasBelow = isBelow;
      }
      const offset = sum / count, rms = sqrt<f32>(squares / count);
      store<f32>(scratch, start + offset);
      store<f32>(scratch, rms, 4);
      store<f32>(scratch, low, 12);
      store<f32>(scratch, high, 16);
      store<f32>(scratch, high - low, 20);
      store<f32>(scratch, <f32>crossings, 32);
      store<f32>(scratch, rms == 0 ? 0 : max<f32>(abs<f32>(low), abs<f32>(high)) / rms, 40);
      if (isCentred != 0) centred(first, end, step, offset, count, scratch);
      for (let rest = chosen; rest != 0; rest >>= 4, output += 4)
        store<f32>(output, canonical(load<f32>(scratch + (<usize>((rest & 15) - 1) << 2))));
    }
  }
}

/** Those of differences from the mean. */
function centred(first: usize, end: usize, step: usize, offset: f32, count: f32, values: usize): void {
  const start = load<f32>(first);
  let deviations: f32 = 0, second: f32 = 0, third: f32 = 0, fourth: f32 = 0;
  for (let at = first; at < end; at += step) {
    const d = load<f32>(at) - start - offset, square = d * d;
    deviations += abs<f32>(d);
    second += square;
    third += square * d;
    fourth += square * square;
  }
  const variance = second / count, deviation = sqrt<f32>(variance);
  store<f32>(values, deviation, 8);
  store<f32>(values, variance == 0 ? 0 : third / count / variance / deviation, 24);
  store<f32>(values, variance == 0 ? 0 : fourth / count / variance / variance - 3, 28);
  store<f32>(values, deviations / count, 36);
}
