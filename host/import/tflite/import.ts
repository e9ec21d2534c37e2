import { type Refusal, WasmoteError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { maxNodes } from "../../graph/limits.js";
import type { Node } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { knownOperators } from "../../ops/index.js";
import { NotRunnable, type Operator, type TfliteMapping, type TfliteOptions } from "../../ops/operator.js";
import { countOperators, type Imported } from "../imported.js";
import { builtinOperators, fields } from "./schema.js";
import { Table } from "./table.js";
import { type ImportedTensor, readTensors } from "./tensors.js";

/** Whether the bytes carry TFLite's file identifier, or at least the file's name its ending. */
export function matchTflite(bytes: Uint8Array, path: string): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3" || path.toLowerCase().endsWith(".tflite");
}

interface Mapped {
  operator: Operator;
  mapping: TfliteMapping<object>;
}

/** Every mapping of a TFLite operator, by its name. */
function knownMappings(): ReadonlyMap<string, Mapped> {
  return new Map(
    knownOperators().flatMap((operator) =>
      (operator.tflite ?? []).map((mapping) => [mapping.builtin, { operator, mapping }] as const),
    ),
  );
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
  const mappings = knownMappings();
  const refusals: Refusal[] = [];
  const operators = new Map<Node, string>();
  const tables = main.tables(fields.subgraph.operators);
  if (tables.length > maxNodes) {
    throw new WasmoteError("model-too-large", `${tables.length} nodes; up to ${maxNodes} are taken`);
  }
  for (const [index, table] of tables.entries()) {
    const { node, operator } = readNode(table, index, codes, mappings, imported, refusals);
    operators.set(node, operator);
  }
  return {
    name,
    graph: {
      name,
      tensors: imported.map(({ tensor }) => tensor),
      nodes: [...operators.keys()],
      inputs: main.int32s(fields.subgraph.inputs) ?? [],
      outputs: main.int32s(fields.subgraph.outputs) ?? [],
    },
    refusals,
    operators: countOperators([...operators.values()]),
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

function readNode(
  table: Table,
  index: number,
  codes: readonly OperatorCode[],
  mappings: ReadonlyMap<string, Mapped>,
  imported: readonly ImportedTensor[],
  refusals: Refusal[],
): { node: Node; operator: string } {
  const codeIndex = table.uint32(fields.operator.opcodeIndex, 0);
  const code = codes[codeIndex];
  if (code === undefined) {
    throw new WasmoteError(
      "model-invalid",
      `node ${index} names operator code ${codeIndex} of ${codes.length}`,
    );
  }
  const inputs = table.int32s(fields.operator.inputs) ?? [];
  const outputs = table.int32s(fields.operator.outputs) ?? [];
  const at = (tensor: number): Tensor => {
    const found = imported[tensor];
    if (found === undefined) {
      throw new WasmoteError("model-invalid", `node ${index} names tensor ${tensor} of ${imported.length}`, {
        operator: code.name,
      });
    }
    return found.tensor;
  };
  const boundInputs = inputs.map((tensor) => (tensor === -1 ? undefined : at(tensor)));
  const boundOutputs = outputs.map(at);
  const name = boundOutputs[0]?.name ?? `node ${index}`;
  const refused = (...reasons: readonly string[]): { node: Node; operator: string } => {
    for (const reason of reasons) refusals.push({ node: name, operator: code.name, reason, index });
    return { node: { name, operator: code.name, attributes: {}, inputs, outputs }, operator: code.name };
  };

  const mapped = mappings.get(code.name);
  const problems = new Set([...inputs, ...outputs].flatMap((tensor) => imported[tensor]?.problem ?? []));
  if (mapped === undefined) return refused("the operator is not supported", ...problems);
  const { operator, mapping } = mapped;
  const newer =
    code.version > mapping.maxVersion ? [`version ${code.version} is newer than ${mapping.maxVersion}`] : [];
  if (newer.length + problems.size > 0) return refused(...newer, ...problems);
  const optionsType = table.uint8(fields.operator.optionsType, 0);
  if (mapping.optionsType !== 0 && optionsType !== 0 && optionsType !== mapping.optionsType) {
    throw new WasmoteError(
      "model-corrupt",
      `node ${index} has options of type ${optionsType}; ${mapping.optionsType} is expected`,
      {
        node: name,
        operator: code.name,
      },
    );
  }
  const options = mapping.optionsType === 0 ? undefined : table.table(fields.operator.options);
  try {
    const { attributes, inputs: kept } = mapping.read({
      version: code.version,
      options: options ?? noOptions,
      customOptions: table.bytes(fields.operator.customOptions) ?? new Uint8Array(0),
      inputs: boundInputs,
      outputs: boundOutputs,
    });
    const node = {
      name,
      operator: operator.name,
      attributes,
      inputs: kept === undefined ? inputs : kept.map((position) => inputs[position] ?? -1),
      outputs,
    };
    return { node, operator: code.name };
  } catch (error) {
    if (error instanceof NotRunnable) return refused(error.message);
    throw error;
  }
}
