import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, WasmoteError } from "../../host/errors.js";
import { maxNodes } from "../../host/graph/limits.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { errorOf } from "../error-of.js";
import { type WrittenModel, type WrittenNode, type WrittenTensor, writeTflite } from "./tflite-writer.js";

const encode = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** Asserts that a model is refused with this code; `shards` are the files beside it. */
async function refused(
  bytes: Uint8Array,
  code: ErrorCode,
  message: RegExp,
  shards: Record<string, Uint8Array> = {},
): Promise<void> {
  const path = bytes[0] === "{".charCodeAt(0) ? "model.json" : "model.tflite";
  const read = (name: string, limit = Number.POSITIVE_INFINITY): Uint8Array => {
    const found = shards[name];
    if (found === undefined) throw new WasmoteError("file-unreadable", "no such file", { file: name });
    if (found.length > limit) throw new WasmoteError("file-too-large", `${found.length} bytes; ${limit}`);
    return found;
  };
  const error = await errorOf(importModel(path, bytes, read));
  assert.is(error.code, code, error.message);
  assert.match(error.message, message);
}

const inputLayer = {
  class_name: "InputLayer",
  config: { name: "in", batch_input_shape: [null, 4] },
  inbound_nodes: [],
};
const relu = (name: string, from: string) => ({
  class_name: "ReLU",
  config: { name },
  name,
  inbound_nodes: [[[from, 0, 0, {}]]],
});

/** A functional model of these layers after its input "in". */
const functional = (layers: readonly object[], output: string, name = "m") => ({
  class_name: "Functional",
  config: {
    name,
    layers: [{ name: "in", ...inputLayer }, ...layers],
    input_layers: [["in", 0, 0]],
    output_layers: [[output, 0, 0]],
  },
});

