import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import type { DType } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { decodeReals, decodeStored, encodeReals } from "../../host/run/tensor-files/values.js";

/*
 * Small models made with the tools that people use, with the outputs of their frameworks: test/oracles/README.md.
 */
const golden = fileURLToPath(new URL("../golden/", import.meta.url));
const families = ["classical", "keras2", "keras3", "onnxruntime", "pytorch", "tf2onnx", "tfjs"];

/** How far a float32 may be off: relative, and absolute. */
const [relative, absolute] = [1e-4, 1e-5];

/** Share of a quantized output's elements that may be off by more than one step; none by more than two. */
const shareBeyondOneStep = 0.005;

interface Meta {
  file: string;
  /** Code of the error with which the model is refused; absent where it runs. */
  refused?: string;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  cases: readonly { name: string }[];
  /** Of a quantized model: the step of each output, null where floats were computed from integers. */
  steps?: readonly (number | null)[];
}

interface TensorInfo {
  name: string;
  dtype: DType;
  dims: readonly number[];
}

/** A file of a model, of which the folder holds the gzip. */
const read = (path: string): Uint8Array => gunzipSync(readFileSync(`${path}.gz`));

/** Where each golden tensor is in the manifest: that of its name, or where names were not kept, in the same place. */
function placesOf(golden: readonly TensorInfo[], tensors: readonly ManifestTensor[]): number[] {
  assert.is(tensors.length, golden.length, "as many inputs or outputs as the model has");
  const places = golden.map(({ name }) => tensors.findIndex((tensor) => tensor.name === name));
  return places.every((place) => place >= 0) ? places : golden.map((_, i) => i);
}

/** Distances that are allowed of a quantized output's numbers: one step, and how many may be off by more. */
function requireSteps(actual: readonly number[], expected: readonly number[], step: number): void {
  const off = expected.map((value, i) => Math.abs((actual[i] as number) - value) / step);
  const worst = Math.max(...off);
  assert.ok(worst < 2.01, `off by ${worst} steps of ${step}`);
  const beyond = off.filter((steps) => steps > 1.01).length;
  assert.ok(beyond <= shareBeyondOneStep * off.length, `${beyond} of ${off.length} off by more than a step`);
}

function requireClose(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) {
    const isClose = Math.abs((actual[i] as number) - value) <= relative * Math.abs(value) + absolute;
    assert.ok(isClose || Object.is(actual[i], value), `element ${i} is ${actual[i]}, not ${value}`);
  }
}

/** The step of an output that floats were computed for from integers: theirs, or what 255 steps of its range would be. */
function stepOfRange(values: readonly number[], { nodes, tensors }: Graph): number {
  const steps = nodes.flatMap(({ operator, inputs: [input = -1] }) =>
    operator === "dequantize" ? (tensors[input]?.quantization?.scale ?? []) : [],
  );
  return Math.max(absolute, (Math.max(...values) - Math.min(...values)) / 255, ...steps);
}

/** Runs all cases twice on one runner: a run leaves nothing behind. */
async function compare(folder: string, meta: Meta, { wasm, manifest, graph }: BuiltModel, on: string) {
  const [inputPlaces, outputPlaces] = [
    placesOf(meta.inputs, manifest.inputs),
    placesOf(meta.outputs, manifest.outputs),
  ];
  const runner = await openRunner(on, wasm, openModule(wasm));
  try {
    for (const { name } of [...meta.cases, ...meta.cases]) {
      for (const [i, place] of inputPlaces.entries()) {
        const given = meta.inputs[i] as TensorInfo;
        const bytes = readFileSync(`${folder}/${name}/input_${i}.bin`);
        const tensor = manifest.inputs[place] as ManifestTensor;
        // Bytes of the same dtype are written as they are, gaps (NaN) among them.
        const isSame = tensor.dtype === given.dtype;
        runner.writeInput(place, isSame ? bytes : encodeReals(decodeStored(bytes, given.dtype), tensor));
      }
      runner.run();
      for (const [i, place] of outputPlaces.entries()) {
        const { name: own, dims, dtype } = meta.outputs[i] as TensorInfo;
        const tensor = manifest.outputs[place] as ManifestTensor;
        assert.equal(tensor.shape, [...dims], `shape of ${own}`);
        const expected = decodeStored(readFileSync(`${folder}/${name}/output_${i}.bin`), dtype);
        const actual = decodeReals(runner.readOutput(place), tensor);
        if (meta.steps === undefined) requireClose(actual, expected);
        else requireSteps(actual, expected, meta.steps[i] ?? stepOfRange(expected, graph));
      }
    }
  } finally {
    runner.close();
  }
}

for (const family of families) {
  const names = readdirSync(`${golden}${family}`).sort();
  test(`${family}: its models are there`, () => {
    assert.ok(names.length >= 8);
  });
  for (const name of names) {
    const folder = `${golden}${family}/${name}`;
    const meta = JSON.parse(readFileSync(`${folder}/meta.json`, "utf8")) as Meta;
    const open = async () => {
      const path = `${folder}/${meta.file}`;
      return importModel(path, read(path), read);
    };
    if (meta.refused !== undefined) {
      test(`${family}, ${name}: refused`, async () => {
        const error = await open().catch((error: unknown) => error);
        assert.instance(error, WasmoteError);
        assert.is((error as WasmoteError).code, meta.refused);
      });
      continue;
    }
    test(`${family}, ${name}: the numbers of its framework on wasm3 and node`, async () => {
      assert.ok(meta.cases.length > 0 && meta.outputs.length > 0);
      const built = await buildModel(await open());
      for (const on of ["wasm3", "node"]) await compare(folder, meta, built, on);
    });
  }
}

test.run();
