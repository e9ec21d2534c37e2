/**
 * A stream at another sample rate, by the phases of a FIR filter, float32.
 *
 * input   [time, channels] float32
 * output  [outputs, channels] float32, outputs = time * up / down
 * history [taps - 1, channels] float32, the variable: what came last, the first sample everywhere before the first run where
 *         the stream starts with it
 * phases  [up, taps] float32 at `weights` in the weights section: phase p has the filter's taps p, p + up, p + 2 up, ..
 *
 *   output[k, c] = 0 + the sum over i of phase[k * down % up, i] * x[floor(k * down / up) - i, c], one after the other
 *
 * where x is the input, and the history before it. What is no number is the canonical NaN.
 *
 * scratch: 4 * taps bytes, one phase.
 * Source: Crochiere, Rabiner, Multirate Digital Signal Processing (1983), "Polyphase structures".
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { fillHistory, isStarting, keepHistory } from "../../math/streams";
import { ResampleStreamParameters } from "../../parameters";

export function resampleStreamFloat32(parameters: i32, to: usize): void {
  const given = readParameters<ResampleStreamParameters>(parameters, to);
  const input = given.input, history = given.state, scratch = given.scratch, weights = given.weights;
  const time = given.time, outputs = given.outputs, up = given.up, down = given.down, taps = given.taps;
  const step = given.channels << 2, phaseBytes = taps << 2;
  let output = given.output;
  if (isStarting(given.startsWithFirst, given.started)) fillHistory(history, taps - 1, input, step);
  let phase = 0, latest = 0, loaded = -1;
  for (let k = 0; k < outputs; k++) {
    if (phase != loaded) readWeights(scratch, weights + phase * phaseBytes, phaseBytes);
    loaded = phase;
    const fromInput = min(latest + 1, taps);
    for (let channel = 0; channel < step; channel += 4, output += 4) {
      let sum: f32 = 0, tap = scratch, from = input + latest * step + channel;
      for (const end = scratch + (fromInput << 2); tap < end; tap += 4, from -= step)
        sum += load<f32>(tap) * load<f32>(from);
      from = history + (taps - 2 + latest + 1 - fromInput) * step + channel;
      for (const end = scratch + phaseBytes; tap < end; tap += 4, from -= step) sum += load<f32>(tap) * load<f32>(from);
      store<f32>(output, canonical(sum));
    }
    for (phase += down; phase >= up; phase -= up) latest++;
  }
  keepHistory(history, taps - 1, input, time, step);
}
