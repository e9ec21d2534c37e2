import { type Zippable, zipSync } from "fflate";
import * as h5wasm from "h5wasm";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ErrorCode } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { errorOf } from "../error-of.js";

const module = await h5wasm.ready;

/** Bytes of a file of HDF5 that is written so. */
function hdf5(write: (file: h5wasm.File) => void): Uint8Array {
  const path = "/made-for-a-test.h5";
  const file = new h5wasm.File(path, "w");
  try {
    write(file);
  } finally {
    file.close();
  }
  const bytes = module.FS.readFile(path, { encoding: "binary" });
  module.FS.unlink(path);
  return Uint8Array.from(bytes);
}

const never = (): Uint8Array => {
  throw new Error("no other file is read");
};
const open = (name: string, bytes: Uint8Array) => importModel(name, bytes, never);

async function refused(name: string, bytes: Uint8Array, code: ErrorCode, message: RegExp): Promise<void> {
  const error = await errorOf(open(name, bytes));
  assert.is(error.code, code, error.message);
  assert.match(error.message, message);
}

const dense = (name: string, input = true) => ({
  class_name: "Dense",
  config: { name, units: 1, use_bias: false, ...(input ? { batch_input_shape: [null, 2] } : {}) },
});
const sequential = (...layers: readonly object[]) => ({
  class_name: "Sequential",
  config: { name: "m", layers },
});

/** Writes a model with one layer `d` and its weight, unless `weight` is told to write something else. */
function writeModel(
  file: h5wasm.File,
  weight: (file: h5wasm.File, path: string) => void = (to, path) => {
    to.create_dataset({ name: path, data: Float32Array.of(3, 5), shape: [2, 1] });
  },
  config: string = JSON.stringify(sequential(dense("d"))),
): void {
  file.create_attribute("model_config", config);
  file.create_attribute("keras_version", "2.15.0");
  const group = file.create_group("model_weights");
  group.create_attribute("layer_names", ["d"]);
  group.create_group("d").create_attribute("weight_names", ["d/kernel:0"]);
  file.create_group("model_weights/d/d");
  weight(file, "model_weights/d/d/kernel:0");
}

const asModel = (...given: Parameters<typeof writeModel> extends [unknown, ...infer Rest] ? Rest : never) =>
  hdf5((file) => writeModel(file, ...given));

test("a model in HDF5, whatever the file is called", async () => {
  for (const name of ["model.h5", "model.hdf5", "model"]) {
    const graph = await open(name, asModel());
    const values = runFloat(graph, [Float32Array.of(10, 100)]);
    assert.equal(Array.from(values[graph.outputs[0] as number] as Float32Array), [530]);
  }
});

test("lists of names that Keras splits, because an attribute holds 64 KiB", async () => {
  const names = ["a", "b", "c"];
  const bytes = hdf5((file) => {
    const layers = names.map((name, i) => dense(name, i === 0));
    const config = sequential(...layers.map((layer, i) => (i === 0 ? layer : { ...layer })));
    file.create_attribute("model_config", JSON.stringify(config));
    const group = file.create_group("model_weights");
    group.create_attribute("layer_names0", names.slice(0, 2));
    group.create_attribute("layer_names1", names.slice(2));
    for (const [i, name] of names.entries()) {
      const layer = file.create_group(`model_weights/${name}`);
      layer.create_attribute("weight_names0", [`${name}/kernel:0`]);
      file.create_group(`model_weights/${name}/${name}`);
      const data = i === 0 ? Float32Array.of(1, 10) : Float32Array.of(i + 1);
      file.create_dataset({
        name: `model_weights/${name}/${name}/kernel:0`,
        data,
        shape: [data.length, 1],
      });
    }
  });
  const graph = await open("model.h5", bytes);
  const values = runFloat(graph, [Float32Array.of(3, 4)]);
  assert.equal(Array.from(values[graph.outputs[0] as number] as Float32Array), [258]);
});

test("files without a model say what is missing", async () => {
  const weights = hdf5((file) => file.create_attribute("layer_names", ["d"]));
  await refused("model.h5", weights, "model-layerless", /without model_config/);
  const ofKeras3 = hdf5((file) => file.create_group("layers"));
  await refused("model.weights.h5", ofKeras3, "model-layerless", /HDF5 file of weights/);
  const other = hdf5((file) => file.create_group("measurements"));
  await refused("data.h5", other, "format-unknown", /without model_config/);
  const architecture = hdf5((file) =>
    file.create_attribute("model_config", JSON.stringify(sequential(dense("d")))),
  );
  await refused("model.h5", architecture, "model-weightless", /without model_weights/);
  await refused(
    "model.h5",
    asModel(() => {}),
    "model-corrupt",
    /d\/kernel:0" is missing/,
  );
  const halves = asModel();
  await refused("model.h5", halves.subarray(0, halves.length / 2), "model-corrupt", /HDF5/);
});

