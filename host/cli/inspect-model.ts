import type { Fit } from "../boards/index.js";
import type { Refusal, UnsupportedModelError } from "../errors.js";
import { bind, type Graph, tensorAt } from "../graph/graph.js";
import {
  type DType,
  describeType,
  elementCount,
  type Quantization,
  type Tensor,
  tensorBytes,
} from "../graph/tensor.js";
import { dimArgument, type Imported, type OpenDimension } from "../import/imported.js";
import { operatorNamed } from "../ops/index.js";
import type { BuiltModel } from "../pipeline.js";
import { table } from "../table.js";
import { variableLines } from "./build-report.js";
import { bytesText, namesText, shortName, thousands } from "./figures.js";
import type { Output } from "./output.js";

interface TensorDescription {
  name: string;
  dtype: DType;
  shape: readonly number[];
  quantization?: Quantization;
  labels?: readonly string[];
  texts?: readonly string[];
}

interface NodeDescription {
  name: string;
  operator: string;
  attributes: object;
  /** Activations only; constants are counted in `weightBytes`. */
  inputs: TensorDescription[];
  outputs: TensorDescription[];
  macs: number;
  /** Elements of its constants. */
  parameters: number;
  weightBytes: number;
}

/** A model built in one number format, or why it cannot be. */
export interface Build {
  numbers: "as it is" | "float32" | "int8";
  built?: BuiltModel;
  error?: UnsupportedModelError;
}

/** What building a model gives, in bytes. */
type BuildDescription = Pick<Build, "numbers"> &
  (
    | { refusals: readonly Refusal[] }
    | {
        /** Linear memory: RAM. */
        memoryBytes: number;
        arenaBytes: number;
        /** Below which no plan of the arena can be. */
        boundBytes: number;
        /** The whole file: flash. */
        fileBytes: number;
        codeBytes: number;
        weightBytes: number;
        /** Names of the boards that it fits. */
        boards: string[];
        /** How it fits each board. */
        fits: readonly Fit[];
      }
  );

