import { bind, type Graph, tensorAt } from "../graph/graph.js";
import { type DType, describeType, type Quantization, type Tensor, tensorBytes } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";
import type { Styles } from "./styles.js";
import { bytesText, shortName, table, thousands } from "./table.js";

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
}

/** Describes a graph: its inputs, outputs and nodes, with shapes, MACs and bytes of constants. */
export function describeModel(graph: Graph): ModelDescription {
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
  };
}

/** The description as lines for people. */
export function modelText(model: ModelDescription, styles: Styles): string[] {
  const [heading, ...rows] = table(
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
  );
  return [
    `${styles.bold(model.name)}  ${thousands(model.nodes.length)} nodes, ${thousands(model.macs)} MACs, ${bytesText(model.weightBytes)} of weights`,
    ...model.inputs.map((tensor) => tensorLine("input", tensor)),
    ...model.outputs.map((tensor) => tensorLine("output", tensor)),
    "",
    styles.dim(heading!),
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
