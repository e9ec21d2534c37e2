import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { type SvdfAttributes, svdf } from "../../../host/ops/recurrent/svdf.js";
import { fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import { random } from "../harness.js";
import { asInt8, drawScale, plain, quantized } from "../quantized-tensors.js";
import { runSteps } from "./run-steps.js";

const float = Math.fround;
type Source = ReturnType<typeof random>;

interface Layer {
  batches: number;
  inputs: number;
  units: number;
  rank: number;
  memory: number;
}

const drawLayer = ({ integer }: Source): Layer => ({
  batches: integer(1, 3),
  inputs: integer(1, 7),
  units: integer(1, 3),
  rank: integer(1, 3),
  memory: integer(1, 6),
});

/** Filters over time on any numbers: `keep` makes a filter's value of its sum, `finish` an output of its. */
function filters(
  layer: Layer,
  x: ArrayLike<number>,
  features: ArrayLike<number>,
  times: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
  state: number[],
  rule: {
    add: (sum: number, a: number, b: number) => number;
    keep: (sum: number) => number;
    finish: (parts: number[], bias: number) => number;
    fromState: (value: number) => number;
  },
): number[] {
  const { batches, inputs, units, rank, memory } = layer;
  const parts = Array.from({ length: batches * units }, (): number[] => []);
  for (let b = 0; b < batches; b++) {
    for (let f = 0; f < units * rank; f++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++)
        sum = rule.add(sum, features[f * inputs + i] as number, x[b * inputs + i] as number);
      const at = (b * units * rank + f) * memory;
      const row = [...state.slice(at + 1, at + memory), rule.keep(sum)];
      state.splice(at, memory, ...row);
      let overTime = 0;
      for (const [m, value] of row.entries())
        overTime = rule.add(overTime, times[f * memory + m] as number, rule.fromState(value));
      parts[b * units + Math.floor(f / rank)]?.push(overTime);
    }
  }
  return parts.map((own, i) => rule.finish(own, bias?.[i % units] ?? 0));
}

const sum = (values: readonly number[], start: number): number => values.reduce((a, b) => a + b, start);
const clamp = (value: number, bits: number): number =>
  Math.min(2 ** (bits - 1) - 1, Math.max(-(2 ** (bits - 1)), value));

test("svdfInt8 gives the bytes of TensorFlow Lite Micro's kernel over steps, its state of int8 or int16", async () => {
  for (let seed = 0; seed < 16; seed++) {
    const source = random(seed);
    const layer = drawLayer(source);
    const { batches, inputs, units, rank, memory } = layer;
    const wide = seed % 2 === 0;
    const scales = {
      x: drawScale(source.real, 0.01, 0.1),
      w: drawScale(source.real, 0.001, 0.05),
      state: drawScale(source.real, wide ? 1e-4 : 0.01, wide ? 1e-3 : 0.3),
      v: drawScale(source.real, wide ? 1e-5 : 0.001, wide ? 1e-4 : 0.05),
      y: drawScale(source.real, 0.005, 0.5),
    };
    const zeros = {
      x: source.integer(-128, 127),
      state: wide ? 0 : source.integer(-20, 20),
      y: source.integer(-128, 127),
    };
    const int16s = (length: number): Int16Array =>
      Int16Array.from({ length }, () => source.integer(-3000, 3000));
    const features = source.int8s(units * rank * inputs);
    const times = wide ? int16s(units * rank * memory) : source.int8s(units * rank * memory);
    const bias =
      seed % 3 === 0 ? undefined : Int32Array.from({ length: units }, () => source.integer(-5000, 5000));
    const dtype = wide ? "int16" : "int8";
    const stateShape = [batches, units * rank * memory];
    const start = wide
      ? new Int16Array((stateShape[1] as number) * batches)
      : new Int8Array((stateShape[1] as number) * batches).fill(zeros.state);
    const node = {
      operator: "svdf",
      attributes: { rank, activation: "relu" },
      inputs: [
        quantized([batches, inputs], scales.x, zeros.x),
        { ...quantized([units * rank, inputs], scales.w, 0), data: features },
        { ...quantized([units * rank, memory], scales.v, 0), dtype, data: times } as Tensor,
        bias && { ...plain([units], "int32"), data: bias },
      ],
      output: quantized([batches, units], scales.y, zeros.y),
      variables: [{ ...quantized(stateShape, scales.state, zeros.state), dtype, data: start } as Tensor],
    };
    const steps = Array.from({ length: 4 }, () => source.int8s(batches * inputs));
    const first = fixedPoint(float(float(scales.x * scales.w) / scales.state));
    const second = fixedPoint(float(float(scales.state * scales.v) / scales.y));
    const state = [...start];
    const expected = steps.map((step) =>
      filters(
        layer,
        Array.from(step, (q) => q - zeros.x),
        features,
        times,
        bias,
        state,
        {
          add: (total, a, b) => total + a * b,
          keep: (total) => clamp(rescaleFixed(total, first) + zeros.state, wide ? 16 : 8),
          fromState: (value) => value - zeros.state,
          finish: (parts, own) => clamp(rescaleFixed(sum(parts, own), second) + zeros.y, 8),
        },
      ),
    );
    assert.equal((await runSteps(node, steps)).map(asInt8), expected, `seed ${seed}`);
  }
});

