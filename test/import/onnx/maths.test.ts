import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError } from "../../../host/errors.js";
import type { Graph } from "../../../host/graph/graph.js";
import { arrayTypes, type DType } from "../../../host/graph/tensor.js";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { errorOf } from "../../error-of.js";
import { constant, type WrittenAttribute, writeOnnx } from "./onnx-writer.js";

/** An input: its type, its lengths and its elements; a constant of the model, if it says so. */
type Input = readonly [dtype: DType, shape: readonly number[], values: readonly number[], kind?: "constant"];

/** A model of one node. */
interface Layer {
  operator: string;
  inputs: readonly Input[];
  /** Types of the outputs; one of the first input's by default. */
  outputs?: readonly DType[];
  attributes?: Readonly<Record<string, WrittenAttribute>>;
  version?: number;
}

function graphOf({ operator, inputs, outputs, attributes = {}, version = 18 }: Layer): Promise<Graph> {
  const dtypes = outputs ?? [(inputs[0] as Input)[0]];
  const named = inputs.map((input, i) => ({ name: `x${i}`, input }));
  const bytes = writeOnnx({
    version,
    graph: {
      nodes: [
        {
          operator,
          inputs: named.map(({ name }) => name),
          outputs: dtypes.map((_, i) => `y${i}`),
          attributes,
        },
      ],
      inputs: named
        .filter(({ input }) => input[3] === undefined)
        .map(({ name, input: [dtype, shape] }) => ({ name, dtype, shape })),
      outputs: dtypes.map((dtype, i) => ({ name: `y${i}`, dtype })),
      constants: named
        .filter(({ input }) => input[3] === "constant")
        .map(({ name, input: [dtype, shape, values] }) => constant(name, dtype, shape, values)),
    },
  });
  return importModel("model.onnx", bytes, () => {
    throw new Error("a model of one file");
  });
}

function bytesOf([dtype, , values]: Input): Uint8Array {
  const wide = dtype.endsWith("64");
  const Kind = arrayTypes[dtype] as unknown as { from(list: readonly unknown[]): Int32Array };
  return new Uint8Array(Kind.from(wide ? values.map(BigInt) : values).buffer);
}

/** What a model of one node answers. */
async function answers(layer: Layer): Promise<number[][]> {
  const { wasm } = await buildModel(await graphOf(layer));
  const runner = await openRunner("node", wasm, openModule(wasm));
  try {
    const fed = layer.inputs.filter((input) => input[3] === undefined);
    for (const [i, input] of fed.entries()) runner.writeInput(i, bytesOf(input));
    runner.run();
    return (layer.outputs ?? [(layer.inputs[0] as Input)[0]]).map((dtype, i) =>
      Array.from(new arrayTypes[dtype](runner.readOutput(i).slice().buffer) as Int32Array, Number),
    );
  } finally {
    runner.close();
  }
}

const answer = async (layer: Layer): Promise<number[]> => (await answers(layer))[0] as number[];
const reasonOf = async (layer: Layer): Promise<string> => {
  const error = await errorOf(graphOf(layer));
  assert.instance(error, UnsupportedModelError);
  return error.message;
};
const near = (actual: readonly number[], expected: readonly number[]): void => {
  assert.is(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    const right = actual[i] === value || Math.abs((actual[i] as number) - value) < 1e-5;
    assert.ok(right, `element ${i} is ${actual[i]}, not ${value}`);
  }
};

