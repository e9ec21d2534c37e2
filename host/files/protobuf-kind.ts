/** Kinds of files that are messages of Protocol Buffers, none of which has a signature. */
export type ProtobufKind = "onnx" | "savedModel" | "coreml" | "tensorflowGraph" | "caffe" | "paddle";

/** A field of a message: its number, and its value: of wire type 2 the bytes, else a number that nothing here needs. */
interface Field {
  number: number;
  bytes?: Uint8Array;
  /** Where the field ends; behind the message's end where that is cut off. */
  end: number;
}

/** Messages whose first field is one of their other fields' messages or a name, which tells them. */
const firstMessages: readonly (readonly [ProtobufKind, (first: Uint8Array) => boolean])[] = [
  ["tensorflowGraph", isTensorflowNode],
  ["paddle", isPaddleBlock],
];

/** The number of the field `layer` in Caffe's NetParameter. */
const caffeLayer = 100;
/** Fields of Core ML's Model that hold the model itself; before them come a version and a description. */
const coremlModels = [200, 3999] as const;
/** Caffe's layers come behind a name and a few inputs. */
const fewFields = 64;

/**
 * What a message of Protocol Buffers is, by the numbers of its fields; undefined where nothing tells it.
 *
 * Sources: onnx.proto3, TensorFlow's saved_model.proto, graph.proto and node_def.proto, Core ML's Model.proto, caffe.proto,
 * Paddle's framework.proto.
 */
export function protobufKind(bytes: Uint8Array): ProtobufKind | undefined {
  if (bytes[0] === 0x08) return versionedKind(bytes);
  const [first, second] = [...take(fieldsOf(bytes), 2)];
  if (first?.number !== 1 || first.bytes === undefined || second === undefined) return undefined;
  const { bytes: content } = first;
  const found = firstMessages.find(([, matches]) => matches(content));
  if (found !== undefined) return found[0];
  const few = [...take(fieldsOf(bytes), fewFields)];
  const hasLayer = few.some(({ number, bytes: layer }) => number === caffeLayer && layer !== undefined);
  return hasLayer && isName(content) ? "caffe" : undefined;
}

/**
 * ONNX, SavedModel and Core ML begin with a version as field 1. A SavedModel then has graphs as field 2 alone, an ONNX
 * model its graph as field 7 and names before it, a Core ML model a description as field 2 and a field of a high number.
 */
function versionedKind(bytes: Uint8Array): ProtobufKind | undefined {
  const [onnxGraph, onnxOperatorSets] = [7, 8];
  const numbers = new Set<number>();
  let end = 0;
  for (const field of fieldsOf(bytes)) {
    numbers.add(field.number);
    ({ end } = field);
    if (numbers.has(onnxGraph)) return "onnx";
    if (field.number >= coremlModels[0])
      return numbers.has(2) && field.number <= coremlModels[1] ? "coreml" : undefined;
    if (field.number > 64) return undefined;
  }
  if (numbers.has(onnxOperatorSets)) return "onnx";
  return numbers.size === 2 && numbers.has(2) && end === bytes.length ? "savedModel" : undefined;
}

/** A node of a GraphDef: a name as field 1, and an operator as field 2, such as "Conv2D". */
function isTensorflowNode(message: Uint8Array): boolean {
  const [name, operator] = [...take(fieldsOf(message), 2)];
  if (name?.number !== 1 || operator?.number !== 2) return false;
  return (
    isName(name.bytes) && /^_?[A-Z]\w*$/.test(latin1((operator.bytes ?? new Uint8Array(0)).subarray(0, 201)))
  );
}

/** The first block of a ProgramDesc: number 0, parent -1. */
function isPaddleBlock(message: Uint8Array): boolean {
  return latin1(message.subarray(0, 13)) === `\x08\0\x10${"\xff".repeat(9)}\x01`;
}

function isName(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && /^[\x20-\x7e]{1,200}$/.test(latin1(bytes.subarray(0, 201)));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** More fields than any of these messages has on its first level, but for nodes of a graph, of which two tell enough. */
const mostFields = 10_000;

/** The fields of a message, as far as the bytes are some, and so many. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length && factor <= 2 ** 63; factor *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  for (let count = 0; at < bytes.length && count < mostFields; count++) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    const value = wire === 0 || wire === 2 ? varint() : wire === 1 || wire === 5 ? 0 : Number.NaN;
    if (Number.isNaN(value) || number === 0) return;
    const start = at;
    at += wire === 2 ? value : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    yield { number, end: at, ...(wire === 2 ? { bytes: bytes.subarray(start, at) } : {}) };
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}
