import { test } from "uvu";
import * as assert from "uvu/assert";
import { signalGolden } from "../../numerics/signal-golden.js";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";
import { lastRows, streamCase, streamSamples } from "./stream-case.js";

function given(
  shape: readonly number[],
  filter: readonly number[],
  up: number,
  down: number,
  start = "zero",
): SignalCase {
  const rows = Math.max(1, Math.ceil(filter.length / up) - 1);
  const of = streamCase("resampleStream", { up, down, start }, shape, [rows, shape.at(-1) as number]);
  return { ...of, inputs: [...of.inputs, tensor("float32", [filter.length], filter)] };
}

interface Change {
  up: number;
  down: number;
  taps: number[];
  signal: number[];
  output: number[];
}

test("streams in pieces of any length are what scipy makes of the whole", async () => {
  const { changes } = signalGolden<{ changes: Change[] }>("resampling");
  assert.is(changes.length, 6);
  for (const { up, down, taps, signal, output } of changes) {
    const samples = signal.map((x) => [x, 2 * x]);
    for (const time of [down, 48].filter((length) => 48 % length === 0)) {
      const rows = await lastRows(given([time, 2], taps, up, down), samples, time);
      assert.is(rows.length, (time * up) / down);
      for (const [row, [value = 0, twice = 0]] of rows.entries()) {
        const expected = output[output.length - rows.length + row] as number;
        assert.ok(Math.abs(value - expected) < 1e-6, `${up} for ${down}, ${time}: ${value} for ${expected}`);
        assert.ok(Math.abs(twice - 2 * expected) < 2e-6, `${up} for ${down}, ${time}, second channel`);
      }
    }
  }
});

test("outputs of any filter and ratio are those of the reference, to the bit", async () => {
  for (let seed = 0; seed < 8; seed++) {
    const { integer, real } = random(seed);
    const [up, down, channels] = [integer(1, 4), integer(1, 4), integer(1, 3)];
    const time = down * integer(1, 4);
    const filter = Array.from({ length: integer(1, 20) }, () => Math.fround(real() - 0.5));
    for (const start of ["zero", "first"])
      await lastRows(
        given([time, channels], filter, up, down, start),
        streamSamples(seed, 3 * time, channels),
        time,
      );
  }
});

test("a constant that has lasted for ever stays one, and what is no number is the canonical NaN", async () => {
  const of = given([4, 1], [0.25, 0.5, 0.25], 1, 2, "first");
  assert.equal(await lastRows(of, [[8], [8], [8], [8]], 4), [[8], [8]]);
  const [lost] = await matchReference(of, [[8, 8, Number.NaN, 8]]);
  assert.equal([...new Uint32Array((lost as Float32Array).buffer)], [0x41000000, 0x7fc00000]);
});

test("ratios that give no whole number of samples, and other histories, are refused", () => {
  assert.is(refusalOf(given([6, 2], [1, 2, 3], 2, 3)), "taken");
  assert.match(refusalOf(given([4, 2], [1], 2, 3)), /4 samples make 2.66\d* at 2 for 3/);
  assert.match(refusalOf(given([4, 2], [1], 0, 1)), /the rate up is 0/);
  const of = given([4, 2], [1, 2, 3, 4], 1, 1);
  assert.match(refusalOf({ ...of, variables: [tensor("float32", [2, 2])] }), /no variable of 3 x 2 float32/);
  const [input] = of.inputs as [SignalCase["inputs"][0]];
  assert.match(refusalOf({ ...of, inputs: [input, tensor("float32", [4])] }), /the filter must be constant/);
});

test.run();
