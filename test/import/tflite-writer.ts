import { Builder } from "flatbuffers";
import { builtinOperators, fields, tensorTypes } from "../../host/import/tflite/schema.js";

/** A tensor of a test model. */
export interface WrittenTensor {
  name: string;
  type: (typeof tensorTypes)[number];
  shape: number[];
  data?: Uint8Array;
  scale?: number[];
  zeroPoint?: number[];
  /** Axis that several scales lie along. */
  axis?: number;
  isVariable?: boolean;
  /** What is known of its shape; -1 for lengths that are not. */
  signature?: number[];
  /** How its zeros are left out: `data` holds what is stored. */
  sparsity?: {
    order: number[];
    blockMap?: number[];
    /** A level of all indices by their number; one of listed indices by where each node's begin, and the indices. */
    levels: (number | { segments: number[]; indices: number[]; kind?: 1 | 2 | 3 })[];
  };
  /** Whether its data lies behind the flatbuffer. */
  outside?: boolean;
}

/** A node of a test model; a custom operator is `CUSTOM:` and its name; `options` are field numbers with 32-bit or 8-bit values, or texts; a 0 is left out unless it is written `always`. */
export interface WrittenNode {
  builtin: string;
  inputs: number[];
  outputs: number[];
  optionsType?: number;
  options?: (
    | { field: number; bytes: 1 | 4; value: number; always?: true }
    | { field: number; text: string }
  )[];
  version?: number;
  /** Options of a custom operator. */
  customOptions?: Uint8Array;
  /** Fields of its operator code that are written; both by default. */
  code?: "deprecated" | "new";
}

/** A subgraph of a test model. */
export interface WrittenSubgraph {
  tensors: WrittenTensor[];
  nodes: WrittenNode[];
  inputs: number[];
  outputs: number[];
}

/** A test model: its first subgraph, and others behind it. */
export interface WrittenModel extends WrittenSubgraph {
  more?: WrittenSubgraph[];
  /** The schema's; 3 where it is left out. */
  version?: number;
}

function int32Vector(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) builder.addInt32(value);
  return builder.endVector();
}

function offsetVector(builder: Builder, offsets: readonly number[]): number {
  builder.startVector(4, offsets.length, 4);
  for (const offset of [...offsets].reverse()) builder.addOffset(offset);
  return builder.endVector();
}

/** A union of `SparseIndexVector`: its kind and the table. */
function writeIndices(builder: Builder, values: number[], kind: 1 | 2 | 3): number {
  const bytes = kind === 1 ? 4 : kind === 2 ? 2 : 1;
  builder.startVector(bytes, values.length, bytes);
  for (const value of [...values].reverse()) {
    if (kind === 1) builder.addInt32(value);
    else if (kind === 2) builder.addInt16(value);
    else builder.addInt8(value);
  }
  const vector = builder.endVector();
  builder.startObject(1);
  builder.addFieldOffset(0, vector, 0);
  return builder.endObject();
}

function writeSparsity(
  builder: Builder,
  { order, blockMap = [], levels }: NonNullable<WrittenTensor["sparsity"]>,
): number {
  const { sparsity } = fields;
  const tables = levels.map((level) => {
    if (typeof level === "number") {
      builder.startObject(6);
      builder.addFieldInt32(sparsity.level.denseSize, level, 0);
      return builder.endObject();
    }
    const { segments, indices, kind = 1 } = level;
    const vectors = [segments, indices].map((values) => writeIndices(builder, values, kind)) as [
      number,
      number,
    ];
    builder.startObject(6);
    builder.addFieldInt8(sparsity.level.format, 1, 0);
    builder.addFieldInt8(sparsity.level.segments, kind, 0);
    builder.addFieldOffset(sparsity.level.segments + 1, vectors[0], 0);
    builder.addFieldInt8(sparsity.level.indices, kind, 0);
    builder.addFieldOffset(sparsity.level.indices + 1, vectors[1], 0);
    return builder.endObject();
  });
  const vectors = [
    int32Vector(builder, order),
    int32Vector(builder, blockMap),
    offsetVector(builder, tables),
  ] as const;
  builder.startObject(3);
  builder.addFieldOffset(sparsity.traversalOrder, vectors[0], 0);
  builder.addFieldOffset(sparsity.blockMap, vectors[1], 0);
  builder.addFieldOffset(sparsity.levels, vectors[2], 0);
  return builder.endObject();
}

