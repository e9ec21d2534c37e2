/**
 * Samples of channels that are missing, stuck or clipped, and the last good ones in their place, float32.
 *
 * input  [time, channels] float32
 * output [time, channels] float32; may be the input's memory
 * faults [time, channels] uint8: 1 missing, 2 stuck, 4 clipped
 * last   [2, channels] float32, the variable: the last sample without faults, and the last that was not missing
 * run    [channels] int32, the variable: samples of that value since the last that was missing, up to 2^30
 *
 *   missing: x is NaN or the sentinel     stuck: run >= stuck > 0     clipped: x <= low or x >= high
 *   output = x where it has no fault, else the last one that had none
 *
 * No accumulator.
 * Source: none; the faults are those that Ni et al., Sensor Network Data Fault Types (2009), name so.
 */
import { readParameters } from "../../host-imports/weights";
import { SampleFaultsParameters } from "../../parameters";

export function sampleFaultsFloat32(parameters: i32, to: usize): void {
  const given = readParameters<SampleFaultsParameters>(parameters, to);
  const input = given.input, output = given.output, faults = given.faults, last = given.last, runs = given.run;
  const time = given.time, channels = given.channels, stuck = given.stuck;
  const sentinel = given.sentinel, low = given.low, high = given.high;
  const step = channels << 2;
  for (let channel = 0; channel < channels; channel++) {
    const offset = channel << 2;
    let from = input + offset, into = output + offset, flags = faults + channel;
    let good = load<f32>(last + offset), previous = load<f32>(last + step + offset), run = load<i32>(runs + offset);
    for (let left = time; left > 0; left--, from += step, into += step, flags += channels) {
      const x = load<f32>(from);
      let fault = 1;
      if (x != x || x == sentinel) {
        run = 0;
      } else {
        run = run > 0 && x == previous ? min(run + 1, 1 << 30) : 1;
        previous = x;
        fault = (i32(stuck > 0 && run >= stuck) << 1) | (i32(x <= low || x >= high) << 2);
      }
      if (fault == 0) good = x;
      store<f32>(into, good);
      store<u8>(flags, <u8>fault);
    }
    store<f32>(last + offset, good);
    store<f32>(last + step + offset, previous);
    store<i32>(runs + offset, run);
  }
}