/** What `inspect` tells of a model that was imported. */
export interface ModelDescription {
  name: string;
  inputs: TensorDescription[];
  outputs: TensorDescription[];
  /** Lengths that the file leaves open, and what they were fixed to. */
  openDims: readonly OpenDimension[];
  /** State that is kept from one run to the next. */
  variables: TensorDescription[];
  /** The nodes that run, of the first of `builds` that is no refusal. */
  nodes: NodeDescription[];
  macs: number;
  /** Constants that these nodes read, each counted once. */
  parameters: number;
  weightBytes: number;
  /** What `build` makes of it, in every number format that it can run in. int8 beside float32 needs samples. */
  builds: BuildDescription[];
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
 * Describes a graph: its inputs and outputs, and the nodes that run, with shapes, MACs and bytes of constants. Those are the nodes
 * of the first build, in which passes have fused, moved and dropped some.
 *
 * @param builds what building it gave
 * @param fits how a built model fits each board
 * @param openDims lengths that the file leaves open
 */
export function describeModel(
  graph: Graph,
  builds: readonly Build[],
  fits: (built: BuiltModel) => Fit[],
  openDims: readonly OpenDimension[] = [],
): ModelDescription {
  const running = builds.find(({ built }) => built !== undefined)?.built?.graph ?? graph;
  const nodes = running.nodes.map((node): NodeDescription => {
    const bound = bind(running, node);
    const inputs = bound.inputs.filter((tensor) => tensor !== undefined);
    return {
      name: node.name,
      operator: node.operator,
      attributes: node.attributes,
      inputs: inputs.filter((tensor) => tensor.data === undefined).map(describeTensor),
      outputs: bound.outputs.map(describeTensor),
      macs: operatorNamed(node.operator).macs(bound),
      parameters: constantElements(inputs),
      weightBytes: constantBytes(inputs),
    };
  });
  const indices = new Set(running.nodes.flatMap((node) => node.inputs).filter((index) => index >= 0));
  const used = [...indices].map((index) => tensorAt(running, index));
  return {
    name: graph.name,
    inputs: graph.inputs.map((index) => describeTensor(tensorAt(graph, index))),
    outputs: graph.outputs.map((index) => describeTensor(tensorAt(graph, index))),
    openDims,
    variables: (graph.variables ?? []).map(describeTensor),
    nodes,
    macs: nodes.reduce((sum, node) => sum + node.macs, 0),
    parameters: constantElements(used),
    weightBytes: constantBytes(used),
    builds: builds.map((build) => describeBuild(build, fits)),
  };
}

function describeBuild(
  { numbers, built, error }: Build,
  fits: (built: BuiltModel) => Fit[],
): BuildDescription {
  if (built === undefined) return { numbers, refusals: error?.refusals ?? [] };
  const { manifest, plan, wasm, codeBytes, weightBytes } = built;
  return {
    numbers,
    memoryBytes: manifest.memoryBytes,
    arenaBytes: plan.arenaBytes,
    boundBytes: plan.boundBytes,
    fileBytes: wasm.length,
    codeBytes,
    weightBytes,
    boards: fits(built).flatMap(({ board, fits: fitting }) => (fitting ? [board] : [])),
    fits: fits(built),
  };
}

/** A row for each number format. */
function buildRows(builds: readonly BuildDescription[]): string[][] {
  return builds.map((build) => {
    const samples = build.numbers === "int8" ? "int8, with --calibrate" : build.numbers;
    if ("refusals" in build) {
      const operators = [...new Set(build.refusals.map(({ operator }) => operator))];
      return [samples, "", "", "", `cannot run: ${operators.join(", ")}`];
    }
    const { memoryBytes, boundBytes, fileBytes, boards } = build;
    const fitting = boards.length === 0 ? "no board" : boards.join(" ");
    return [samples, thousands(memoryBytes), thousands(boundBytes), thousands(fileBytes), fitting];
  });
}

/** The description as lines for people. */
export function modelText(model: ModelDescription, { styles, width }: Output): string[] {
  const layers = table(
    [
      { heading: "node", align: "left" },
      { heading: "operator", align: "left" },
      { heading: "inputs", align: "left" },
      { heading: "outputs", align: "left" },
      { heading: "MACs", align: "right" },
      { heading: "parameters", align: "right" },
      { heading: "weight bytes", align: "right" },
    ],
    [
      ...model.nodes.map((node) => [
        shortName(node.name),
        node.operator,
        node.inputs.map(describeType).join(", "),
        node.outputs.map(describeType).join(", "),
        thousands(node.macs),
        thousands(node.parameters),
        thousands(node.weightBytes),
      ]),
      [
        "in all",
        "",
        "",
        "",
        thousands(model.macs),
        thousands(model.parameters),
        thousands(model.weightBytes),
      ],
    ],
    { width, heading: styles.dim },
  );
  const builds = table(
    [
      { heading: "runs in", align: "left" },
      { heading: "RAM", align: "right" },
      { heading: "no plan below", align: "right" },
      { heading: "flash", align: "right" },
      { heading: "fits", align: "left" },
    ],
    buildRows(model.builds),
    { width, heading: styles.dim },
  );
  return [
    `${styles.bold(model.name)}  ${thousands(model.nodes.length)} ${model.nodes.length === 1 ? "node" : "nodes"}, ${thousands(model.macs)} MACs, ${thousands(model.parameters)} parameters, ${bytesText(model.weightBytes)} of weights`,
    ...model.inputs.map((tensor) => tensorLine("input", tensor)),
    ...model.outputs.map((tensor) => tensorLine("output", tensor)),
    ...openLines(model.openDims),
    ...variableLines(model.variables),
    "",
    ...layers,
    "",
    ...builds,
  ];
}

function describeTensor(tensor: Tensor): TensorDescription {
  const { name, dtype, shape, quantization, labels, texts } = tensor;
  return {
    name,
    dtype,
    shape,
    ...(quantization === undefined ? {} : { quantization }),
    ...(labels === undefined ? {} : { labels }),
    ...(texts === undefined ? {} : { texts }),
  };
}

function tensorLine(kind: string, tensor: TensorDescription): string {
  const { scale, zeroPoint } = tensor.quantization ?? {};
  const quantized =
    scale?.length === 1
      ? `, scale ${Number(scale[0]!.toPrecision(7))}, zero point ${zeroPoint?.[0] ?? 0}`
      : "";
  return `${kind.padEnd(6)}  ${tensor.name}  ${describeType(tensor)}${quantized}${namesText(tensor)}`;
}

/** A line for each name of a length that the file leaves open, with every axis that has it. */
function openLines(dims: readonly OpenDimension[]): string[] {
  return [...new Set(dims.map(({ name }) => name))].map((name) => {
    const own = dims.filter((dim) => dim.name === name);
    const axes = own.map(({ input, axis }) => `axis ${axis} of ${input}`).join(", ");
    return `${"open".padEnd(6)}  ${name} is ${own[0]?.length} here (${axes}); ${dimArgument(name)} gives it another length`;
  });
}

function constantElements(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { data, shape }) => sum + (data === undefined ? 0 : elementCount(shape)), 0);
}

function constantBytes(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + (tensor.data === undefined ? 0 : tensorBytes(tensor)), 0);
}
