import { layOut } from "../../../host/drawing/layout.js";
import { pictureOfRefused } from "../../../host/drawing/picture.js";
import { svgText } from "../../../host/drawing/svg.js";
import { tensorBytes } from "../../../host/graph/tensor.js";
import { examineModel, requireGraph } from "../../../host/import/index.js";
import { buildModel } from "../../../host/pipeline.js";
import {
  func,
  int,
  ints,
  list,
  readerOf,
  scalar,
  text,
  texts,
  type WrittenGraphModel,
  type WrittenNode,
  type WrittenWeight,
  writeGraphModel,
} from "../../import/tfjs-graph/graph-model-writer.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { mutateJson } from "../mutate-json.js";
import { runEverywhere } from "../run-everywhere.js";
import type { FuzzInput, FuzzTarget } from "../target.js";

const modelFile = "model.json";
/** Models of which more is computed cost time, and show nothing that smaller ones do not. */
const mostBytes = 400_000;

const wave = (shape: number[]): WrittenWeight => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
});
const node = (name: string, op: string, input: string[], attr = {}): WrittenNode => ({
  name,
  op,
  input,
  attr,
});
const window = { strides: ints(1, 2, 2, 1), ksize: ints(1, 2, 2, 1), padding: text("SAME") };

const weights: Record<string, WrittenWeight> = {
  kernel: wave([3, 3, 2, 3]),
  depthwise: wave([2, 2, 2, 2]),
  bias: wave([3]),
  matrix: wave([3, 5]),
  scale: { ...wave([2]), values: [3, 200], quantization: { dtype: "uint8", scale: 0.1, min: -1 } },
  half: { shape: [], values: [0x3c00], quantization: { dtype: "float16" } },
  number: scalar(1.5, "float32"),
  zero: scalar(0),
  one: scalar(1),
  three: scalar(3),
  axes: list(1, -1),
  order: list(0, 3, 1, 2),
  begins: list(0, 1, 0, 0),
  ends: list(1, 4, -1, 2),
  steps: list(1, 2, 1, 1),
  borders: { shape: [4, 2], dtype: "int32", values: [0, 0, 1, 2, 0, 1, 0, 0] },
  blocks: list(2, 2),
  crops: { shape: [2, 2], dtype: "int32", values: [0, 0, 0, 0] },
  flat: list(1, -1),
  yes: { shape: [], dtype: "bool", values: [1] },
};

/** Models that are damaged, all of one picture. */
const originals: readonly WrittenGraphModel[] = [
  {
    nodes: [
      node("c", "_FusedConv2D", ["x", "kernel", "bias"], { ...window, fused_ops: texts("BiasAdd", "Relu") }),
      node("m", "Mean", ["c", "axes"]),
      node("p", "MaxPool", ["c"], window),
      node("r", "Reshape", ["p", "flat"]),
      node("s", "Softmax", ["r"]),
      node("y", "_FusedMatMul", ["m", "matrix"], { fused_ops: texts() }),
    ],
    weights,
    inputs: { x: { shape: [-1, -1, 4, 2] } },
    outputs: { y: "y", s: "s" },
  },
  {
    nodes: [
      node("d", "DepthwiseConv2dNative", ["x", "depthwise"], window),
      node("t", "Transpose", ["x", "order"]),
      node("l", "StridedSlice", ["x", "begins", "ends", "steps"], {
        end_mask: int(4),
        new_axis_mask: int(0),
      }),
      node("b", "Pad", ["l", "borders"]),
      node("q", "SpaceToBatchND", ["x", "blocks", "crops"]),
      node("z", "Mul", ["q", "scale"]),
      node("k", "TopKV2", ["z", "one"]),
      node("g", "GatherV2", ["x", "axes0", "one"]),
      node("axes0", "Range", ["zero", "three", "one"]),
      node("y", "ConcatV2", ["d2", "g2", "one"]),
      node("d2", "Reshape", ["d", "flat"]),
      node("g2", "Reshape", ["g", "flat"]),
      node("w", "Split", ["three", "x"], { num_split: int(2) }),
    ],
    weights,
    inputs: { x: { shape: [1, 4, 4, 2] } },
    outputs: { y: "y", t: "t", b: "b", k: "k", i: "k:1", w: "w:1" },
  },
  {
    nodes: [
      node("loop", "While", ["zero", "x"], { cond: func("less"), body: func("step") }),
      node("if", "If", ["yes", "loop:1"], { then_branch: func("twice"), else_branch: func("twice") }),
      node("sw", "Switch", ["if", "yes"]),
      node("neg", "Neg", ["sw:1"]),
      node("y", "Merge", ["sw", "neg"]),
    ],
    weights: { ...weights, end: scalar(3), by: scalar(1) },
    functions: [
      {
        name: "less",
        inputs: ["i", "a"],
        results: { r: "l:z:0" },
        nodes: [node("l", "Less", ["i", "end:output:0"]), node("end", "Const", [])],
      },
      {
        name: "step",
        inputs: ["i", "a"],
        results: { i: "n:z:0", a: "m:z:0" },
        nodes: [
          node("n", "AddV2", ["i", "by:output:0"]),
          node("by", "Const", []),
          node("m", "Mul", ["a", "a"]),
        ],
      },
      { name: "twice", inputs: ["a"], results: { r: "s:z:0" }, nodes: [node("s", "AddV2", ["a", "a"])] },
    ],
    inputs: { x: { shape: [1, 4, 4, 2] } },
    outputs: { y: "y" },
  },
  {
    nodes: [
      ...["i0", "x0", "end"].map((name, i) =>
        node(name, "Enter", [["zero", "x", "three"][i] as string], { frame_name: text("loop") }),
      ),
      node("i", "Merge", ["i0", "i_next"]),
      node("v", "Merge", ["x0", "v_next"]),
      node("less", "Less", ["i", "end"]),
      node("again", "LoopCond", ["less"]),
      node("i_taken", "Switch", ["i", "again"]),
      node("v_taken", "Switch", ["v", "again"]),
      node("i_next", "NextIteration", ["i_more"]),
      node("i_more", "AddV2", ["i_taken:1", "one"]),
      node("v_next", "NextIteration", ["twice"]),
      node("twice", "AddV2", ["v_taken:1", "v_taken:1"]),
      node("y", "Exit", ["v_taken"]),
    ],
    weights,
    inputs: { x: { shape: [1, 4, 4, 2] } },
    outputs: { y: "y" },
  },
];

function make(source: Choices): FuzzInput {
  const { json, shard } = writeGraphModel(source.pick(originals));
  return {
    [modelFile]: mutateJson(json, source),
    "shard.bin": source.chance(0.95) ? shard : mutate(shard, source),
  };
}

/** Damaged TF.js graph models, which are drawn: what is built gives the same bytes on every engine. */
export const target: FuzzTarget = {
  name: "tfjs-graph",
  run: (options) =>
    runCases(options, {
      make,
      async attempt(input, source) {
        const dims = { "x:1": 4, "x:2": 4 };
        const imported = await examineModel(modelFile, input[modelFile]!, readerOf(input), { dims });
        const picture = pictureOfRefused(imported, imported.refusals);
        svgText(picture, await layOut(picture));
        const graph = requireGraph(imported);
        const bytes = graph.tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
        if (bytes > mostBytes) return "imported";
        const { wasm } = await buildModel(graph, { quantize: "float32" });
        await runEverywhere(wasm, source);
        return "built";
      },
    }),
};