test("whole numbers of few bits, and without a sign, wrap in their own type", async () => {
  const bytes = (values: number[]): Input => ["uint8", [values.length], values];
  const run = (operator: string, a: Input, b: Input, attributes: Layer["attributes"] = {}) =>
    answer({ operator, inputs: [a, b], attributes });
  assert.equal(await run("Add", bytes([200, 3]), bytes([100, 4])), [44, 7]);
  assert.equal(await run("Sub", bytes([3, 9]), bytes([4, 4])), [255, 5]);
  assert.equal(await run("Mul", ["int8", [2], [100, -3]], ["int8", [2], [2, 5]]), [-56, -15]);
  assert.equal(await run("Div", bytes([200, 7]), bytes([3, 0])), [66, 0]);
  const large = ["uint32", [2], [2 ** 32 - 1, 2 ** 31]] as const;
  assert.equal(await run("Add", large, ["uint32", [2], [2, 5]]), [1, 2 ** 31 + 5]);
  assert.equal(await run("Max", large, ["uint32", [2], [2, 2 ** 31 + 1]]), [2 ** 32 - 1, 2 ** 31 + 1]);
  assert.equal(await run("BitShift", large, ["uint32", [2], [4, 31]], { direction: "RIGHT" }), [
    2 ** 28 - 1,
    1,
  ]);
  assert.equal(await run("BitShift", bytes([129, 3]), bytes([1, 9]), { direction: "LEFT" }), [2, 0]);
  assert.equal(await answer({ operator: "BitwiseNot", inputs: [bytes([0, 129])] }), [255, 126]);
  assert.equal(await answer({ operator: "Neg", inputs: [["int8", [2], [-128, 5]]] }), [-128, -5]);
  assert.equal(await answer({ operator: "Relu", inputs: [["int32", [2], [-7, 5]]] }), [0, 5]);
  assert.equal(await run("PRelu", ["int32", [2], [-7, 5]], ["int32", [], [3]]), [-21, 5]);
});

test("comparisons take any order but that of uint64", async () => {
  const [a, b] = [
    ["uint8", [3], [200, 1, 5]],
    ["uint8", [3], [100, 1, 6]],
  ] as const;
  const compare = (operator: string) => answer({ operator, inputs: [a, b], outputs: ["bool"] });
  assert.equal(await compare("Greater"), [1, 0, 0]);
  assert.equal(await compare("LessOrEqual"), [0, 1, 1]);
  const wide: Input = ["uint64", [1], [1]];
  assert.match(await reasonOf({ operator: "Less", inputs: [wide, wide], outputs: ["bool"] }), /uint64/);
});

test("powers have the type of the base, whatever the exponent's is", async () => {
  const run = (base: Input, exponent: Input) => answer({ operator: "Pow", inputs: [base, exponent] });
  assert.equal(await run(["int32", [3], [4, 9, 2]], ["float32", [], [0.5]]), [2, 3, 1]);
  assert.equal(await run(["float32", [2], [1.5, -3]], ["int64", [], [3]]), [3.375, -27]);
  assert.equal(await run(["int64", [2], [3, -2]], ["int32", [2], [4, 5]]), [81, -32]);
  const squared = {
    operator: "Pow",
    inputs: [
      ["float32", [2], [1.5, -3]],
      ["float32", [], [2], "constant"],
    ],
  } as const;
  assert.equal(await answer(squared), [2.25, 9]);
  assert.equal(
    (await graphOf(squared)).nodes.map(({ operator }) => operator),
    ["square"],
  );
});

test("limits are rectifiers where they can be, and numbers of the input's type", async () => {
  const x: Input = ["float32", [4], [-9, -0.5, 3, 9]];
  const limits = (low: number, high: number): Layer => ({
    operator: "Clip",
    inputs: [x, ["float32", [], [low], "constant"], ["float32", [], [high], "constant"]],
  });
  const operators = async (layer: Layer) => (await graphOf(layer)).nodes.map(({ operator }) => operator);
  assert.equal(await operators(limits(0, 6)), ["relu6"]);
  assert.equal(await operators(limits(0, 3.4028234663852886e38)), ["relu"]);
  assert.equal(await answer(limits(-1, 4)), [-1, -0.5, 3, 4]);
  assert.equal(await answer(limits(5, 4)), [4, 4, 4, 4]);
  const attributes = { min: { float: -2 }, max: { float: 2 } };
  assert.equal(await answer({ operator: "Clip", inputs: [x], attributes, version: 6 }), [-2, -0.5, 2, 2]);
  const whole: Input = ["uint8", [3], [1, 130, 255]];
  const bounds: Input[] = [
    ["uint8", [], [5]],
    ["uint8", [], [200]],
  ];
  assert.equal(await answer({ operator: "Clip", inputs: [whole, ...bounds] }), [5, 130, 200]);
});

