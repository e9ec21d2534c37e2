import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  butterworthBandPass,
  butterworthHighPass,
  butterworthLowPass,
  type Section,
} from "../../host/numerics/biquad.js";
import { type BiquadGolden, designed } from "./biquad-golden.js";
import { assertNear, signalGolden } from "./signal-golden.js";

const { sampleRate, frequencies, cases } = signalGolden<BiquadGolden>("biquad");

/** The response of sections at a frequency, real and imaginary part. */
function response(sections: readonly Section[], frequency: number): [number, number] {
  const phase = (-2 * Math.PI * frequency) / sampleRate;
  const at = (c: readonly number[]): [number, number] => [
    c.reduce((sum, value, k) => sum + value * Math.cos(k * phase), 0),
    c.reduce((sum, value, k) => sum + value * Math.sin(k * phase), 0),
  ];
  return sections.reduce(
    ([real, imaginary], [b0, b1, b2, a1, a2]) => {
      const [nr, ni] = at([b0, b1, b2]);
      const [dr, di] = at([1, a1, a2]);
      const size = dr * dr + di * di;
      const [hr, hi] = [(nr * dr + ni * di) / size, (ni * dr - nr * di) / size];
      return [real * hr - imaginary * hi, real * hi + imaginary * hr];
    },
    [1, 0] as [number, number],
  );
}

test("responses are those of scipy's filters, for every order", () => {
  assert.is(cases.length, 18);
  for (const given of cases) {
    const sections = designed(given, sampleRate);
    const sectionCount = given.kind === "bandpass" ? given.order : Math.ceil(given.order / 2);
    assert.is(sections.length, sectionCount);
    const made = frequencies.flatMap((frequency) => response(sections, frequency));
    assertNear(made, given.response, 1e-9, `${given.kind} of order ${given.order}`);
  }
});

test("each section passes the middle of its band as it is, and a high-pass nothing that is constant", () => {
  const filter = { order: 5, sampleRate };
  const size = (section: Section, frequency: number): number => Math.hypot(...response([section], frequency));
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-9;
  const middle = (sampleRate / Math.PI) * Math.atan(Math.sqrt(Math.tan(0.1) * Math.tan(0.2)));
  const band = butterworthBandPass(filter, (0.1 * sampleRate) / Math.PI, (0.2 * sampleRate) / Math.PI);
  for (const section of band) assert.ok(near(size(section, middle), 1));
  for (const section of butterworthLowPass(filter, 30)) assert.ok(near(size(section, 0), 1));
  for (const section of butterworthHighPass(filter, 30)) {
    assert.ok(near(size(section, sampleRate / 2), 1));
    assert.ok(near(size(section, 0), 0));
  }
});

test.run();