test("svdfFloat32 adds from left to right, and its reference is the layer", async () => {
  for (const [seed, activation] of (["none", "relu", "relu6", "relu-n1-to-1"] as const).entries()) {
    const source = random(seed + 40);
    const layer = drawLayer(source);
    const { batches, inputs, units, rank, memory } = layer;
    const floats = (length: number): Float32Array =>
      Float32Array.from({ length }, () => (source.real() - 0.5) * 6);
    const constant = (shape: number[]): Tensor & { data: Float32Array } => ({
      ...plain(shape),
      data: floats(shape.reduce((a, b) => a * b)),
    });
    const [features, times, bias] = [
      constant([units * rank, inputs]),
      constant([units * rank, memory]),
      constant([units]),
    ];
    const node = {
      operator: "svdf",
      attributes: { rank, activation },
      inputs: [plain([batches, inputs]), features, times, bias],
      output: plain([batches, units]),
      variables: [plain([batches, units * rank * memory])],
    };
    const steps = Array.from({ length: 3 }, () => floats(batches * inputs));
    const state = new Array<number>(batches * units * rank * memory).fill(0);
    const [low, high] = {
      none: [-Infinity, Infinity],
      relu: [0, Infinity],
      relu6: [0, 6],
      "relu-n1-to-1": [-1, 1],
    }[activation] as [number, number];
    const expected = steps.map((step) =>
      filters(layer, step, features.data, times.data, bias.data, state, {
        add: (total, a, b) => float(total + float(a * b)),
        keep: (total) => total,
        fromState: (value) => value,
        finish: (parts, own) =>
          Math.min(
            high,
            Math.max(
              low,
              parts.reduce((a, b) => float(a + b), own),
            ),
          ),
      }),
    );
    const actual = await runSteps(node, steps);
    assert.equal(
      actual.map((bytes) => [...new Float32Array(bytes.buffer)]),
      expected,
      activation,
    );
    const values = new Float32Array(state.length);
    const bound = {
      ...node,
      name: "n",
      outputs: [node.output],
      attributes: node.attributes as SvdfAttributes,
    };
    for (const [i, step] of steps.entries()) {
      const [output] = svdf.reference(bound, [step, features.data, times.data, bias.data], [values]);
      expected[i]?.forEach((value, k) => {
        assert.ok(Math.abs(value - (output?.[k] as number)) < 1e-4 * Math.max(1, Math.abs(value)));
      });
    }
  }
});

test("filters over time that TensorFlow Lite Micro has none of are refused, with the reason", () => {
  const constant = (shape: number[]): Tensor => ({
    ...plain(shape),
    data: new Float32Array(shape.reduce((a, b) => a * b)),
  });
  const infer = (change: { inputs?: (Tensor | undefined)[]; rank?: number; variables?: Tensor[] }) => () =>
    svdf.infer({
      name: "n",
      attributes: { rank: change.rank ?? 2, activation: "none" },
      inputs: change.inputs ?? [plain([1, 3]), constant([4, 3]), constant([4, 5]), constant([2])],
      outputs: [plain([1, 2])],
      variables: change.variables ?? [plain([1, 20])],
    });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.equal(infer({})(), [{ dtype: "float32", shape: [1, 2] }]);
  assert.throws(infer({ rank: 3 }), refused(/4 filters of rank 3/));
  assert.throws(infer({ variables: [plain([1, 19])] }), refused(/the state has 19 elements/));
  assert.throws(infer({ variables: [] }), refused(/the state is missing/));
  const integers = (scale: number): Tensor[] => [
    quantized([1, 3], 0.1, 0),
    { ...quantized([4, 3], scale, 0), data: new Int8Array(12) },
    { ...quantized([4, 5], 0.1, 0), data: new Int8Array(20) },
  ];
  const whole = (scale: number, state: number) => () =>
    svdf.infer({
      name: "n",
      attributes: { rank: 2, activation: "none" },
      inputs: integers(scale),
      outputs: [quantized([1, 2], 0.1, 0)],
      variables: [quantized([1, 20], state, 0)],
    });
  assert.equal(whole(0.1, 0.1)(), [{ dtype: "int8", shape: [1, 2] }]);
  assert.throws(whole(-1, 0.1), refused(/scale -1; a finite positive number/));
  assert.throws(whole(1e38, 1e-30), refused(/a rescale factor of Infinity/));
  assert.throws(
    infer({ inputs: [plain([1, 3]), plain([4, 3]), constant([4, 5])] }),
    refused(/feature weights must be constant/),
  );
  assert.throws(
    infer({ inputs: [plain([1, 3]), constant([4, 2]), constant([4, 5])] }),
    refused(/feature weights are 4x2 float32; 4x3/),
  );
});

test.run();