function writeTensor(builder: Builder, tensor: WrittenTensor, buffer: number): number {
  const name = builder.createString(tensor.name);
  const shape = int32Vector(builder, tensor.shape);
  let quantization = 0;
  if (tensor.scale !== undefined) {
    builder.startVector(4, tensor.scale.length, 4);
    for (const value of [...tensor.scale].reverse()) builder.addFloat32(value);
    const scale = builder.endVector();
    const points = tensor.zeroPoint ?? tensor.scale.map(() => 0);
    builder.startVector(8, points.length, 8);
    for (const value of [...points].reverse()) builder.addInt64(BigInt(value));
    const zeroPoint = builder.endVector();
    builder.startObject(7);
    builder.addFieldOffset(fields.quantization.scale, scale, 0);
    builder.addFieldOffset(fields.quantization.zeroPoint, zeroPoint, 0);
    builder.addFieldInt32(fields.quantization.axis, tensor.axis ?? 0, 0);
    quantization = builder.endObject();
  }
  const sparsity = tensor.sparsity === undefined ? 0 : writeSparsity(builder, tensor.sparsity);
  const signature = tensor.signature === undefined ? 0 : int32Vector(builder, tensor.signature);
  builder.startObject(9);
  if (signature !== 0) builder.addFieldOffset(fields.tensor.shapeSignature, signature, 0);
  builder.addFieldOffset(fields.tensor.shape, shape, 0);
  builder.addFieldInt8(fields.tensor.type, tensorTypes.indexOf(tensor.type), 0);
  builder.addFieldInt32(fields.tensor.buffer, buffer, 0);
  builder.addFieldOffset(fields.tensor.name, name, 0);
  if (quantization !== 0) builder.addFieldOffset(fields.tensor.quantization, quantization, 0);
  builder.addFieldInt8(fields.tensor.isVariable, tensor.isVariable === true ? 1 : 0, 0);
  if (sparsity !== 0) builder.addFieldOffset(fields.tensor.sparsity, sparsity, 0);
  return builder.endObject();
}

function writeNode(builder: Builder, node: WrittenNode, opcodeIndex: number): number {
  const inputs = int32Vector(builder, node.inputs);
  const outputs = int32Vector(builder, node.outputs);
  let options = 0;
  if (node.options !== undefined) {
    const texts = node.options.map((option) => ("text" in option ? builder.createString(option.text) : 0));
    builder.startObject(12);
    for (const [i, option] of node.options.entries()) {
      if ("text" in option) builder.addFieldOffset(option.field, texts[i] as number, 0);
      else if (option.bytes === 1)
        builder.addFieldInt8(option.field, option.value, option.always === true ? ~option.value : 0);
      else builder.addFieldInt32(option.field, option.value, 0);
    }
    options = builder.endObject();
  }
  const custom = node.customOptions && builder.createByteVector(node.customOptions);
  builder.startObject(6);
  if (custom !== undefined) builder.addFieldOffset(fields.operator.customOptions, custom, 0);
  builder.addFieldInt32(fields.operator.opcodeIndex, opcodeIndex, 0);
  builder.addFieldOffset(fields.operator.inputs, inputs, 0);
  builder.addFieldOffset(fields.operator.outputs, outputs, 0);
  if (options !== 0) {
    builder.addFieldInt8(fields.operator.optionsType, node.optionsType ?? 0, 0);
    builder.addFieldOffset(fields.operator.options, options, 0);
  }
  return builder.endObject();
}

function writeCode(builder: Builder, { builtin, version, code }: WrittenNode): number {
  const [kind = "", custom] = builtin.split(":");
  const number = builtinOperators.indexOf(kind);
  const name = custom === undefined ? 0 : builder.createString(custom);
  builder.startObject(4);
  if (name !== 0) builder.addFieldOffset(fields.operatorCode.customCode, name, 0);
  if (code !== "new")
    builder.addFieldInt8(fields.operatorCode.deprecatedBuiltinCode, Math.min(number, 127), 0);
  builder.addFieldInt32(fields.operatorCode.version, version ?? 1, 1);
  if (code !== "deprecated") builder.addFieldInt32(fields.operatorCode.builtinCode, number, 0);
  return builder.endObject();
}

/** Writes a subgraph whose first buffer and first operator code have these numbers. */
function writeSubgraph(builder: Builder, subgraph: WrittenSubgraph, buffer: number, code: number): number {
  const tensors = subgraph.tensors.map((tensor, i) =>
    writeTensor(builder, tensor, tensor.data === undefined ? 0 : buffer + i),
  );
  const nodes = subgraph.nodes.map((node, i) => writeNode(builder, node, code + i));
  const tensorVector = offsetVector(builder, tensors);
  const inputs = int32Vector(builder, subgraph.inputs);
  const outputs = int32Vector(builder, subgraph.outputs);
  const nodeVector = offsetVector(builder, nodes);
  builder.startObject(5);
  builder.addFieldOffset(fields.subgraph.tensors, tensorVector, 0);
  builder.addFieldOffset(fields.subgraph.inputs, inputs, 0);
  builder.addFieldOffset(fields.subgraph.outputs, outputs, 0);
  builder.addFieldOffset(fields.subgraph.operators, nodeVector, 0);
  return builder.endObject();
}