test("activations read their numbers", async () => {
  const x: Input = ["float32", [3], [-2, 0.25, 3]];
  const run = (operator: string, attributes: Layer["attributes"] = {}, version = 18) =>
    answer({ operator, inputs: [x], attributes, version });
  const half = Math.exp(-4) - 1;
  near(await run("Elu", { alpha: { float: 2 } }), [2 * (Math.exp(-2) - 1), 0.25, 3]);
  near(await run("Celu", { alpha: { float: 0.5 } }), [0.5 * half, 0.25, 3]);
  near(await run("Selu", { alpha: { float: 2 }, gamma: { float: 3 } }), [6 * (Math.exp(-2) - 1), 0.75, 9]);
  near(
    await run("Swish", { alpha: { float: 2 } }, 24),
    [-2, 0.25, 3].map((v) => v / (1 + Math.exp(-2 * v))),
  );
  near(await run("Shrink", { lambd: { float: 1 }, bias: { float: 0.5 } }), [-1.5, 0, 2.5]);
  near(await run("ThresholdedRelu", { alpha: { float: 0.2 } }), [0, 0.25, 3]);
  near(await run("HardSigmoid", { alpha: { float: 0.5 }, beta: { float: 0.25 } }), [0, 0.375, 1]);
});

test("infinities are told by their signs, and what is no number", async () => {
  const x: Input = ["float32", [4], [-Infinity, 1, Infinity, Number.NaN]];
  const infinite = (detect_negative: number, detect_positive: number) =>
    answer({
      operator: "IsInf",
      inputs: [x],
      outputs: ["bool"],
      attributes: { detect_negative, detect_positive },
    });
  assert.equal(await infinite(1, 1), [1, 0, 1, 0]);
  assert.equal(await infinite(1, 0), [1, 0, 0, 0]);
  assert.equal(await infinite(0, 1), [0, 0, 1, 0]);
  assert.equal(await infinite(0, 0), [0, 0, 0, 0]);
  assert.equal(await answer({ operator: "IsNaN", inputs: [x], outputs: ["bool"] }), [0, 0, 0, 1]);
});

test("axes of reductions are an attribute or an input, and none are all or none", async () => {
  const x: Input = ["float32", [2, 2], [1, 2, 3, 4]];
  const axes: Input = ["int64", [1], [0], "constant"];
  const none: Input = ["int64", [0], [], "constant"];
  const run = (version: number, inputs: readonly Input[], attributes: Layer["attributes"] = {}) =>
    answer({ operator: "ReduceMean", version, inputs, attributes });
  assert.equal(await run(13, [x], { axes: [1], keepdims: 0 }), [1.5, 3.5]);
  assert.equal(await run(18, [x, axes]), [2, 3]);
  assert.equal(await run(18, [x, none]), [2.5]);
  assert.equal(await run(18, [x, none], { noop_with_empty_axes: 1 }), [1, 2, 3, 4]);
  const sum = { operator: "ReduceSum", version: 13, inputs: [x, axes] } as const;
  assert.equal(await answer(sum), [4, 6]);
});

test("reductions of whole numbers and bools are of their type", async () => {
  const run = (operator: string, input: Input) => answer({ operator, inputs: [input], version: 20 });
  assert.equal(await run("ReduceMean", ["int32", [3], [2 ** 31 - 1, 2 ** 31 - 1, -4]]), [1431655763]);
  assert.equal(await run("ReduceSum", ["uint8", [3], [200, 100, 1]]), [45]);
  assert.equal(await run("ReduceMax", ["uint8", [3], [1, 200, 100]]), [200]);
  assert.equal(await run("ReduceMax", ["bool", [3], [0, 1, 0]]), [1]);
  assert.equal(await run("ReduceMin", ["bool", [3], [0, 1, 0]]), [0]);
  assert.equal(await run("ReduceL2", ["int32", [2], [3, 4]]), [5]);
});