test("data that are packed, elsewhere, or less than they claim are not read", async () => {
  const packed = asModel((file, name) => {
    const data = new Float32Array(1 << 16);
    file.create_dataset({ name, data, shape: [data.length / 2, 2], chunks: [1 << 15, 2], compression: 9 });
  });
  await refused("model.h5", packed, "model-corrupt", /packed.*h5repack/);
  const claimed = asModel((file, name) => {
    const options = { chunks: [64, 1], maxshape: [1 << 24, 1] };
    file
      .create_dataset({ name, data: new Float32Array(64), shape: [64, 1], ...options })
      .resize([1 << 24, 1]);
  });
  assert.ok(claimed.length < 1 << 16);
  await refused("model.h5", claimed, "model-corrupt", /claims \[16777216, 1\], more than the file holds/);
  const soft = asModel((file, name) => {
    file.create_dataset({ name: "w", data: Float32Array.of(1, 2), shape: [2, 1] });
    file.create_soft_link("/w", name);
  });
  await refused("model.h5", soft, "model-corrupt", /is a link/);
  const external = asModel((file, name) => file.create_external_link("/dev/stdin", "/w", name));
  await refused("model.h5", external, "model-corrupt", /is a link/);
  const folder = hdf5((file) => {
    file.create_attribute("model_config", JSON.stringify(sequential(dense("d"))));
    file.create_external_link("/dev/stdin", "/", "model_weights");
  });
  await refused("model.h5", folder, "model-corrupt", /is a link/);
  const words = asModel((file, name) => file.create_dataset({ name, data: ["a", "b"], shape: [2, 1] }));
  await refused("model.h5", words, "model-corrupt", /of a type that Keras does not write/);
  const infinite = asModel((file, name) =>
    file.create_dataset({ name, data: Float32Array.of(1, Number.NaN), shape: [2, 1] }),
  );
  await refused("model.h5", infinite, "weights-not-finite", /NaN at element 1/);
});

test("strings that claim to be larger than what they lie in are not walked", async () => {
  for (const length of [0xffff_ffff_ffff_fff0n, 0n, 4096n]) {
    const bytes = asModel();
    const heap = Buffer.from(bytes.buffer).indexOf("GCOL");
    assert.ok(heap > 0);
    const index = new DataView(bytes.buffer);
    index.setBigUint64(heap + 16 + 8, length, true);
    // Of no length at all, the free space behind all strings alone is one: number 0.
    if (length === 0n) index.setUint16(heap + 16, 0, true);
    await refused("model.h5", bytes, "model-corrupt", /a string claims \d+ bytes of a collection/);
  }
});

test("a model's configuration is bounded, and what was broken does not stay so", async () => {
  const deep = `${"[".repeat(300)}${"]".repeat(300)}`;
  await refused("model.h5", asModel(undefined, deep), "model-corrupt", /nested 300 deep/);
  await refused("model.h5", asModel(undefined, "{"), "model-corrupt", /model_config cannot be read as JSON/);
  assert.is((await open("model.h5", asModel())).nodes.length, 1);
});

/** A .keras archive of one layer; `weights` writes its variables. */
function archive(weights: (file: h5wasm.File) => void, more: Zippable = {}): Uint8Array {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return zipSync({
    "metadata.json": encode({ keras_version: "3.5.0" }),
    "config.json": encode(sequential(dense("d"))),
    "model.weights.h5": [hdf5(weights), { level: 0 }],
    ...more,
  });
}

const writeVariables = (file: h5wasm.File): void => {
  for (const path of ["layers", "layers/dense", "layers/dense/vars"]) file.create_group(path);
  file.create_dataset({ name: "layers/dense/vars/0", data: Float32Array.of(3, 5), shape: [2, 1] });
};

test("an archive of Keras 3; groups that hold each other end", async () => {
  const graph = await open("model.keras", archive(writeVariables));
  const values = runFloat(graph, [Float32Array.of(10, 100)]);
  assert.equal(Array.from(values[graph.outputs[0] as number] as Float32Array), [530]);
  const cyclic = archive((file) => {
    writeVariables(file);
    file.create_group("layers/dense/deep");
    for (const name of "abcdefgh") file.create_hard_link("/layers/dense/deep", `layers/dense/deep/${name}`);
  });
  await refused("model.keras", cyclic, "model-too-large", /groups and weights/);
});

test("archives that are no models, and those that unpack to too much", async () => {
  await refused(
    "model.keras",
    zipSync({ "model.weights.h5": new Uint8Array(8) }),
    "model-corrupt",
    /no config\.json/,
  );
  const unnamed = zipSync({ "config.json": new Uint8Array(8) });
  await refused("model.keras", unnamed, "format-unknown", /ZIP/);
  const bomb = archive(writeVariables);
  const view = new DataView(bomb.buffer);
  // The sizes that the central directory claims.
  for (let at = 0; at < bomb.length - 4; at++)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 2 ** 31 - 1, true);
  await refused("model.keras", bomb, "model-too-large", /unpack to more than/);
  const large = archive(writeVariables, { "config.json": new Uint8Array(2 ** 24 + 1) });
  await refused("model.keras", large, "model-corrupt", /16777217 bytes/);
  const others = archive(writeVariables, { "assets/tokens.txt": new Uint8Array(2 ** 20) });
  assert.is((await open("model.keras", others)).nodes.length, 1);
});

test.run();
