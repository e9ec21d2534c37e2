import { WasmoteError } from "../../../host/errors.js";
import { importModel } from "../../../host/import/index.js";
import { buildModel } from "../../../host/pipeline.js";
import { constant, type WrittenNode, type WrittenOnnx, writeOnnx } from "../../import/onnx/onnx-writer.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { runEverywhere } from "../run-everywhere.js";
import type { FuzzTarget } from "../target.js";

const ramp = (name: string, shape: readonly number[]) =>
  constant(
    name,
    "float32",
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
  );

const list = (name: string, values: readonly number[]) => constant(name, "int64", [values.length], values);

/** Constants that nodes may name, and what they read. */
const constants = [
  ramp("w3", [4, 2, 3, 3]),
  ramp("w1", [2, 1, 3, 3]),
  ramp("m", [8, 5]),
  ramp("v", [2, 1, 1]),
  ramp("s", []),
  list("shape", [1, 2, 16]),
  list("axes", [1, -1]),
  list("pads", [0, 0, 1, 1, 0, 0, 1, 1]),
  list("ends", [1, 2, 3, 9]),
  list("starts", [0, 0, -3, 1]),
];

/** Operators with inputs and attributes that fit [1, 2, 4, 4], some of them. */
const operators: readonly Omit<WrittenNode, "outputs">[] = [
  { operator: "Conv", inputs: ["", "w3"], attributes: { pads: [1, 1, 1, 1] } },
  { operator: "Conv", inputs: ["", "w1"], attributes: { group: 2, strides: [2, 1], auto_pad: "SAME_UPPER" } },
  { operator: "ConvTranspose", inputs: ["", "w1"], attributes: { strides: [2, 2] } },
  { operator: "MaxPool", inputs: [""], attributes: { kernel_shape: [2, 2], ceil_mode: 1 } },
  { operator: "AveragePool", inputs: [""], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  { operator: "GlobalAveragePool", inputs: [""] },
  { operator: "Relu", inputs: [""] },
  { operator: "Sigmoid", inputs: [""] },
  { operator: "Clip", inputs: ["", "s"] },
  { operator: "Add", inputs: ["", "v"] },
  { operator: "Mul", inputs: ["", ""] },
  { operator: "MatMul", inputs: ["", "m"] },
  { operator: "Gemm", inputs: ["", "m"], attributes: { alpha: { float: 0.5 }, transA: 1 } },
  { operator: "Transpose", inputs: [""], attributes: { perm: [0, 2, 3, 1] } },
  { operator: "Reshape", inputs: ["", "shape"] },
  { operator: "Flatten", inputs: [""], attributes: { axis: 1 } },
  { operator: "ReduceMean", inputs: [""], attributes: { axes: [2, 3], keepdims: 1 } },
  { operator: "Softmax", inputs: [""], attributes: { axis: 1 } },
  { operator: "Concat", inputs: ["", ""], attributes: { axis: 1 } },
  { operator: "Pad", inputs: ["", "pads"] },
  { operator: "Slice", inputs: ["", "starts", "ends"] },
  { operator: "Resize", inputs: ["", "", "", "shape"], attributes: { mode: "linear" } },
  { operator: "InstanceNormalization", inputs: ["", "v", "v"] },
];

/** A chain of nodes, each of which reads one before it in place of each name that is open. */
function randomModel({ pick, below, chance }: Choices): WrittenOnnx {
  const names = ["x"];
  const nodes = Array.from({ length: 1 + below(6) }, (_, i): WrittenNode => {
    const { inputs, ...node } = structuredClone(pick(operators));
    const output = `t${i}`;
    const read = () => (chance(0.7) ? (names.at(-1) as string) : pick(names));
    const known = inputs.map((input, k) => (input === "" && (k === 0 || inputs[0] === "") ? read() : input));
    names.push(output);
    return { ...node, inputs: known, outputs: [output] };
  });
  return {
    version: pick([7, 9, 10, 11, 13, 17, 18, 21]),
    graph: {
      nodes,
      constants,
      inputs: [{ name: "x", dtype: "float32", shape: [1, 2, 4, 4] }],
      outputs: [{ name: names.at(-1) as string, dtype: "float32" }],
    },
  };
}

const oddNumbers = [-(2 ** 31), -2, -1, 0, 1, 2, 3, 5, 255, 2 ** 31 - 1, 2 ** 40];

/** Changes of one part of a model. */
const changes: readonly ((model: WrittenOnnx, source: Choices) => void)[] = [
  ({ graph }, { pick, below }) => {
    const node = pick(graph.nodes);
    const inputs = [...node.inputs];
    inputs[below(inputs.length + 1)] = pick(["x", "w3", "s", "shape", "t0", "", "nothing"]);
    Object.assign(node, { inputs });
  },
  ({ graph }, { pick }) => {
    const { attributes = {} } = pick(graph.nodes);
    const keys = Object.keys(attributes);
    if (keys.length > 0) Object.assign(attributes, { [pick(keys)]: pick(oddNumbers) });
  },
  ({ graph }, { pick, below }) => {
    const { attributes = {} } = pick(graph.nodes);
    for (const value of Object.values(attributes))
      if (Array.isArray(value)) value[below(value.length)] = pick(oddNumbers);
  },
  ({ graph }, { pick }) => {
    const shape = pick(graph.inputs).shape as number[];
    shape[pick([0, 1, 2, 3])] = pick(oddNumbers);
  },
  ({ graph }, { pick, below }) => {
    const odd = structuredClone(pick(graph.constants ?? []));
    (odd.shape as number[])[below(4)] = pick(oddNumbers);
    Object.assign(graph, {
      constants: [...(graph.constants ?? []).filter(({ name }) => name !== odd.name), odd],
    });
  },
  ({ graph }, { pick }) => {
    Object.assign(pick(graph.nodes), { operator: pick(operators).operator });
  },
];

function make(source: Choices): Uint8Array {
  const model = randomModel(source);
  for (let left = source.chance(0.5) ? 0 : 1 + source.below(3); left > 0; left--)
    source.pick(changes)(model, source);
  const bytes = writeOnnx(model);
  return source.chance(0.7) ? bytes : mutate(bytes, source, 3);
}

/** Random and damaged ONNX models: what is built gives the same bytes on every engine. */
export const target: FuzzTarget = {
  name: "onnx",
  run: (options) =>
    runCases(options, {
      make: (source) => ({ "model.onnx": make(source) }),
      async attempt(input, source) {
        const graph = await importModel("model.onnx", input["model.onnx"]!, () => {
          throw new WasmoteError("file-unreadable", "no other file");
        });
        const { wasm } = await buildModel(graph);
        await runEverywhere(wasm, source);
        return "built";
      },
    }),
};