test("logarithms of sums of powers do not overflow, and take infinities", async () => {
  const run = (values: number[]) =>
    answer({
      operator: "ReduceLogSumExp",
      inputs: [["float32", [2, 2], values]],
      version: 13,
      attributes: { axes: [1], keepdims: 0 },
    });
  near(await run([1000, 1000, -1000, -1000]), [1000 + Math.LN2, -1000 + Math.LN2].map(Math.fround));
  assert.equal(await run([-Infinity, -Infinity, 3, Infinity]), [-Infinity, Infinity]);
});

test("rows are one axis since version 13, and all axes from one on before", async () => {
  const values = [0, 1, 2, 3, 1, 0, 1, 5];
  const x: Input = ["float32", [2, 2, 2], values];
  const softmax = (list: number[]): number[] => {
    const terms = list.map(Math.exp);
    return terms.map((term) => term / terms.reduce((a, b) => a + b, 0));
  };
  const run = (version: number, attributes: Layer["attributes"] = {}) =>
    answer({ operator: "Softmax", inputs: [x], version, attributes });
  near(await run(11), [...softmax(values.slice(0, 4)), ...softmax(values.slice(4))]);
  near(
    await run(13),
    [0, 2, 4, 6].flatMap((at) => softmax(values.slice(at, at + 2))),
  );
  const pairs = [0, 1, 2, 3].map((at) => softmax([values[at] as number, values[at + 4] as number]));
  near(await run(13, { axis: 0 }), [
    ...pairs.map(([a]) => a as number),
    ...pairs.map(([, b]) => b as number),
  ]);
  const hardmax = (version: number, axis: number) =>
    answer({ operator: "Hardmax", inputs: [x], version, attributes: { axis } });
  assert.equal(await hardmax(11, 1), [0, 0, 0, 1, 0, 0, 0, 1]);
  assert.equal(await hardmax(13, 1), [0, 0, 1, 1, 1, 0, 0, 1]);
});

test("extremes and the first of the sorted are found in any type", async () => {
  const x: Input = ["uint8", [2, 3], [3, 200, 200, 9, 1, 9]];
  const arg = (attributes: Layer["attributes"]) =>
    answer({ operator: "ArgMax", inputs: [x], outputs: ["int64"], attributes });
  assert.equal(await arg({ axis: 1 }), [1, 0]);
  assert.equal(await arg({ axis: -1, select_last_index: 1, keepdims: 0 }), [2, 2]);
  const first = { inputs: [x, ["int64", [1], [2], "constant"]], outputs: ["uint8", "int64"] } as const;
  assert.equal(await answers({ operator: "TopK", ...first }), [
    [200, 200, 9, 9],
    [1, 2, 0, 2],
  ]);
  const old = { attributes: { axis: 0, k: 1 }, version: 9, inputs: [x] };
  assert.equal(await answers({ operator: "TopK", ...first, ...old }), [
    [9, 200, 200],
    [1, 0, 0],
  ]);
});

test("casts take any type that there is, and say which there is not", async () => {
  const x: Input = ["float32", [3], [1.9, -1.9, 300]];
  const cast = (to: number): Layer => ({ operator: "Cast", inputs: [x], attributes: { to } });
  assert.equal(await answer({ ...cast(7), outputs: ["int64"] }), [1, -1, 300]);
  assert.equal(await answer({ ...cast(9), outputs: ["bool"] }), [1, 1, 1]);
  assert.equal(await answer(cast(1)), [1.9, -1.9, 300].map(Math.fround));
  assert.match(await reasonOf(cast(8)), /a cast to string is not supported/);
});

test("dropout passes through, and is refused in training", async () => {
  const x: Input = ["float32", [2], [1, 2]];
  const mask = { operator: "Dropout", inputs: [x], outputs: ["float32", "bool"] } as const;
  assert.equal(await answers(mask), [
    [1, 2],
    [1, 1],
  ]);
  const training: Input[] = [
    ["float32", [], [0.5], "constant"],
    ["bool", [], [1], "constant"],
  ];
  assert.match(await reasonOf({ ...mask, inputs: [x, ...training] }), /training mode/);
});

test.run();
