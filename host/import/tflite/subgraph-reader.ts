import { type Refusal, WasmoteError } from "../../errors.js";
import { maxNodes } from "../../graph/limits.js";
import type { Node } from "../../graph/node.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { inferredTypes } from "../../ops/check.js";
import { GraphBuilder } from "../graph-builder.js";
import { type ControlFlow, controlFlow } from "./control-flow.js";
import { tfliteMapping } from "./operators/index.js";
import type { TfliteMapping, Translation } from "./operators/mapping.js";
import { type FileNode, inputTensors, type OperatorCode, outputTensors, readNode } from "./read-node.js";
import type { Resources } from "./resources.js";
import { fields } from "./schema.js";
import type { Table } from "./table.js";
import { type ImportedTensor, readTensors } from "./tensors.js";

/** How often subgraphs are taken, at most: a loop's condition and body each time. Those without nodes take none of `maxNodes`. */
const maxSubgraphsTaken = 4 * maxNodes;

/** What a file knows of a shape that is not known whole. */
type OpenShape = NonNullable<ImportedTensor["openShape"]>;

/** What the subgraphs of a file refer to. */
export interface FileParts {
  readonly subgraphs: readonly Table[];
  readonly buffers: readonly Table[];
  readonly codes: readonly OperatorCode[];
  readonly resources: Resources;
  /** Tensors of int8 that are uint8 in the file. */
  readonly unsigned: Set<Tensor>;
  /** Tensors whose shapes the file does not know, and what it knows of them. */
  readonly open: Map<Tensor, OpenShape>;
  /** Operators of the nodes that were read, of every subgraph as often as it is taken. */
  readonly read: string[];
  /** How often a subgraph was taken. */
  taken: number;
}

/** A subgraph whose tensors were read. */
export interface Subgraph {
  readonly index: number;
  readonly table: Table;
  readonly tensors: readonly ImportedTensor[];
}

/** Reads nodes of subgraphs into one graph, those that control flow names in its place. */
export class SubgraphReader {
  /** Every node that cannot be mapped. */
  readonly refusals: Refusal[] = [];
  /** What the file calls the operator of each node of the graph. */
  readonly operators = new Map<Node, string>();
  /** Subgraphs that are being read, each from within the one before. */
  private readonly open: number[];

  constructor(
    readonly file: FileParts,
    readonly graph: GraphBuilder,
    open: readonly number[] = [],
  ) {
    this.open = [...open];
  }

  /** A reader of the same file into a graph of its own. */
  apart(): SubgraphReader {
    return new SubgraphReader(this.file, new GraphBuilder([]), this.open);
  }

  /**
   * Takes a subgraph in the place of the node that names it.
   *
   * @param inputs what its inputs are here
   * @returns its outputs
   */
  inline(index: number, inputs: readonly ImportedTensor[]): ImportedTensor[] {
    const subgraph = openSubgraph(this.file, index);
    const tensors = [...subgraph.tensors];
    const names = (field: number): number[] => subgraph.table.int32s(field) ?? [];
    const own = names(fields.subgraph.inputs);
    if (own.length !== inputs.length) {
      const detail = `subgraph ${index} has ${own.length} inputs; the node that names it gives ${inputs.length}`;
      throw new WasmoteError("model-invalid", detail);
    }
    own.forEach((tensor, i) => {
      tensors[tensor] = inputs[i] as ImportedTensor;
    });
    this.read({ ...subgraph, tensors });
    return names(fields.subgraph.outputs).map((tensor) => {
      const found = tensors[tensor];
      if (found !== undefined) return found;
      const detail = `an output of subgraph ${index} is tensor ${tensor} of ${tensors.length}`;
      throw new WasmoteError("model-invalid", detail);
    });
  }

  /** Reads all nodes of a subgraph. */
  read({ index, table, tensors }: Subgraph): void {
    if (this.open.includes(index)) throw new WasmoteError("model-invalid", `subgraph ${index} calls itself`);
    this.open.push(index);
    for (const { tensor, isVariable, wasUnsigned, openShape } of tensors) {
      if (openShape !== undefined) this.file.open.set(tensor, openShape);
      if (isVariable === true) this.file.resources.mark(tensor);
      if (wasUnsigned === true) this.file.unsigned.add(tensor);
    }
    const { codes, read } = this.file;
    const nodes = table.tables(fields.subgraph.operators);
    if (++this.file.taken > maxSubgraphsTaken) {
      const detail = `subgraphs are taken more than ${maxSubgraphsTaken} times: a loop may be without end`;
      throw new WasmoteError("model-too-large", detail);
    }
    if (read.length + nodes.length > maxNodes) {
      const count = read.length + nodes.length;
      throw new WasmoteError("model-too-large", `${count} nodes; up to ${maxNodes} are taken`);
    }
    const opened = nodes.map((node, i) => readNode(node, i, codes, tensors));
    read.push(...opened.map(({ code }) => code.name));
    for (const node of opened) this.readNode(node);
    this.open.pop();
  }

