import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Statistic, statisticNames } from "../../../host/ops/signal/statistics.js";
import { signalGolden } from "../../numerics/signal-golden.js";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (shape: readonly number[], of: readonly string[] = statisticNames): SignalCase => ({
  operator: "statistics",
  attributes: { of },
  inputs: [tensor("float32", shape)],
});

interface Case {
  name: string;
  samples: number[];
  values: Record<Statistic, number>;
}

test("statistics are those of numpy and scipy", async () => {
  const cases = signalGolden<Case[]>("statistics");
  assert.is(cases.length, 4);
  for (const { name, samples, values } of cases) {
    const [output] = await matchReference(given([samples.length, 1]), [samples]);
    for (const [i, statistic] of statisticNames.entries()) {
      const [made, expected] = [output?.[i] as number, values[statistic]];
      assert.ok(
        Math.abs(made - expected) <= 2e-5 * Math.max(1, Math.abs(expected)),
        `${statistic} of ${name} is ${made} for ${expected}`,
      );
    }
  }
});

test("those that are chosen come in their order, for each row and channel", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const { integer, real } = random(seed);
    const [rows, time, channels] = [integer(1, 3), integer(1, 12), integer(1, 4)];
    const samples = Array.from({ length: rows * time * channels }, () => Math.fround(real() * 8 - 4));
    const of = statisticNames.filter(() => real() < 0.5).reverse();
    if (of.length > 0) await matchReference(given([rows, time, channels], of), [samples]);
    await matchReference(given([rows, 1, time, channels]), [samples]);
  }
  const [output] = await matchReference(given([3, 2], ["maximum", "mean"]), [[1, 10, 2, 20, 6, 60]]);
  assert.equal([...(output as Float32Array)], [6, 3, 60, 30]);
});

test("a constant has no skewness and no kurtosis, silence no crest factor, and NaN stays one", async () => {
  const [constant] = await matchReference(given([4, 1], ["skewness", "kurtosis"]), [[2, 2, 2, 2]]);
  assert.equal([...(constant as Float32Array)], [0, 0]);
  const [silence] = await matchReference(given([2, 1], ["crestFactor", "rms"]), [[0, 0]]);
  assert.equal([...(silence as Float32Array)], [0, 0]);
  const all = statisticNames.filter((name) => name !== "zeroCrossings");
  const [lost] = await matchReference(given([3, 1], all), [[1, Number.NaN, 2]]);
  assert.equal([...new Uint32Array((lost as Float32Array).buffer)], Array(10).fill(0x7fc00000));
});

test("no statistics, unknown ones and one twice are refused", () => {
  assert.is(refusalOf(given([4, 1])), "taken");
  assert.match(refusalOf(given([4, 1], [])), /0 statistics/);
  assert.match(refusalOf(given([4, 1], ["mean", "mean"])), /2 statistics, 1 of them twice/);
  assert.match(refusalOf(given([4, 1], ["mode"])), /mode is no statistic; one of mean, rms/);
  assert.match(refusalOf(given([4])), /the input is 4; time x channels is expected/);
});

test.run();
