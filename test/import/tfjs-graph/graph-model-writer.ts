import { WasmoteError } from "../../../host/errors.js";
import type { ImportOptions, ReadFile } from "../../../host/import/imported.js";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";

/** An attribute of a node, as JSON of Protocol Buffers has it. */
export type WrittenAttribute = Readonly<Record<string, unknown>>;

/** A node of a test model; an input that begins with ^ is one that it waits for. */
export interface WrittenNode {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, WrittenAttribute>;
}

/** A weight of a test model. Codes of a quantized one are its values. */
export interface WrittenWeight {
  shape: number[];
  dtype?: string;
  values: readonly number[];
  quantization?: { dtype: string; scale?: number; min?: number };
}

/** A function of a test model: names of its arguments, and where its results come from. */
export interface WrittenFunction {
  name: string;
  inputs: string[];
  results: Record<string, string>;
  nodes: WrittenNode[];
}

/** A TF.js graph model. Its constants are nodes of their own. */
export interface WrittenGraphModel {
  nodes: WrittenNode[];
  weights?: Record<string, WrittenWeight>;
  functions?: WrittenFunction[];
  /** Shapes of placeholders; -1 for a length that is open. */
  inputs: Record<string, { shape: number[]; dtype?: string }>;
  /** What each output is called, and which node's it is. None: without a signature. */
  outputs?: Record<string, string>;
}

export const int = (value: number): WrittenAttribute => ({ i: String(value) });
export const ints = (...values: number[]): WrittenAttribute => ({ list: { i: values.map(String) } });
export const float = (value: number): WrittenAttribute => ({ f: value });
export const flag = (value: boolean): WrittenAttribute => ({ b: value });
export const text = (value: string): WrittenAttribute => ({ s: btoa(value) });
export const texts = (...values: string[]): WrittenAttribute => ({
  list: { s: values.map((value) => btoa(value)) },
});
export const type = (name: string): WrittenAttribute => ({ type: name });
export const func = (name: string): WrittenAttribute => ({ func: { name } });
export const list = (...values: number[]): WrittenWeight => ({
  shape: [values.length],
  dtype: "int32",
  values,
});
export const scalar = (value: number, dtype = "int32"): WrittenWeight => ({
  shape: [],
  dtype,
  values: [value],
});

const shapeJson = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });

const arrays: Readonly<Record<string, (values: readonly number[]) => ArrayBufferView>> = {
  float32: (values) => Float32Array.from(values),
  int32: (values) => Int32Array.from(values),
  bool: (values) => Uint8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  float16: (values) => Uint16Array.from(values),
};

/** The JSON and the shard of a model. */
export function writeGraphModel(model: WrittenGraphModel) {
  const { nodes, weights = {}, functions = [], inputs, outputs } = model;
  const entries = Object.entries(weights).map(([name, { shape, dtype = "float32", quantization }]) => ({
    name,
    shape,
    dtype,
    ...(quantization === undefined ? {} : { quantization }),
  }));
  const data = Object.values(weights).map(({ dtype = "float32", values, quantization }) => {
    const view = arrays[quantization?.dtype ?? dtype]?.(values) ?? Uint8Array.of();
    return new Uint8Array(view.buffer);
  });
  const names: Record<string, string> = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL" };
  const constants = entries.map(({ name, dtype }) => ({
    name,
    op: "Const",
    attr: { dtype: type(names[dtype] ?? dtype) },
  }));
  const placeholders = Object.entries(inputs).map(([name, { shape, dtype = "DT_FLOAT" }]) => ({
    name,
    op: "Placeholder",
    attr: { dtype: type(dtype), shape: { shape: shapeJson(shape) } },
  }));
  const ends = (of: Record<string, string>) =>
    Object.fromEntries(Object.entries(of).map(([key, name]) => [key, { name }]));
  const json = {
    format: "graph-model",
    ...(outputs === undefined
      ? {}
      : {
          signature: {
            inputs: Object.fromEntries(
              Object.entries(inputs).map(([name, { shape, dtype = "DT_FLOAT" }]) => [
                name,
                { name: `${name}:0`, dtype, tensorShape: shapeJson(shape) },
              ]),
            ),
            outputs: ends(outputs),
          },
        }),
    modelTopology: {
      node: [...placeholders, ...constants, ...nodes],
      library: {
        function: functions.map(({ name, inputs: names, results, nodes: own }) => ({
          signature: {
            name,
            inputArg: names.map((argument) => ({ name: argument })),
            outputArg: Object.keys(results).map((result) => ({ name: result })),
          },
          nodeDef: own,
          ret: results,
        })),
      },
    },
    weightsManifest: [{ paths: ["shard.bin"], weights: entries }],
  };
  const shard = new Uint8Array(data.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of data) {
    shard.set(part, at);
    at += part.length;
  }
  return { json, shard };
}

/** What a file of a model is read by. */
export function readerOf(files: Readonly<Record<string, Uint8Array>>): ReadFile {
  return (path) => {
    const found = Object.hasOwn(files, path) ? files[path] : undefined;
    if (found === undefined) throw new WasmoteError("file-unreadable", "no such file", { file: path });
    return found;
  };
}

/** Imports a model's JSON and shard. */
export function importJson(json: unknown, shard: Uint8Array, options: ImportOptions = {}) {
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  return importModel("model.json", bytes, readerOf({ "shard.bin": shard }), options);
}

/** Imports a model that is written here. */
export function importWritten(model: WrittenGraphModel, options: ImportOptions = {}) {
  const { json, shard } = writeGraphModel(model);
  return importJson(json, shard, options);
}

/** Imports, builds and runs a model: the outputs by their names. */
export async function runWritten(
  model: WrittenGraphModel,
  inputs: readonly (Float32Array | Int32Array | Uint8Array)[],
): Promise<Map<string, { shape: readonly number[]; values: number[] }>> {
  const { wasm, manifest } = await buildModel(await importWritten(model), { quantize: "float32" });
  const runner = await openRunner("node", wasm, openModule(wasm), { tier: "portable" });
  try {
    for (const [i, input] of inputs.entries()) runner.writeInput(i, new Uint8Array(input.buffer));
    runner.run();
    return new Map(
      manifest.outputs.map(({ name, shape, dtype }, i) => {
        const { buffer } = runner.readOutput(i).slice();
        const numbers =
          dtype === "float32"
            ? new Float32Array(buffer)
            : dtype === "int32"
              ? new Int32Array(buffer)
              : new Uint8Array(buffer);
        return [name, { shape, values: [...numbers] }];
      }),
    );
  } finally {
    runner.close();
  }
}
