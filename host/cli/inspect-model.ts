import type { Refusal, UnsupportedModelError } from "../errors.js";
import { bind, type Graph, tensorAt } from "../graph/graph.js";
import { type DType, describeType, type Quantization, type Tensor, tensorBytes } from "../graph/tensor.js";
import type { Imported } from "../import/imported.js";
import { operatorNamed } from "../ops/index.js";
import { table } from "../table.js";
import { bytesText, shortName, thousands } from "./figures.js";
import type { Output } from "./output.js";

interface TensorDescription {
  name: string;
  dtype: DType;
  shape: readonly number[];
  quantization?: Quantization;
}

interface NodeDescription {
  name: string;
  operator: string;
  attributes: object;
  /** Activations only; constants are counted in `weightBytes`. */
  inputs: TensorDescription[];
  outputs: TensorDescription[];
  macs: number;
  weightBytes: number;
}

/** What `inspect` tells of a model that was imported. */
export interface ModelDescription {
  name: string;
  inputs: TensorDescription[];
  outputs: TensorDescription[];
  nodes: NodeDescription[];
  macs: number;
  /** Constants of the model file, each counted once. */
  weightBytes: number;
  /** What `build` does with it. */
  build: { quantizes: boolean; needs: "calibration samples" | null };
}

/** What `inspect` tells of a model that cannot be built. */
export interface UnsupportedDescription {
  name: string;
  /** The nodes by operator, as the file calls them, and how many of them cannot be run. */
  operators: { operator: string; nodes: number; refused: number }[];
  refusals: readonly Refusal[];
}

/** Describes a model that cannot be built. */
export function describeUnsupported(
  { name, operators }: Imported,
  { operators: refused, refusals }: UnsupportedModelError,
): UnsupportedDescription {
  const counts = new Map(refused.map(({ operator, nodes }) => [operator, nodes]));
  return {
    name,
    operators: operators.map((entry) => ({ ...entry, refused: counts.get(entry.operator) ?? 0 })),
    refusals,
  };
}

/** That description as lines for people, without the reasons, which the error tells. */
export function unsupportedText(
  { name, operators }: UnsupportedDescription,
  { styles, width }: Output,
): string[] {
  const sum = (values: readonly number[]): string => thousands(values.reduce((a, b) => a + b, 0));
  const runs = (nodes: number, refused: number): string =>
    refused === 0 ? "yes" : refused >= nodes ? "no" : `${thousands(nodes - refused)} of ${thousands(nodes)}`;
  return [
    `${styles.bold(name)}  ${sum(operators.map(({ nodes }) => nodes))} nodes`,
    "",
    ...table(
      [
        { heading: "operator", align: "left" },
        { heading: "nodes", align: "right" },
        { heading: "runs", align: "left" },
      ],
      operators.map(({ operator, nodes, refused }) => [operator, thousands(nodes), runs(nodes, refused)]),
      { width, heading: styles.dim },
    ),
  ];
}

/**
 * Describes a graph: its inputs, outputs and nodes, with shapes, MACs and bytes of constants.
 *
 * @param quantizes whether `build` quantizes it
 */
export function describeModel(graph: Graph, quantizes: boolean): ModelDescription {
  const nodes = graph.nodes.map((node): NodeDescription => {
    const bound = bind(graph, node);
    const inputs = bound.inputs.filter((tensor) => tensor !== undefined);
    return {
      name: node.name,
      operator: node.operator,
      attributes: node.attributes,
      inputs: inputs.filter((tensor) => tensor.data === undefined).map(describeTensor),
      outputs: bound.outputs.map(describeTensor),
      macs: operatorNamed(node.operator).macs(bound),
      weightBytes: constantBytes(inputs),
    };
  });
  const used = new Set(graph.nodes.flatMap((node) => node.inputs).filter((index) => index >= 0));
  return {
    name: graph.name,
    inputs: graph.inputs.map((index) => describeTensor(tensorAt(graph, index))),
    outputs: graph.outputs.map((index) => describeTensor(tensorAt(graph, index))),
    nodes,
    macs: nodes.reduce((sum, node) => sum + node.macs, 0),
    weightBytes: constantBytes([...used].map((index) => tensorAt(graph, index))),
    build: { quantizes, needs: quantizes ? "calibration samples" : null },
  };
}

/** The description as lines for people. */
export function modelText(model: ModelDescription, { styles, width }: Output): string[] {
  const rows = table(
    [
      { heading: "node", align: "left" },
      { heading: "operator", align: "left" },
      { heading: "inputs", align: "left" },
      { heading: "outputs", align: "left" },
      { heading: "MACs", align: "right" },
      { heading: "weight bytes", align: "right" },
    ],
    model.nodes.map((node) => [
      shortName(node.name),
      node.operator,
      node.inputs.map(describeType).join(", "),
      node.outputs.map(describeType).join(", "),
      thousands(node.macs),
      thousands(node.weightBytes),
    ]),
    { width, heading: styles.dim },
  );
  return [
    `${styles.bold(model.name)}  ${thousands(model.nodes.length)} nodes, ${thousands(model.macs)} MACs, ${bytesText(model.weightBytes)} of weights`,
    ...model.inputs.map((tensor) => tensorLine("input", tensor)),
    ...model.outputs.map((tensor) => tensorLine("output", tensor)),
    model.build.quantizes
      ? "build   quantizes it to int8; it needs samples of its inputs: --calibrate FILE|DIR"
      : "build   takes its integers as they are",
    "",
    ...rows,
  ];
}

function describeTensor(tensor: Tensor): TensorDescription {
  const { name, dtype, shape, quantization } = tensor;
  return { name, dtype, shape, ...(quantization === undefined ? {} : { quantization }) };
}

function tensorLine(kind: string, tensor: TensorDescription): string {
  const { scale, zeroPoint } = tensor.quantization ?? {};
  const quantized =
    scale?.length === 1
      ? `, scale ${Number(scale[0]!.toPrecision(7))}, zero point ${zeroPoint?.[0] ?? 0}`
      : "";
  return `${kind.padEnd(6)}  ${tensor.name}  ${describeType(tensor)}${quantized}`;
}

function constantBytes(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + (tensor.data === undefined ? 0 : tensorBytes(tensor)), 0);
}
