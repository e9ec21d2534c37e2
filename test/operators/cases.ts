import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WasmoteError } from "../../host/errors.js";
import { type DType, elementBytes, elementCount } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { readArrayAs } from "../../host/run/tensor-files/read-array.js";
import { encodeOutput } from "../../host/run/tensor-files/write-output.js";
import type { Tier } from "../../host/run/types.js";
import { engines } from "../engines.js";

/** A model of one operator with the outputs of TensorFlow Lite Micro's reference kernels. */
export interface OperatorCase {
  /** `OPERATOR-dtype-number`. */
  name: string;
  operator: string;
  dtype: string;
  /** Runs on one instance, in order. */
  steps: number;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
}

interface TensorInfo {
  dtype: string;
  shape: readonly number[];
}

/** How a case went. */
export interface Outcome {
  verdict: "right" | "wrong" | "refused";
  /** Why it was refused, or what was wrong first. */
  detail: string;
}

/** Relative error of float32 that is allowed, absolute below 1. */
const tolerance = 1e-5;

/**
 * Operators of which the reference reads memory that nothing wrote: frames that are not full yet, and a border of batches
 * whose value is set nowhere. The expected outputs hold what their memory was filled with, which is not compared.
 */
const readsUnset = ["CIRCULAR_BUFFER", "SPACE_TO_BATCH_ND", "SignalFramer", "SignalStacker"];

/** What memory was filled with. */
const unsetByte = 0xa5;

/** The cases of a folder, by name. */
export function operatorCases(folder: string): OperatorCase[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "meta.json")))
    .sort()
    .map((name) => ({ ...JSON.parse(readFileSync(join(folder, name, "meta.json"), "utf8")), name }));
}

/** Builds a case's model and runs all its steps on every engine. */
export async function tryCase(folder: string, given: OperatorCase): Promise<Outcome> {
  const path = join(folder, given.name, "model.tflite");
  let built: BuiltModel;
  try {
    built = await buildModel(
      await importModel(path, readFileSync(path), () => {
        throw new Error("a model of one file");
      }),
    );
  } catch (error) {
    if (!(error instanceof WasmoteError)) return { verdict: "wrong", detail: `${(error as Error).stack}` };
    return { verdict: "refused", detail: error.message.replaceAll("\n", "; ") };
  }
  for (const [engine, tier] of engines) {
    const detail = await compare(folder, given, built, engine, tier).catch((error: Error) => error.message);
    if (detail !== undefined) return { verdict: "wrong", detail: `${engine}, ${tier}: ${detail}` };
  }
  return { verdict: "right", detail: "" };
}

async function compare(
  folder: string,
  { name, operator, steps, inputs, outputs }: OperatorCase,
  { wasm, manifest }: BuiltModel,
  engine: string,
  tier: Tier,
): Promise<string | undefined> {
  const part = (kind: string, i: number, step: number): Uint8Array => {
    const bytes = readFileSync(join(folder, name, `${kind}_${i}.bin`));
    return bytes.subarray((step * bytes.length) / steps, ((step + 1) * bytes.length) / steps);
  };
  if (manifest.inputs.length !== inputs.length || manifest.outputs.length !== outputs.length)
    return `${manifest.inputs.length} inputs and ${manifest.outputs.length} outputs`;
  const runner = await openRunner(engine, wasm, openModule(wasm), { tier });
  try {
    for (let step = 0; step < steps; step++) {
      for (const [i, tensor] of manifest.inputs.entries()) {
        const [frame] = readArrayAs("bin", part("input", i, step), tensor).frames;
        runner.writeInput(i, frame as Uint8Array);
      }
      runner.run();
      const unset = readsUnset.includes(operator);
      for (const [i, tensor] of manifest.outputs.entries()) {
        const actual = encodeOutput([runner.readOutput(i)], "out.bin", tensor);
        const found = difference(actual, part("output", i, step), outputs[i] as TensorInfo, tensor, unset);
        if (found !== undefined) return `step ${step}, output ${i}: ${found}`;
      }
    }
  } finally {
    runner.close();
  }
  return undefined;
}

/** Where two tensors' bytes first differ by more than is allowed. */
function difference(
  actual: Uint8Array,
  expected: Uint8Array,
  { dtype, shape }: TensorInfo,
  tensor: ManifestTensor,
  hasUnset: boolean,
): string | undefined {
  const own = tensor.interface ?? tensor.dtype;
  if (own !== dtype) return `${own}, not ${dtype}`;
  if (actual.length !== expected.length) return `${actual.length} bytes, not ${expected.length}`;
  if (elementCount(shape) * elementBytes[own as DType] !== expected.length) return `a shape of other size`;
  if (own === "float32") {
    const [a, b] = [actual, expected].map((bytes) => new Float32Array(Uint8Array.from(bytes).buffer));
    const at = (b as Float32Array).findIndex((value, i) => !isClose((a as Float32Array)[i] as number, value));
    return at < 0 ? undefined : `element ${at} is ${a?.[at]}, not ${b?.[at]}`;
  }
  const at = actual.findIndex((byte, i) => byte !== expected[i] && !(hasUnset && expected[i] === unsetByte));
  return at < 0 ? undefined : `byte ${at} is ${actual[at]}, not ${expected[at]}`;
}

/** Whether a float32 is within what is allowed of another. */
export function isClose(actual: number, expected: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}