const model = (modelTopology: unknown, weightsManifest: unknown = []) =>
  encode({ modelTopology, weightsManifest });

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test("JSON nested deep is refused, wherever it is, also in a string", async () => {
  for (const depth of [300, 5000, 100000]) {
    await refused(
      encode(`{"modelTopology":${nested(depth)}}`),
      "model-corrupt",
      /nested \d+ deep; up to 256/,
    );
    const text = { model_config: `{"config":${nested(depth)}}` };
    await refused(model(text), "model-corrupt", /model_config cannot be read as JSON.*nested/);
  }
  const inString = `{"modelTopology":"${"[".repeat(300)}","weightsManifest":[]}`;
  await refused(encode(inString), "model-invalid", /modelTopology is "\[+\.\.\.; an object/);
});

test("JSON of more bytes than a model.json has is refused", async () => {
  await refused(
    encode(`{"modelTopology":"${"a".repeat(2 ** 24)}"}`),
    "model-corrupt",
    /up to 16777216 are read/,
  );
});

test("arguments nested as deep as is read are a clear error", async () => {
  const call = { args: JSON.parse(nested(200)), kwargs: {} };
  await refused(
    model(functional([{ ...relu("a", "in"), inbound_nodes: [call] }], "a")),
    "model-unsupported",
    /the call has 0 inputs/,
  );
});

test("a Keras chain of many layers is refused, in whatever order its layers are", async () => {
  const layers = Array.from({ length: 20000 }, (_, i) => relu(`l${i}`, i === 0 ? "in" : `l${i - 1}`));
  await refused(model(functional(layers, "l19999")), "model-too-large", /entries of config\.layers/);
  await refused(
    model(functional([...layers].reverse(), "l19999")),
    "model-too-large",
    /entries of config\.layers/,
  );
  const fewer = layers.slice(0, 2 * maxNodes).reverse();
  await refused(
    model(functional(fewer, `l${2 * maxNodes - 1}`)),
    "model-too-large",
    /more than 2048 calls of layers/,
  );
});

test("models that call each other twice at each level are refused before they are unfolded", async () => {
  let inner: object = functional([relu("r", "in")], "r");
  for (let level = 0; level < 30; level++) {
    const name = `m${level}`;
    const twice = { ...inner, name, inbound_nodes: [[["in", 0, 0, {}]], [[name, 0, 0, {}]]] };
    inner = functional([twice], name, name);
  }
  await refused(model(inner), "model-too-large", /more than \d+ (calls of layers|entries)/);
});

test("models nested deeper than real ones are refused", async () => {
  let inner: object = { class_name: "Sequential", config: { layers: [inputLayer, relu("r", "in")] } };
  for (let level = 0; level < 40; level++) {
    inner = { class_name: "Sequential", config: { name: `n${level}`, layers: [inner] } };
  }
  await refused(model(inner), "model-invalid", /nested more than 32 deep/);
  let deeper = JSON.stringify(inner);
  for (let level = 0; level < 2500; level++) {
    deeper = `{"class_name":"Sequential","config":{"name":"d${level}","layers":[${deeper}]}}`;
  }
  await refused(encode(`{"modelTopology":${deeper},"weightsManifest":[]}`), "model-corrupt", /nested/);
});

test("shards are read up to what the manifest needs, once each", async () => {
  const weights = [{ name: "a/kernel", shape: [2], dtype: "float32" }];
  const group = (paths: string[], needed = weights) =>
    model(functional([relu("a", "in")], "a"), [{ paths, weights: needed }]);
  const shards = { "a.bin": new Uint8Array(4), "b.bin": new Uint8Array(4), "big.bin": new Uint8Array(100) };
  await refused(group(["big.bin"]), "shard-short", /100 bytes; 8 .*big\.bin/, shards);
  await refused(group(["a.bin", "big.bin"]), "shard-short", /100 bytes; 4 .*big\.bin/, shards);
  await refused(group(["a.bin"]), "shard-short", /4 bytes; the manifest's weights need 8 .*a\.bin/, shards);
  await refused(group(["a.bin", "./a.bin"]), "model-invalid", /names a file twice/, shards);
  const huge = [{ name: "a/kernel", shape: [2 ** 15, 2 ** 15], dtype: "float32" }];
  await refused(group(["a.bin"], huge), "model-too-large", /weights of more than 134217728 bytes/, shards);
  const uncounted = [{ name: "a/kernel", shape: [...Array(30).fill(2 ** 50), 0], dtype: "float32" }];
  await refused(group(["a.bin"], uncounted), "model-invalid", /larger than any/, shards);
  for (const path of ["../a.bin", "/etc/passwd", "http://127.0.0.1/x", "..\\a", "a/../../b", ".", ""]) {
    await refused(group([path]), "model-invalid", /leaves the model's folder/, shards);
  }
});

test("a model's architecture alone is told from a damaged model, as is other JSON", async () => {
  const architecture = {
    class_name: "Functional",
    config: {},
    keras_version: "2.15.0",
    backend: "tensorflow",
  };
  await refused(encode(architecture), "model-weightless", /architecture without its weights.*to_json/);
  await refused(
    encode({ modelTopology: {}, format: "layers-model" }),
    "model-weightless",
    /without its weightsManifest/,
  );
  await refused(
    encode({ modelTopology: { node: [] }, weightsManifest: [], format: "graph-model" }),
    "model-invalid",
    /the model has no output/,
  );
  await refused(encode({ a: 1 }), "format-unknown", /JSON without "modelTopology"/);
});

/** A TFLite chain of rectifiers. */
function chain(count: number): Uint8Array {
  const tensors = Array.from({ length: count + 1 }, (_, i) => ({
    name: `t${i}`,
    type: "INT8" as const,
    shape: [1, 8],
    scale: [0.1],
    zeroPoint: [0],
  }));
  const nodes = Array.from({ length: count }, (_, i) => ({ builtin: "RELU", inputs: [i], outputs: [i + 1] }));
  return writeTflite({ tensors, nodes, inputs: [0], outputs: [count] });
}

test("a TFLite model of more nodes or connections than are taken is refused, one of as many is built", async () => {
  await refused(chain(10000), "model-too-large", /10000 nodes; up to 2048 are taken/);
  const largest = await importModel("chain.tflite", chain(maxNodes), () => new Uint8Array(0));
  assert.is((await buildModel(largest)).manifest.steps.length, 1);
  const tensor = (name: string, shape: number[]) => ({
    name,
    type: "INT8" as const,
    shape,
    scale: [1],
    zeroPoint: [0],
  });
  const wide = writeTflite({
    tensors: [tensor("in", [1, 1]), tensor("out", [1, 20000])],
    nodes: [
      {
        builtin: "CONCATENATION",
        inputs: Array<number>(20000).fill(0),
        outputs: [1],
        optionsType: 10,
        options: [{ field: 0, bytes: 4, value: 1 }],
      },
    ],
    inputs: [0],
    outputs: [1],
  });
  await refused(wide, "model-too-large", /1 nodes with 20001 inputs and outputs/);
});

test("a small TFLite file whose tensors share one large vector is refused", async () => {
  const { bytes, tensorsAt, count } = sharing(2 ** 20, 300);
  const view = new DataView(bytes.buffer);
  const first = tensorsAt + 4;
  const target = first + view.getUint32(first, true);
  for (let i = 1; i < count; i++) view.setUint32(first + 4 * i, target - (first + 4 * i), true);
  await refused(bytes, "model-too-large", /some is named many times/);
});

test("activations that are quantized by impossible numbers are refused, whatever reads them", async () => {
  const reshaped = (quantization: { scale?: number[]; zeroPoint?: number[] }) => {
    const tensor = (name: string, own = {}) => ({ name, type: "INT8" as const, shape: [1, 4], ...own });
    return writeTflite({
      tensors: [tensor("in", quantization), tensor("out", quantization)],
      nodes: [{ builtin: "RESHAPE", inputs: [0], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    });
  };
  for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await refused(
      reshaped({ scale: [scale], zeroPoint: [0] }),
      "model-unsupported",
      /has scale .*a finite positive number/,
    );
  }
  for (const zeroPoint of [-129, 128, 2 ** 31]) {
    await refused(
      reshaped({ scale: [1], zeroPoint: [zeroPoint] }),
      "model-unsupported",
      /zero point -?\d+; -128 to 127/,
    );
  }
});

/** A model of `count` tensors, the first of them a constant of `size` bytes, and where the vector of tensors lies. */
function sharing(size: number, count: number): { bytes: Uint8Array; tensorsAt: number; count: number } {
  const tensors = Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    type: "INT8" as const,
    shape: i === 0 ? [1, size] : [1, 1],
    scale: [1],
    zeroPoint: [0],
    ...(i === 0 ? { data: new Uint8Array(size) } : {}),
  }));
  const bytes = writeTflite({
    tensors,
    nodes: [{ builtin: "RELU", inputs: [1], outputs: [2] }],
    inputs: [1],
    outputs: [2],
  }).slice();
  const view = new DataView(bytes.buffer);
  // The vector of tensors is the only one of `count` elements, each of which is an offset within the file.
  for (let at = 4; at + 4 * count < bytes.length; at += 4) {
    if (view.getUint32(at, true) !== count) continue;
    const offsets = Array.from(
      { length: count },
      (_, i) => view.getUint32(at + 4 + 4 * i, true) + at + 4 + 4 * i,
    );
    if (offsets.every((offset) => offset > at && offset < bytes.length))
      return { bytes, tensorsAt: at, count };
  }
  throw new Error("the vector of tensors was not found");
}

const floats = (name: string, shape: number[], data?: readonly number[]): WrittenTensor => ({
  name,
  type: "FLOAT32",
  shape,
  ...(data === undefined ? {} : { data: new Uint8Array(Float32Array.from(data).buffer) }),
});
const integers = (name: string, values: readonly number[]): WrittenTensor => ({
  name,
  type: "INT32",
  shape: [values.length],
  data: new Uint8Array(Int32Array.from(values).buffer),
});
const step = (builtin: string, inputs: number[], outputs: number[]): WrittenNode => ({
  builtin,
  inputs,
  outputs,
});
const number = (field: number, value: number) => ({ field, bytes: 4 as const, value });
const refusedTflite = (written: WrittenModel, code: ErrorCode, message: RegExp): Promise<void> =>
  refused(writeTflite(written), code, message);

/** A model of one relu of this input, with more outputs than one. */
const oneRelu = (input: WrittenTensor, outputs = 1): WrittenModel => ({
  tensors: [input, ...Array.from({ length: outputs }, (_, i) => ({ ...input, name: `output ${i}` }))],
  nodes: Array.from({ length: outputs }, (_, i) => step("RELU", [0], [i + 1])),
  inputs: [0],
  outputs: Array.from({ length: outputs }, (_, i) => i + 1),
});

test("more than the file of a built model may tell is refused when the model is read or built", async () => {
  const axes = (count: number) => oneRelu(floats("in", Array(count).fill(1)));
  await refusedTflite(axes(33), "model-too-large", /33 axes; up to 32/);
  await refusedTflite(oneRelu(floats("in", [1]), 1025), "model-too-large", /1025 outputs; up to 1024/);
  await refusedTflite(oneRelu(floats("n".repeat(4097), [1])), "model-too-large", /4097 bytes; up to 4096/);
  const build = async (written: WrittenModel) =>
    buildModel(await importModel("model.tflite", writeTflite(written), () => new Uint8Array(0)));
  openModule((await build(axes(32))).wasm);
  openModule((await build(oneRelu(floats("in", [1]), 1024))).wasm);
  const named = oneRelu(floats("in", [1]), 1000);
  for (const tensor of named.tensors) tensor.name = `${tensor.name}${"n".repeat(4000)}`;
  assert.is((await errorOf(build(named))).code, "model-too-large");
});

test("a loop that does nothing without end is refused", async () => {
  const always: WrittenTensor = { name: "always", type: "BOOL", shape: [1], data: Uint8Array.of(1) };
  const loop = { ...step("WHILE", [0], [1]), optionsType: 93, options: [number(0, 1), number(1, 2)] };
  const part = (tensors: WrittenTensor[], output: number) => ({
    tensors,
    nodes: [],
    inputs: [0],
    outputs: [output],
  });
  const more = [part([floats("x", [1]), always], 1), part([floats("x", [1])], 0)];
  const written = { ...oneRelu(floats("in", [1])), nodes: [loop], more };
  await refusedTflite(written, "model-too-large", /taken more than 8192 times/);
});

test("constants made of constants, and variables, are bounded in all before they are made", async () => {
  const tiles = Array.from({ length: 9 }, (_, i) => i);
  const written: WrittenModel = {
    tensors: [
      floats("in", [1]),
      integers("times", [2 ** 22]),
      floats("one", [1], [1]),
      floats("out", [1]),
      ...tiles.map((i) => floats(`tile ${i}`, [2 ** 22])),
    ],
    nodes: [step("RELU", [0], [3]), ...tiles.map((i) => step("TILE", [2, 1], [4 + i]))],
    inputs: [0],
    outputs: [3],
  };
  await refusedTflite(written, "model-too-large", /make of constants takes more than 134217728 bytes/);
  const state = (name: string) => ({ ...floats(name, [2 ** 28]), isVariable: true });
  const huge: WrittenModel = {
    tensors: [floats("in", [1]), state("state"), floats("out", [2 ** 28])],
    nodes: [step("READ_VARIABLE", [1], [2])],
    inputs: [0],
    outputs: [2],
  };
  await refusedTflite(huge, "memory-exceeded", /variables of 1073741824 bytes/);
});

test("a condition behind two thousand constants is known, one that is made of itself is a clear error", async () => {
  const chain = Array.from({ length: 2000 }, (_, i) => i);
  const tensors = [
    floats("in", [1]),
    floats("zero", [1], [0]),
    ...chain.map((i) => floats(`relu ${i}`, [1])),
    { name: "condition", type: "BOOL" as const, shape: [1] },
    floats("out", [1]),
  ];
  const [condition, out] = [tensors.length - 2, tensors.length - 1];
  const branch = {
    ...step("IF", [condition, 0], [out]),
    optionsType: 92,
    options: [number(0, 1), number(1, 1)],
  };
  const nodes = [
    ...chain.map((i) => step("RELU", [i + 1], [i + 2])),
    step("GREATER_EQUAL", [condition - 1, 1], [condition]),
    branch,
  ];
  const more = [{ tensors: [floats("x", [1])], nodes: [], inputs: [0], outputs: [0] }];
  const written = { tensors, nodes, inputs: [0], outputs: [out], more };
  const graph = await importModel("model.tflite", writeTflite(written), () => new Uint8Array(0));
  assert.is(graph.nodes.at(-1)?.operator, "reshape");
  nodes[0] = step("RELU", [condition - 1], [2]);
  await refusedTflite(written, "model-unsupported", /only a constant one is supported/);
});

test("a concatenation of as many inputs as are taken is built", async () => {
  const inputs = Array(16000).fill(0);
  const tensors = [floats("in", [1]), floats("out", [16000])];
  const nodes = [step("CONCATENATION", inputs, [1])];
  const written = { tensors, nodes, inputs: [0], outputs: [1] };
  const graph = await importModel("model.tflite", writeTflite(written), () => new Uint8Array(0));
  openModule((await buildModel(graph)).wasm);
});

test("scales and zero points beside floats mean nothing; of inputs and outputs others have to be some", async () => {
  const wrong = { scale: [0], zeroPoint: [7] };
  const written = oneRelu({ ...floats("in", [4]), ...wrong });
  const graph = await importModel("model.tflite", writeTflite(written), () => new Uint8Array(0));
  openModule((await buildModel(graph)).wasm);
  const constant = { ...integers("constant", [1]), ...wrong };
  const output: WrittenModel = {
    tensors: [floats("in", [4]), constant],
    nodes: [],
    inputs: [0],
    outputs: [1],
  };
  await refusedTflite(output, "model-invalid", /"constant" has scale 0 and zero point 7/);
});

test.run();
