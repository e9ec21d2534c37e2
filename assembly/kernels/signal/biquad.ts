/**
 * Filters of second order over time, one after the other: direct form II transposed, float32.
 *
 * input    [time, channels] float32
 * output   [time, channels] float32; may be the input's memory
 * state    [channels, sections, 2] float32, the variable: s1, s2
 * started  int32, a variable: 0 before the first run, where the first sample counts as having lasted for ever
 * sections at `weights` in the weights section, each b0 b1 b2 a1 a2 z1 z2, float32
 *
 *   y  = b0 * x + s1
 *   s1 = (b1 * x - a1 * y) + s2
 *   s2 = b2 * x - a2 * y
 *
 * where x is the input, or y of the section before; at the start s1 = z1 * x, s2 = z2 * x. What is no number is the canonical
 * NaN, from there on: it stays in the state.
 *
 * scratch: 28 bytes.
 * Source: Oppenheim, Schafer, Discrete-Time Signal Processing, "Transposed Forms".
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { isStarting } from "../../math/streams";
import { BiquadParameters } from "../../parameters";

export function biquadFloat32(parameters: i32, to: usize): void {
  const given = readParameters<BiquadParameters>(parameters, to);
  const output = given.output, state = given.state, scratch = given.scratch;
  const time = given.time, channels = given.channels, sections = given.sections;
  const starting = isStarting(given.startsWithFirst, given.started);
  const step = channels << 2;
  let source = given.input, weights = given.weights;
  for (let section = 0; section < sections; section++, weights += 28, source = output) {
    readWeights(scratch, weights, 28);
    const b0 = load<f32>(scratch), b1 = load<f32>(scratch, 4), b2 = load<f32>(scratch, 8);
    const a1 = load<f32>(scratch, 12), a2 = load<f32>(scratch, 16);
    for (let channel = 0; channel < channels; channel++) {
      const at = state + ((channel * sections + section) << 3);
      let from = source + (channel << 2), into = output + (channel << 2);
      let s1 = load<f32>(at), s2 = load<f32>(at, 4);
      if (starting) {
        s1 = load<f32>(scratch, 20) * load<f32>(from);
        s2 = load<f32>(scratch, 24) * load<f32>(from);
      }
      for (let left = time; left > 0; left--, from += step, into += step) {
        const x = load<f32>(from);
        const y = b0 * x + s1;
        s1 = b1 * x - a1 * y + s2;
        s2 = b2 * x - a2 * y;
        store<f32>(into, canonical(y));
      }
      store<f32>(at, canonical(s1));
      store<f32>(at, canonical(s2), 4);
    }
  }
}
