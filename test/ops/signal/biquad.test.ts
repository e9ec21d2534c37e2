import { test } from "uvu";
import * as assert from "uvu/assert";
import { butterworthHighPass, type Section } from "../../../host/numerics/biquad.js";
import { type BiquadGolden, designed } from "../../numerics/biquad-golden.js";
import { assertNear, signalGolden } from "../../numerics/signal-golden.js";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (
  shape: readonly number[],
  sections: readonly (readonly number[])[],
  start: "zero" | "first",
): SignalCase => ({
  operator: "biquad",
  attributes: { start },
  inputs: [tensor("float32", shape), tensor("float32", [sections.length, 5], sections.flat())],
  variables: [
    tensor("float32", [shape.at(-1) as number, sections.length, 2]),
    ...(start === "first" ? [tensor("int32", [])] : []),
  ],
});

test("filters go on from run to run as scipy's do over the whole signal", async () => {
  const { sampleRate, cases } = signalGolden<BiquadGolden>("biquad");
  for (const of of cases) {
    for (const start of ["zero", "first"] as const) {
      const steps = [8, 16, 24].map((count) => of.signal.slice(0, count).slice(-8));
      const runs = steps.map((samples) => [samples.flatMap((x) => [x, -x])]);
      const [output] = await matchReference(given([8, 2], designed(of, sampleRate), start), ...runs);
      const channels = [0, 1].map((c) => [...(output as Float32Array)].filter((_, i) => i % 2 === c));
      const largest = Math.max(...of.signal);
      const last = of[start].slice(-8);
      for (const [channel, sign] of [1, -1].entries()) {
        for (const [t, value] of last.entries()) {
          const made = (channels[channel]?.[t] as number) * sign;
          assert.ok(
            Math.abs(made - value) < largest * 1e-5,
            `${of.kind}, ${of.order}, ${start}: ${made} for ${value}`,
          );
        }
      }
    }
  }
});

test("outputs of any sections are those of the reference, to the bit", async () => {
  for (let seed = 0; seed < 4; seed++) {
    const { integer, real } = random(seed);
    const [time, channels] = [integer(1, 9), integer(1, 4)];
    const sections = Array.from({ length: integer(1, 4) }, () =>
      Array.from({ length: 5 }, () => Math.fround(real() - 0.5)),
    );
    const runs = Array.from({ length: 3 }, () => [
      Array.from({ length: time * channels }, () => Math.fround(real() * 100 - 50)),
    ]);
    await matchReference(given([1, time, channels], sections, "zero"), ...runs);
    await matchReference(given([time, channels], sections, "first"), ...runs);
  }
});

test("a constant is gone from the first sample on where it has lasted for ever", async () => {
  const sections = butterworthHighPass({ order: 1, sampleRate: 100 }, 1);
  const [output] = await matchReference(given([4, 1], sections, "first"), [[981, 981, 981, 981]]);
  assertNear(
    [...(output as Float32Array)].map((y) => y / 981),
    [0, 0, 0, 0],
    0,
    "constant",
  );
});

test("coefficients of another form, computed ones and other states are refused", () => {
  const section: Section = [1, 0, 0, -1, 0];
  const of = given([4, 1], [section], "zero");
  assert.is(refusalOf(of), "taken");
  assert.match(refusalOf(given([4, 1], [section], "first")), /section 0 settles at no value/);
  assert.match(
    refusalOf(given([2, 4, 1], [section], "zero")),
    /input is 2x4x1; one stream of time x channels/,
  );
  assert.match(refusalOf({ ...of, variables: [] }), /the state is no variable of 1 x 1 x 2 float32/);
  const first = given([4, 1], [[1, 0, 0, 0, 0]], "first");
  assert.match(refusalOf({ ...first, variables: first.variables?.slice(0, 1) ?? [] }), /no int32 variable/);
  assert.match(refusalOf({ ...of, attributes: { start: "last" } }), /the start is last/);
  const [input] = of.inputs;
  const withCoefficients = (coefficients: ReturnType<typeof tensor>) =>
    refusalOf({ ...of, inputs: [input as ReturnType<typeof tensor>, coefficients] });
  assert.match(withCoefficients(tensor("float32", [1, 6], [1, 0, 0, 1, 0, 0])), /are 1x6; sections x 5/);
  assert.match(withCoefficients(tensor("float32", [1, 5])), /coefficients must be constant/);
});

test.run();
