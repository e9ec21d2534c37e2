import { type Place, WasmoteError } from "../../errors.js";
import type { Tensor } from "../../graph/tensor.js";
import type { TfliteOptions } from "./operators/mapping.js";
import { builtinOperators, fields } from "./schema.js";
import type { Table } from "./table.js";
import type { ImportedTensor } from "./tensors.js";

/** An operator that a file uses, by its name, and the version of it. */
export interface OperatorCode {
  name: string;
  version: number;
}

/** A node of a file with its tensors looked up. */
export interface FileNode {
  readonly code: OperatorCode;
  /** Its number in its subgraph. */
  readonly index: number;
  readonly inputs: readonly (ImportedTensor | undefined)[];
  readonly outputs: readonly ImportedTensor[];
  /** Options of a custom operator. */
  readonly customOptions: Uint8Array;
  /** Its options table, which has to be of this type. Throws `model-corrupt` where it is another operator's. */
  options(type: number): TfliteOptions;
}

const noOptions: TfliteOptions = {
  int8: (_, otherwise) => otherwise,
  int32: (_, otherwise) => otherwise,
  float32: (_, otherwise) => otherwise,
  bool: (_, otherwise) => otherwise,
  int32s: () => undefined,
  text: () => undefined,
};

/** Reads an entry of a file's list of operators; a custom one is `CUSTOM:` and its name. */
export function readOperatorCode(table: Table): OperatorCode {
  const number = Math.max(
    table.int8(fields.operatorCode.deprecatedBuiltinCode, 0),
    table.int32(fields.operatorCode.builtinCode, 0),
  );
  const builtin = builtinOperators[number] ?? `operator ${number}`;
  const name = builtin === "CUSTOM" ? `CUSTOM:${table.text(fields.operatorCode.customCode) ?? ""}` : builtin;
  return { name, version: table.int32(fields.operatorCode.version, 1) };
}

/**
 * Reads a node.
 *
 * @param tensors of its subgraph
 * @throws `model-invalid`, `model-corrupt`
 */
export function readNode(
  table: Table,
  index: number,
  codes: readonly OperatorCode[],
  tensors: readonly ImportedTensor[],
): FileNode {
  const code = codeOf(table, index, codes);
  const at = (tensor: number): ImportedTensor => {
    const found = tensors[tensor];
    if (found !== undefined) return found;
    const detail = `node ${index} names tensor ${tensor} of ${tensors.length}`;
    throw new WasmoteError("model-invalid", detail, { operator: code.name });
  };
  const inputs = table.int32s(fields.operator.inputs) ?? [];
  const outputs = (table.int32s(fields.operator.outputs) ?? []).map(at);
  const place = { node: outputs[0]?.tensor.name ?? `node ${index}`, operator: code.name };
  return {
    code,
    index,
    inputs: inputs.map((tensor) => (tensor === -1 ? undefined : at(tensor))),
    outputs,
    customOptions: table.bytes(fields.operator.customOptions) ?? new Uint8Array(0),
    options: (type) => readOptions(table, index, type, place),
  };
}

/** The tensors of a node's inputs; undefined where an optional one is absent. */
export function inputTensors({ inputs }: FileNode): (Tensor | undefined)[] {
  return inputs.map((input) => input?.tensor);
}

/** The tensors of a node's outputs. */
export function outputTensors({ outputs }: FileNode): Tensor[] {
  return outputs.map(({ tensor }) => tensor);
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

function readOptions(table: Table, index: number, type: number, place: Place): TfliteOptions {
  if (type === 0) return noOptions;
  const found = table.uint8(fields.operator.optionsType, 0);
  if (found !== 0 && found !== type) {
    const detail = `node ${index} has options of type ${found}; ${type} is expected`;
    throw new WasmoteError("model-corrupt", detail, place);
  }
  return table.table(fields.operator.options) ?? noOptions;
}
