import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "flatbuffers/mjs/flexbuffers.js";
import {
  smallModel,
  type WrittenModel,
  type WrittenNode,
  type WrittenSubgraph,
  type WrittenTensor,
  writeTflite,
} from "../import/tflite-writer.js";
import { operatorCases } from "../operators/cases.js";
import { sharedOperators } from "../shared-models.js";

const tensor = (
  name: string,
  type: WrittenTensor["type"],
  shape: number[],
  more: Partial<WrittenTensor> = {},
): WrittenTensor => ({ name, type, shape, ...more });
const quantized = (name: string, shape: number[], more: Partial<WrittenTensor> = {}): WrittenTensor =>
  tensor(name, "INT8", shape, { scale: [0.05], zeroPoint: [-3], ...more });
const handle = (name: string): WrittenTensor => tensor(name, "RESOURCE", []);
const integers = (name: string, values: number[]): WrittenTensor =>
  tensor(name, "INT32", [values.length], { data: new Uint8Array(Int32Array.from(values).buffer) });

const node = (builtin: string, inputs: number[], outputs: number[], more: Partial<WrittenNode> = {}) => ({
  builtin,
  inputs,
  outputs,
  ...more,
});
const variable = (output: number) =>
  node("VAR_HANDLE", [], [output], { optionsType: 111, options: [{ field: 1, text: "state" }] });
const custom = (name: string, inputs: number[], outputs: number[], options: object) =>
  node(`CUSTOM:${name}`, inputs, outputs, { customOptions: encode(options) });
const numbers = (...values: number[]) => values.map((value, field) => ({ field, bytes: 4 as const, value }));

/** A small model with a change to the weights of its last layer, 5 x 48. */
function withWeights(own: Partial<WrittenTensor>): WrittenModel {
  const model = smallModel();
  Object.assign(model.tensors[5] as object, own);
  return model;
}

/** Sound of 16 samples through a window, a Fourier transform and a filter over frames. */
function sound(): WrittenModel {
  return {
    tensors: [
      tensor("in", "INT16", [16]),
      tensor("window", "INT16", [16], { data: Uint8Array.from({ length: 32 }, (_, i) => i) }),
      tensor("windowed", "INT16", [16]),
      tensor("spectrum", "INT16", [18]),
      tensor("delayed", "INT16", [16]),
      tensor("frames", "INT16", [2, 12]),
      tensor("valid", "BOOL", []),
    ],
    nodes: [
      custom("SignalWindow", [0, 1], [2], { shift: 12 }),
      custom("SignalRfft", [2], [3], { T: 7, fft_length: 16 }),
      custom("SignalDelay", [0], [4], { delay_length: 5 }),
      custom("SignalFramer", [4], [5, 6], { frame_size: 12, frame_step: 8, prefill: true }),
    ],
    inputs: [0],
    outputs: [3, 5, 6],
  };
}

/** A variable that a subgraph sets once, and that each run adds to. */
export function stateModel(): WrittenModel {
  const once: WrittenSubgraph = {
    tensors: [handle("handle"), quantized("start", [1, 4], { data: Uint8Array.of(1, 2, 3, 4) })],
    nodes: [variable(0), node("ASSIGN_VARIABLE", [0, 1], [])],
    inputs: [],
    outputs: [],
  };
  return {
    tensors: [
      quantized("in", [1, 4]),
      handle("handle"),
      quantized("before", [1, 4]),
      quantized("out", [1, 4]),
    ],
    nodes: [
      node("CALL_ONCE", [], [], { optionsType: 103, options: numbers(1) }),
      variable(1),
      node("READ_VARIABLE", [1], [2]),
      node("ADD", [0, 2], [3], { optionsType: 11, options: [{ field: 0, bytes: 1, value: 0 }] }),
      node("ASSIGN_VARIABLE", [1, 3], []),
    ],
    inputs: [0],
    outputs: [3],
    more: [once],
  };
}

/** A loop that counts to three, and a branch that is always taken. */
function control(): WrittenModel {
  const counter = (name: string) => tensor(name, "INT32", [1]);
  const floats = (name: string) => tensor(name, "FLOAT32", [4]);
  const condition: WrittenSubgraph = {
    tensors: [counter("i"), floats("x"), integers("three", [3]), tensor("less", "BOOL", [1])],
    nodes: [node("LESS", [0, 2], [3])],
    inputs: [0, 1],
    outputs: [3],
  };
  const body: WrittenSubgraph = {
    tensors: [counter("i"), floats("x"), integers("one", [1]), counter("next"), floats("y")],
    nodes: [node("ADD", [0, 2], [3]), node("TANH", [1], [4])],
    inputs: [0, 1],
    outputs: [3, 4],
  };
  const same: WrittenSubgraph = { tensors: [floats("x")], nodes: [], inputs: [0], outputs: [0] };
  return {
    tensors: [
      floats("in"),
      integers("zero", [0]),
      counter("last"),
      floats("looped"),
      tensor("true", "BOOL", [1], { data: Uint8Array.of(1) }),
      floats("out"),
    ],
    nodes: [
      node("WHILE", [1, 0], [2, 3], { optionsType: 93, options: numbers(1, 2) }),
      node("IF", [4, 3], [5], { optionsType: 92, options: numbers(3, 3) }),
    ],
    inputs: [0],
    outputs: [5],
    more: [condition, body, same],
  };
}

/** A float layer whose weights are of 16 bits. */
function halves(): WrittenModel {
  return {
    tensors: [
      tensor("in", "FLOAT32", [1, 4]),
      tensor("half", "FLOAT16", [3, 4], { data: Uint8Array.from({ length: 24 }, (_, i) => 40 + (i % 20)) }),
      tensor("weights", "FLOAT32", [3, 4]),
      tensor("out", "FLOAT32", [1, 3]),
    ],
    nodes: [node("DEQUANTIZE", [1], [2]), node("FULLY_CONNECTED", [0, 2, -1], [3])],
    inputs: [0],
    outputs: [3],
  };
}

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 37) & 255);

const written: readonly (() => WrittenModel)[] = [
  sound,
  stateModel,
  control,
  halves,
  () => withWeights({ type: "INT4", data: bytes(120) }),
  () => withWeights({ outside: true }),
  () =>
    withWeights({
      data: bytes(4),
      sparsity: { order: [0, 1], levels: [5, { segments: [0, 2, 2, 3, 3, 4], indices: [0, 47, 5, 9] }] },
    }),
  () =>
    withWeights({
      data: bytes(8),
      sparsity: {
        order: [0, 1, 2],
        blockMap: [1],
        levels: [5, { segments: [0, 1, 1, 1, 1, 2], indices: [2, 0], kind: 2 }, 4],
      },
    }),
];

/**
 * Files to damage: models written here of what a generator of layers does not reach, and, where they are here, the
 * shared models of one operator each.
 */
export function tfliteOriginals(): Uint8Array[] {
  const folder = sharedOperators();
  const shared = folder === undefined ? [] : operatorCases(folder).map(({ name }) => join(folder, name));
  return [
    ...written.map((model) => writeTflite(model())),
    ...shared.map((path) => new Uint8Array(readFileSync(join(path, "model.tflite")))),
  ];
}
