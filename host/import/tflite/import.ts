import { type Place, type Refusal, WasmoteError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { maxNodes } from "../../graph/limits.js";
import type { Node } from "../../graph/node.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { countOperators, type Imported } from "../imported.js";
import { GraphBuilder } from "./graph-builder.js";
import { tfliteMapping } from "./operators/index.js";
import type { TfliteMapping, TfliteNode, TfliteOptions, Translation } from "./operators/mapping.js";
import { builtinOperators, fields } from "./schema.js";
import { Table } from "./table.js";
import { readTensors } from "./tensors.js";

/** Whether the bytes carry TFLite's file identifier, or at least the file's name its ending. */
export function matchTflite(bytes: Uint8Array, path: string): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3" || path.toLowerCase().endsWith(".tflite");
}

const noOptions: TfliteOptions = {
  int8: (_, otherwise) => otherwise,
  int32: (_, otherwise) => otherwise,
  float32: (_, otherwise) => otherwise,
  bool: (_, otherwise) => otherwise,
  int32s: () => undefined,
};

/**
 * Reads a TFLite model: its first subgraph.
 *
 * @param bytes the file
 * @param name the graph's name
 * @returns a graph whose nodes are in the file's order, and every node that cannot be mapped
 * @throws `model-corrupt`, `model-invalid`, `model-too-large`, `weights-not-finite`
 *
 * Source: TFLite's public schema.fbs, version 3.
 */
export function openTflite(bytes: Uint8Array, name: string): Imported & { graph: Graph } {
  const model = Table.root(bytes);
  if (String.fromCharCode(...bytes.subarray(4, 8)) !== "TFL3") {
    throw new WasmoteError("model-corrupt", 'the file identifier "TFL3" is missing');
  }
  const version = model.uint32(fields.model.version, 0);
  if (version !== 3) throw new WasmoteError("model-corrupt", `schema version ${version}; 3 is expected`);
  const subgraphs = model.tables(fields.model.subgraphs);
  const main = subgraphs[0];
  if (main === undefined) throw new WasmoteError("model-invalid", "the model has no subgraph");
  const imported = readTensors(main, model.tables(fields.model.buffers));
  const codes = model.tables(fields.model.operatorCodes).map(readOperatorCode);
  const refusals: Refusal[] = [];
  const operators = new Map<Node, string>();
  const tables = main.tables(fields.subgraph.operators);
  if (tables.length > maxNodes) {
    throw new WasmoteError("model-too-large", `${tables.length} nodes; up to ${maxNodes} are taken`);
  }
  const graph = new GraphBuilder(imported);
  const inputs = (main.int32s(fields.subgraph.inputs) ?? []).map((index) => graph.end(index, "input"));
  for (const [index, table] of tables.entries()) {
    const { translations, operator, reasons } = readNode(table, index, { codes, graph });
    const first = graph.nodeCount;
    const nodes = translations.flatMap((translation) =>
      reasons.length === 0 && graph.fold(translation) ? [] : [graph.add(translation)],
    );
    for (const node of nodes) operators.set(node, operator);
    for (const reason of reasons) {
      refusals.push({ node: nodes[0]?.name ?? `node ${index}`, operator, reason, index: first });
    }
  }
  const outputs = (main.int32s(fields.subgraph.outputs) ?? []).map((index) => graph.end(index, "output"));
  return {
    name,
    graph: { name, ...graph.parts(), inputs, outputs },
    refusals,
    operators: countOperators(tables.map((table, index) => codeOf(table, index, codes).name)),
    operatorOf: (node) => operators.get(node) ?? node.operator,
  };
}

interface OperatorCode {
  name: string;
  version: number;
}