/** Writes a model as a .tflite file. Nothing is checked: tests write wrong models on purpose. */
export function writeTflite(model: WrittenModel): Uint8Array {
  const builder = new Builder(1024);
  const all: readonly WrittenSubgraph[] = [model, ...(model.more ?? [])];
  const tensors = all.flatMap((subgraph) => subgraph.tensors);
  const outside: { bytes: Uint8Array; marker: bigint }[] = [];
  const data = tensors.map(
    ({ data: bytes, outside: isOutside }) => bytes && !isOutside && builder.createByteVector(bytes),
  );
  const buffers = [undefined, ...tensors].map((tensor, i) => {
    const vector = data[i - 1];
    builder.startObject(3);
    if (typeof vector === "number") builder.addFieldOffset(fields.buffer.data, vector, 0);
    if (tensor?.outside === true && tensor.data !== undefined) {
      const marker = 0x5eed_0000_0000n + BigInt(i);
      outside.push({ bytes: tensor.data, marker });
      builder.addFieldInt64(fields.buffer.offset, marker, 0n);
      builder.addFieldInt64(fields.buffer.size, BigInt(tensor.data.length), 0n);
    }
    return builder.endObject();
  });
  const codes = all.flatMap(({ nodes }) => nodes.map((node) => writeCode(builder, node)));
  let [buffer, code] = [1, 0];
  const written = all.map((subgraph) => {
    const offset = writeSubgraph(builder, subgraph, buffer, code);
    buffer += subgraph.tensors.length;
    code += subgraph.nodes.length;
    return offset;
  });
  const subgraphs = offsetVector(builder, written);
  const codeVector = offsetVector(builder, codes);
  const bufferVector = offsetVector(builder, buffers);
  builder.startObject(5);
  builder.addFieldInt32(fields.model.version, model.version ?? 3, 0);
  builder.addFieldOffset(fields.model.operatorCodes, codeVector, 0);
  builder.addFieldOffset(fields.model.subgraphs, subgraphs, 0);
  builder.addFieldOffset(fields.model.buffers, bufferVector, 0);
  builder.finish(builder.endObject(), "TFL3");
  return appendOutside(builder.asUint8Array().slice(), outside);
}

/** Puts data behind the flatbuffer, and its offset in place of the marker that stands for it. */
function appendOutside(
  flat: Uint8Array,
  outside: readonly { bytes: Uint8Array; marker: bigint }[],
): Uint8Array {
  const file = new Uint8Array(outside.reduce((end, { bytes }) => end + bytes.length, flat.length));
  file.set(flat);
  const view = new DataView(file.buffer);
  let end = flat.length;
  for (const { bytes, marker } of outside) {
    let at = 0;
    while (view.getBigUint64(at, true) !== marker) at += 4;
    view.setBigUint64(at, BigInt(end), true);
    file.set(bytes, end);
    end += bytes.length;
  }
  return file;
}

/** Options of CONV_2D for the writer: VALID, stride 1, no activation. */
const convolutionOptions = [
  { field: 0, bytes: 1, value: 1 },
  { field: 1, bytes: 4, value: 1 },
  { field: 2, bytes: 4, value: 1 },
  { field: 4, bytes: 4, value: 1 },
  { field: 5, bytes: 4, value: 1 },
] as const;

/** A small valid int8 model: a 3x3 convolution of 6x6x2 to 4x4x3, a reshape to 48, and a layer of 5 outputs. */
export function smallModel(): WrittenModel {
  const bytes = (count: number, step: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => i * step + 7);
  return {
    tensors: [
      { name: "input", type: "INT8", shape: [1, 6, 6, 2], scale: [0.02], zeroPoint: [-5] },
      { name: "filter", type: "INT8", shape: [3, 3, 3, 2], scale: [0.01, 0.02, 0.005], data: bytes(54, 37) },
      {
        name: "bias",
        type: "INT32",
        shape: [3],
        scale: [0.0002, 0.0004, 0.0001],
        data: new Uint8Array(12).fill(1),
      },
      { name: "features", type: "INT8", shape: [1, 4, 4, 3], scale: [0.05], zeroPoint: [3] },
      { name: "flat", type: "INT8", shape: [1, 48], scale: [0.05], zeroPoint: [3] },
      { name: "weights", type: "INT8", shape: [5, 48], scale: [0.01], data: bytes(240, 91) },
      { name: "output", type: "INT8", shape: [1, 5], scale: [0.1], zeroPoint: [0] },
      { name: "shape", type: "INT32", shape: [2], data: new Uint8Array(Int32Array.of(1, 48).buffer) },
    ],
    nodes: [
      {
        builtin: "CONV_2D",
        inputs: [0, 1, 2],
        outputs: [3],
        optionsType: 1,
        options: [...convolutionOptions],
        version: 3,
      },
      { builtin: "RESHAPE", inputs: [3, 7], outputs: [4] },
      { builtin: "FULLY_CONNECTED", inputs: [4, 5, -1], outputs: [6], version: 4 },
    ],
    inputs: [0],
    outputs: [6],
  };
}