  /** Ends reading: variables that nothing changes become constants. */
  finish(): void {
    const gone = this.graph.settleVariables();
    for (const refusal of this.refusals) {
      const { index = 0 } = refusal;
      refusal.index = index - gone.filter((number) => number < index).length;
    }
  }

  private readNode(node: FileNode): void {
    const flow = controlFlow.get(node.code.name);
    const mapping = flow ?? tfliteMapping(node.code.name);
    const problems = problemsOf(node, mapping);
    if (problems.length > 0 || mapping === undefined) {
      this.refuse(node, problems);
      return;
    }
    try {
      if (flow !== undefined) flow.read(node, this);
      else this.translate(node, mapping as TfliteMapping);
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      this.refuse(node, [error.message]);
    }
  }

  private translate(node: FileNode, mapping: TfliteMapping): void {
    const { version } = node.code;
    const whole = { inputs: inputTensors(node), outputs: outputTensors(node), variables: [] };
    const read = mapping.read({
      ...whole,
      version,
      options: node.options(mapping.optionsType),
      customOptions: node.customOptions,
      variable: (input, type) => this.file.resources.variable(input, type),
      wasUnsigned: (tensor) => tensor !== undefined && this.file.unsigned.has(tensor),
    });
    const translations = Array.isArray(read) ? (read as readonly Translation[]) : [read as Translation];
    for (const translation of translations) {
      const added = { ...whole, ...translation };
      this.closeShapes(added);
      if (!this.graph.fold(added)) this.operators.set(this.graph.add(added), node.code.name);
    }
  }

  /** Gives outputs whose shapes the file leaves open those that the inputs make. */
  private closeShapes({ operator, ...translation }: Required<Translation>): void {
    if (!translation.outputs.some((output) => this.file.open.has(output))) return;
    const types = inferredTypes(operator, { name: "", ...translation }) ?? [];
    for (const [i, { shape }] of types.entries()) this.closeShape(translation.outputs[i], shape);
  }

  /** Gives a tensor its shape, where the file leaves that open and it fits what is known. */
  closeShape(tensor: Tensor | undefined, shape: readonly number[]): void {
    const known = tensor && this.file.open.get(tensor);
    if (tensor === undefined || known === undefined) return;
    const fits =
      known === "any" ||
      (known.length === shape.length && known.every((length, i) => length === -1 || length === shape[i]));
    if (fits) tensor.shape = shape;
  }

  private refuse(node: FileNode, reasons: readonly string[]): void {
    const operator = node.code.name;
    const index = this.graph.nodeCount;
    const added = this.graph.addRefused(operator, inputTensors(node), outputTensors(node));
    this.operators.set(added, operator);
    for (const reason of reasons) this.refusals.push({ node: added.name, operator, reason, index });
  }
}

/** Looks a subgraph up and reads its tensors. Throws `model-invalid` where there is none. */
export function openSubgraph({ subgraphs, buffers }: FileParts, index: number): Subgraph {
  const table = subgraphs[index];
  if (table === undefined) {
    throw new WasmoteError("model-invalid", `subgraph ${index} is named; the model has ${subgraphs.length}`);
  }
  return { index, table, tensors: readTensors(table, buffers) };
}

/** Why an operator without a mapping cannot be run, and what can be done. */
function unknownOperator(name: string): string {
  if (/^CUSTOM:Flex/.test(name)) {
    return "it is an operator of TensorFlow itself, with its runtime; convert the model with TFLite's built-in operators alone";
  }
  if (name.startsWith("CUSTOM:")) {
    return "it is a custom operator; --operators adds it (docs/add-an-operator.md)";
  }
  return "the operator is not supported";
}

/** Why a node cannot be read at all. */
function problemsOf(node: FileNode, mapping: TfliteMapping | ControlFlow | undefined): string[] {
  const { version } = node.code;
  const tensors = [...node.inputs, ...node.outputs].filter((tensor) => tensor !== undefined);
  const problems = tensors.flatMap(({ problem, isResource }) =>
    problem === undefined || (isResource === true && mapping?.takesResources === true) ? [] : [problem],
  );
  const unknown = mapping === undefined ? [unknownOperator(node.code.name)] : [];
  const newer =
    mapping !== undefined && version > mapping.maxVersion
      ? [`version ${version} is newer than ${mapping.maxVersion}`]
      : [];
  return [...new Set([...unknown, ...newer, ...problems])];
}
