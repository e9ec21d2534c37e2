import { PbfWriter } from "pbf";
import { type DType, elementCount, type TensorData } from "../../../host/graph/tensor.js";
import type { Dimension } from "../../../host/import/onnx/model.js";

/** Numbers of ONNX's `TensorProto.DataType`. */
export const dataTypes: Readonly<Record<string, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
};

/** A constant to be written. */
export interface WrittenConstant {
  name: string;
  dtype: string;
  shape: readonly number[];
  /** Little-endian bytes, or a typed array whose bytes these are. */
  data?: TensorData;
  /** Elements that are texts, in place of bytes. */
  texts?: readonly string[];
  /** Entries of external data in place of bytes. */
  external?: Readonly<Record<string, string>>;
}

/** An attribute: a number without a fraction is an integer, `{ float }` a float. */
export type WrittenAttribute =
  | number
  | string
  | readonly number[]
  | { float: number }
  | { floats: readonly number[] }
  | { texts: readonly string[] }
  | { tensor: WrittenConstant }
  | { graph: WrittenGraph }
  | { reference: string };

/** A node to be written. */
export interface WrittenNode {
  operator: string;
  domain?: string;
  name?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, WrittenAttribute>>;
}

/** An input or output to be written. */
export interface WrittenEnd {
  name: string;
  dtype: string;
  shape?: readonly Dimension[];
}

/** A graph to be written. */
export interface WrittenGraph {
  name?: string;
  nodes: readonly WrittenNode[];
  inputs: readonly WrittenEnd[];
  outputs: readonly WrittenEnd[];
  constants?: readonly WrittenConstant[];
}

/** A function of the model to be written. */
export interface WrittenFunction {
  name: string;
  domain: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: readonly string[];
  nodes: readonly WrittenNode[];
}

/** A model to be written. */
export interface WrittenOnnx {
  graph: WrittenGraph;
  /** Version of ONNX's operator set; 17 by default. */
  version?: number;
  /** Versions of other operator sets by domain. */
  domains?: Readonly<Record<string, number>>;
  functions?: readonly WrittenFunction[];
}

/** A constant of these numbers. */
export function constant(
  name: string,
  dtype: DType,
  shape: readonly number[],
  values: ArrayLike<number>,
): WrittenConstant {
  const list = Array.from(values);
  if (list.length !== elementCount(shape)) throw new Error(`${list.length} values for [${shape}]`);
  const data =
    dtype === "int64"
      ? BigInt64Array.from(list, (value) => BigInt(value))
      : dtype === "float32"
        ? Float32Array.from(list)
        : dtype === "int32"
          ? Int32Array.from(list)
          : dtype === "int8"
            ? Int8Array.from(list)
            : Uint8Array.from(list);
  return { name, dtype, shape, data };
}

function text(field: number, value: string, to: PbfWriter): void {
  to.writeTag(field, 2);
  to.writeString(value);
}

function integer(field: number, value: number, to: PbfWriter): void {
  to.writeTag(field, 0);
  to.writeVarint(value);
}

function writeConstant(
  { name, dtype, shape, data, texts = [], external }: WrittenConstant,
  to: PbfWriter,
): void {
  for (const length of shape) integer(1, length, to);
  integer(2, dataTypes[dtype] as number, to);
  text(8, name, to);
  for (const own of texts) text(6, own, to);
  if (data !== undefined) {
    to.writeTag(9, 2);
    to.writeBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  if (external === undefined) return;
  for (const entry of Object.entries(external)) {
    to.writeMessage(
      13,
      ([key, value], pbf) => {
        text(1, key, pbf);
        text(2, value, pbf);
      },
      entry,
    );
  }
  integer(14, 1, to);
}

function writeAttribute([name, value]: [string, WrittenAttribute], to: PbfWriter): void {
  text(1, name, to);
  if (typeof value === "number") {
    integer(3, value, to);
    integer(20, 2, to);
  } else if (typeof value === "string") {
    text(4, value, to);
    integer(20, 3, to);
  } else if ("float" in value) {
    to.writeTag(2, 5);
    to.writeFloat(value.float);
    integer(20, 1, to);
  } else if ("floats" in value) {
    to.writePackedFloat(7, [...value.floats]);
    integer(20, 6, to);
  } else if ("texts" in value) {
    for (const each of value.texts) text(9, each, to);
    integer(20, 8, to);
  } else if ("tensor" in value) {
    to.writeMessage(5, writeConstant, value.tensor);
    integer(20, 4, to);
  } else if ("graph" in value) {
    to.writeMessage(6, writeGraph, value.graph);
    integer(20, 5, to);
  } else if ("reference" in value) {
    text(21, value.reference, to);
    integer(20, 2, to);
  } else {
    for (const each of value) integer(8, each, to);
    integer(20, 7, to);
  }
}

function writeNode(
  { operator, domain, name, inputs, outputs, attributes = {} }: WrittenNode,
  to: PbfWriter,
): void {
  for (const input of inputs) text(1, input, to);
  for (const output of outputs) text(2, output, to);
  if (name !== undefined) text(3, name, to);
  text(4, operator, to);
  for (const attribute of Object.entries(attributes)) to.writeMessage(5, writeAttribute, attribute);
  if (domain !== undefined) text(7, domain, to);
}

function writeEnd({ name, dtype, shape }: WrittenEnd, to: PbfWriter): void {
  text(1, name, to);
  const dimension = (length: Dimension, pbf: PbfWriter): void => {
    if (typeof length === "number") integer(1, length, pbf);
    else if (length !== undefined) text(2, length, pbf);
  };
  const lengths = (list: readonly Dimension[], pbf: PbfWriter): void => {
    for (const length of list) pbf.writeMessage(1, dimension, length);
  };
  const tensor = (_: object, pbf: PbfWriter): void => {
    integer(1, dataTypes[dtype] as number, pbf);
    if (shape !== undefined) pbf.writeMessage(2, lengths, shape);
  };
  to.writeMessage(2, (value: object, pbf) => pbf.writeMessage(1, tensor, value), {});
}

function writeGraph(
  { name = "g", nodes, inputs, outputs, constants = [] }: WrittenGraph,
  to: PbfWriter,
): void {
  for (const node of nodes) to.writeMessage(1, writeNode, node);
  text(2, name, to);
  for (const each of constants) to.writeMessage(5, writeConstant, each);
  for (const end of inputs) to.writeMessage(11, writeEnd, end);
  for (const end of outputs) to.writeMessage(12, writeEnd, end);
}

function writeVersion([domain, version]: [string, number], to: PbfWriter): void {
  if (domain !== "") text(1, domain, to);
  integer(2, version, to);
}

function writeFunction(own: WrittenFunction, to: PbfWriter): void {
  text(1, own.name, to);
  for (const name of own.inputs) text(4, name, to);
  for (const name of own.outputs) text(5, name, to);
  for (const name of own.attributes ?? []) text(6, name, to);
  for (const node of own.nodes) to.writeMessage(7, writeNode, node);
  to.writeMessage(9, writeVersion, ["", 17]);
  text(10, own.domain, to);
}

/** The bytes of an ONNX file. */
export function writeOnnx({ graph, version = 17, domains = {}, functions = [] }: WrittenOnnx): Uint8Array {
  const to = new PbfWriter();
  integer(1, 8, to);
  text(2, "test", to);
  to.writeMessage(7, writeGraph, graph);
  to.writeMessage(8, writeVersion, ["", version]);
  for (const entry of Object.entries(domains)) to.writeMessage(8, writeVersion, entry);
  for (const own of functions) to.writeMessage(25, writeFunction, own);
  return to.finish();
}
