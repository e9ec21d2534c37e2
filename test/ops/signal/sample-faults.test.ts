import { test } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (shape: readonly number[], attributes: object = {}): SignalCase => ({
  operator: "sampleFaults",
  attributes: { stuck: 0, ...attributes },
  inputs: [tensor("float32", shape)],
  variables: [tensor("float32", [2, shape.at(-1) as number]), tensor("int32", [shape.at(-1) as number])],
  outputs: 2,
});

/** Output and faults of the last of some runs of one channel. */
async function run(attributes: object, ...samples: number[][]): Promise<[number[], number[]]> {
  const of = given([samples[0]?.length ?? 0, 1], attributes);
  const [output, faults] = await matchReference(of, ...samples.map((row) => [row]));
  return [[...(output as Float32Array)], [...(faults as Uint8Array)]];
}

test("gaps are marked and filled with the last good sample, from run to run", async () => {
  const { NaN: gap } = Number;
  assert.equal(await run({}, [gap, 1, gap, gap, 2]), [
    [0, 1, 1, 1, 2],
    [1, 0, 1, 1, 0],
  ]);
  assert.equal(await run({ sentinel: -999 }, [1, 5], [-999, gap]), [
    [5, 5],
    [1, 1],
  ]);
});

test("a value is stuck from the last sample that is too many, and a gap ends it", async () => {
  assert.equal(await run({ stuck: 3 }, [0, 0, 4, 4, 4, 4, 5]), [
    [0, 0, 4, 4, 4, 4, 5],
    [0, 0, 0, 0, 2, 2, 0],
  ]);
  assert.equal((await run({ stuck: 3 }, [1, 9, 4, 4], [4, Number.NaN, 4, 4]))[1], [2, 1, 0, 0]);
  assert.equal((await run({ stuck: 0 }, [4, 4, 4, 4]))[1], [0, 0, 0, 0]);
});

test("samples at the ends of the range are clipped, and so are infinite ones", async () => {
  assert.equal(await run({ low: -2, high: 2, stuck: 2 }, [1, 2, 2, -2, -1.5]), [
    [1, 1, 1, 1, -1.5],
    [0, 4, 6, 4, 0],
  ]);
  assert.equal(await run({}, [3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]), [
    [3, 3, 3],
    [0, 4, 4],
  ]);
});

test("channels have faults of their own: outputs are those of the reference, to the bit", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const { integer } = random(seed);
    const [time, channels] = [integer(1, 8), integer(1, 4)];
    const draw = () => [Number.NaN, -3, 3, 0, 1, 2][integer(0, 5)] as number;
    const runs = Array.from({ length: 4 }, () => [Array.from({ length: time * channels }, draw)]);
    await matchReference(given([time, channels], { sentinel: 0, low: -3, high: 3, stuck: 2 }), ...runs);
  }
});

test("ranges without inside, one sample of one value, and other variables are refused", () => {
  const of = given([2, 3]);
  assert.is(refusalOf(of), "taken");
  assert.match(refusalOf(given([2, 3], { low: 2, high: 2 })), /low end of 2 is not below the high end of 2/);
  assert.match(refusalOf(given([2, 3], { stuck: 1 })), /every sample is one of one value/);
  assert.match(refusalOf(given([2, 3], { sentinel: Number.NaN })), /the sentinel is NaN/);
  assert.match(refusalOf({ ...of, variables: [] }), /no variable of 2 x 3 float32/);
  assert.match(refusalOf({ ...of, variables: of.variables?.slice(0, 1) ?? [] }), /no variable of 3 int32/);
});

test.run();
