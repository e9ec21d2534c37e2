import type { Tensor } from "../../../graph/tensor.js";
import { notEqual } from "../../../ops/elementwise/comparisons.js";
import { batchMatmul } from "../../../ops/matrix/batch-matmul.js";
import { fullyConnected } from "../../../ops/matrix/fully-connected.js";
import { gather } from "../../../ops/movement/gather.js";
import { sumOf } from "../../compose/arithmetic.js";
import { einsum } from "../../compose/einsum.js";
import { castTo } from "../../compose/whole-numbers.js";
import type { KerasWeight } from "../container.js";
import type { LayerBuilder } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { applied, readActivation } from "./activation.js";
import type { Build, LayerMapping } from "./mapping.js";

/** A matrix of weights the other way round. */
export function transposed({ shape, values }: KerasWeight): Float32Array {
  const [inputs, outputs] = shape as [number, number];
  const out = new Float32Array(values.length);
  for (let k = 0; k < inputs; k++) {
    for (let n = 0; n < outputs; n++) out[n * inputs + k] = values[k * outputs + n] as number;
  }
  return out;
}

function dense(config: LayerConfig): Build {
  config.plainKernel();
  const units = config.integer("units", 1);
  const useBias = config.flag("use_bias", true);
  const activation = readActivation(config);
  return (layer) => {
    const { input } = layer;
    const inputs = input.shape.at(-1) as number;
    const [kernel, bias] = layer.weights([
      { name: "kernel", shape: [inputs, units] },
      ...(useBias ? [{ name: "bias", shape: [units] }] : []),
    ]) as [KerasWeight, KerasWeight | undefined];
    const weights = layer.stored("kernel", [units, inputs], () => transposed(kernel));
    const attributes = { activation: activation.fused, keepAxes: true };
    const output = layer.node(fullyConnected, attributes, [input, weights, layer.weight("bias", bias)]);
    return activation.apply(layer, output);
  };
}

/** The axis of a product that a letter of an equation's right side names. */
function axisOf(letter: string, right: string, rank: number): number {
  const [before = "", behind = ""] = right.split("...");
  return before.includes(letter) ? before.indexOf(letter) : rank - behind.length + behind.indexOf(letter);
}

/** The axes of a bias: those of the product that `bias_axes` names, and 1 for others behind the first of them. */
function biasLengths(letters: string, right: string, shape: readonly number[]): number[] {
  const axes = [...letters].map((letter) => axisOf(letter, right, shape.length));
  return shape.map((length, axis) => (axes.includes(axis) ? length : 1)).slice(Math.min(...axes));
}

/** Product with a kernel by an equation, and a bias, as `EinsumDense` has it. */
export function projected(
  layer: LayerBuilder,
  input: Tensor,
  equation: string,
  kernelShape: readonly (number | undefined)[],
  biasAxes: string,
): Tensor {
  const kernels = [{ name: "kernel", shape: kernelShape }];
  const [kernel] = layer.weights(kernels);
  const product = einsum(layer, equation, [input, layer.weight("kernel", kernel) as Tensor]);
  if (biasAxes === "") return product;
  const shape = biasLengths(biasAxes, equation.split("->")[1] ?? "", product.shape);
  const [, bias] = layer.weights([...kernels, { name: "bias", shape }]);
  return sumOf(layer, product, layer.weight("bias", bias) as Tensor);
}

function einsumDense(config: LayerConfig): Build {
  config.plainKernel();
  const equation = config.text("equation", "");
  const biasAxes = config.text("bias_axes", "");
  const activation = readActivation(config);
  const [, kernel = ""] = equation.split("->")[0]?.split(",") ?? [];
  return (layer) => {
    const open = [...kernel.replace("...", "")].map(() => undefined);
    const output = projected(layer, layer.input, equation, open, biasAxes);
    return applied(layer, activation, output);
  };
}

/** Rows of a table by integers. */
function embedded(layer: LayerBuilder, table: Tensor): Tensor {
  const { input } = layer;
  const indices = input.dtype === "int64" ? input : castTo(layer, input, "int32");
  return layer.node(gather, { axis: 0, batchDims: 0, axes: 1 }, [table, indices]);
}

function embedding(config: LayerConfig): Build {
  config.plainKernel();
  const rows = config.integer("input_dim", 1);
  const columns = config.integer("output_dim", 1);
  return (layer) => {
    const [table] = layer.weights([{ name: "embeddings", shape: [rows, columns] }]);
    return embedded(layer, layer.weight("embeddings", table) as Tensor);
  };
}

/** An embedding that also goes back, from vectors to how much each row is like them. */
function reversibleEmbedding(config: LayerConfig): Build {
  const build = embedding(config);
  const [rows, columns] = [config.integer("input_dim", 1), config.integer("output_dim", 1)];
  const isTied = config.flag("tie_weights", true);
  config.expect(config.raw("logit_soft_cap") === undefined, "logit_soft_cap is not supported");
  return (layer) => {
    if (layer.argument("reverse") !== true) return build(layer);
    const [table, back] = layer.weights([
      { name: "embeddings", shape: [rows, columns] },
      ...(isTied ? [] : [{ name: "reverse_embeddings", shape: [columns, rows] }]),
    ]);
    const second = layer.weight(isTied ? "embeddings" : "reverse_embeddings", isTied ? table : back);
    return layer.node(batchMatmul, { transposeFirst: false, transposeSecond: isTied }, [layer.input, second]);
  };
}

/** An embedding's mask: which indices are not 0. */
const makesMask: LayerMapping["makesMask"] = (config) =>
  config.flag("mask_zero", false)
    ? (layer) => layer.node(notEqual, {}, [layer.input, layer.scalar(0, layer.input.dtype)])
    : undefined;

/** Products with a kernel, and tables. */
export const denseLayers: readonly LayerMapping[] = [
  { classNames: ["Dense"], read: dense },
  { classNames: ["EinsumDense"], read: einsumDense },
  { classNames: ["Embedding"], makesMask, mask: "drops", read: embedding },
  {
    classNames: ["ReversibleEmbedding"],
    parameters: ["inputs", "reverse"],
    makesMask,
    mask: "drops",
    read: reversibleEmbedding,
  },
];