function readOperatorCode(table: Table): OperatorCode {
  const number = Math.max(
    table.int8(fields.operatorCode.deprecatedBuiltinCode, 0),
    table.int32(fields.operatorCode.builtinCode, 0),
  );
  const builtin = builtinOperators[number] ?? `operator ${number}`;
  const name = builtin === "CUSTOM" ? `CUSTOM:${table.text(fields.operatorCode.customCode) ?? ""}` : builtin;
  return { name, version: table.int32(fields.operatorCode.version, 1) };
}

/** What the nodes of a file refer to. */
interface Surroundings {
  codes: readonly OperatorCode[];
  graph: GraphBuilder;
}

/** What a node becomes, the file's operator, and why it cannot be run; no reasons where it can. */
interface ReadNode {
  translations: readonly Required<Translation>[];
  operator: string;
  reasons: readonly string[];
}

function readNode(table: Table, index: number, { codes, graph }: Surroundings): ReadNode {
  const code = codeOf(table, index, codes);
  const at = (tensor: number): Tensor => {
    const found = graph.imported(tensor);
    if (found !== undefined) return found.tensor;
    const detail = `node ${index} names tensor ${tensor} of ${graph.importedCount}`;
    throw new WasmoteError("model-invalid", detail, { operator: code.name });
  };
  const inputIndices = table.int32s(fields.operator.inputs) ?? [];
  const outputIndices = table.int32s(fields.operator.outputs) ?? [];
  const inputs = inputIndices.map((tensor) => (tensor === -1 ? undefined : at(tensor)));
  const outputs = outputIndices.map(at);
  const whole = { operator: code.name, attributes: {}, inputs, outputs, variables: [] };
  const refused = (reasons: readonly string[]) => ({ translations: [whole], operator: code.name, reasons });

  const mapping = tfliteMapping(code.name);
  const problems = new Set(
    [...inputIndices, ...outputIndices].flatMap((tensor) => graph.imported(tensor)?.problem ?? []),
  );
  if (mapping === undefined) return refused([unknownOperator(code.name), ...problems]);
  const newer =
    code.version > mapping.maxVersion ? [`version ${code.version} is newer than ${mapping.maxVersion}`] : [];
  if (newer.length + problems.size > 0) return refused([...newer, ...problems]);
  const options = readOptions(table, index, mapping, {
    node: outputs[0]?.name ?? `node ${index}`,
    operator: code.name,
  });
  const customOptions = table.bytes(fields.operator.customOptions) ?? new Uint8Array(0);
  const surroundings = {
    variable: (input, type) => graph.variable(input, type),
    wasUnsigned: (tensor) => graph.wasUnsigned(tensor),
  } satisfies Partial<TfliteNode>;
  try {
    const read = mapping.read({
      version: code.version,
      options,
      customOptions,
      inputs,
      outputs,
      ...surroundings,
    });
    const translations = (Array.isArray(read) ? (read as readonly Translation[]) : [read as Translation]).map(
      (translation) => ({ ...whole, ...translation }),
    );
    return { translations, operator: code.name, reasons: [] };
  } catch (error) {
    if (error instanceof NotRunnable) return refused([error.message]);
    throw error;
  }
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

function codeOf(table: Table, index: number, codes: readonly OperatorCode[]): OperatorCode {
  const codeIndex = table.uint32(fields.operator.opcodeIndex, 0);
  const code = codes[codeIndex];
  if (code !== undefined) return code;
  throw new WasmoteError(
    "model-invalid",
    `node ${index} names operator code ${codeIndex} of ${codes.length}`,
  );
}

/** The options of a node. Throws `model-corrupt` where they are another operator's. */
function readOptions(
  table: Table,
  index: number,
  { optionsType }: TfliteMapping,
  place: Place,
): TfliteOptions {
  if (optionsType === 0) return noOptions;
  const found = table.uint8(fields.operator.optionsType, 0);
  if (found !== 0 && found !== optionsType) {
    const detail = `node ${index} has options of type ${found}; ${optionsType} is expected`;
    throw new WasmoteError("model-corrupt", detail, place);
  }
  return table.table(fields.operator.options) ?? noOptions;
}
