import { test } from "uvu";
import * as assert from "uvu/assert";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { openRunner } from "../../host/run/index.js";
import { FloatGraph } from "./float-graphs.js";

const none = { activation: "none" };

/** Operators of one tensor, and of two, with their attributes. */
const unary: Readonly<Record<string, object>> = {
  abs: {},
  neg: {},
  square: {},
  sqrt: {},
  rsqrt: {},
  exp: {},
  log: {},
  sin: {},
  cos: {},
  elu: {},
  gelu: { approximate: false },
  hardSwish: {},
  leakyRelu: { alpha: -0.3 },
  relu0To1: {},
};
const binary = ["div", "maximum", "minimum", "squaredDifference", "prelu", "pow"];

/** A model of one operator on numbers between 0.5 and 1.5, quantized with samples: its outputs, and those in float32. */
async function quantizedAndFloat(
  operator: string,
  attributes: object,
  operands: number,
): Promise<{ actual: Float32Array; expected: Float32Array; step: number }> {
  const build = new FloatGraph();
  const inputs = Array.from({ length: operands }, () => build.input([1, 16]));
  const graph = build.graph(build.node(operator, attributes, ...inputs));
  const calibration = build
    .samples(30, 3, 0.5)
    .map((sample) => sample.map((values) => values.map((x) => x + 1)));
  const sample = calibration[7] as Float32Array[];
  const expected = runFloat(graph, sample)[graph.outputs[0] as number] as Float32Array;
  const { wasm, manifest } = await buildModel(graph, { calibration });
  const runner = await openRunner("node", wasm, openModule(wasm), {});
  try {
    for (const [i, { scale = 1, zeroPoint = 0 }] of manifest.inputs.entries()) {
      const steps = (sample[i] as Float32Array).map((x) => Math.round(x / scale) + zeroPoint);
      runner.writeInput(
        i,
        new Uint8Array(Int8Array.from(steps, (q) => Math.min(127, Math.max(-128, q))).buffer),
      );
    }
    runner.run();
    const [{ scale = 1, zeroPoint = 0 } = {}] = manifest.outputs;
    const codes = new Int8Array(runner.readOutput(0).slice().buffer);
    const actual = Float32Array.from(codes, (q) => scale * (q - zeroPoint));
    return { actual, expected, step: scale + 4 * (manifest.inputs[0]?.scale ?? 1) };
  } finally {
    runner.close();
  }
}

test("quantized models of elementwise operators are near the float models", async () => {
  const cases = [
    ...Object.entries(unary).map(([operator, attributes]) => [operator, attributes, 1] as const),
    ...binary.map((operator) => [operator, none, 2] as const),
  ];
  for (const [operator, attributes, operands] of cases) {
    const { actual, expected, step } = await quantizedAndFloat(operator, attributes, operands);
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs((actual[i] as number) - value) <= step, `${operator}: ${actual[i]}, not ${value}`);
  }
});

test.run();
