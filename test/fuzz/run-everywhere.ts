import { WasmoteError } from "../../host/errors.js";
import { elementCount, tensorBytes } from "../../host/graph/tensor.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { type OpenedModule, openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import type { LocalRunner } from "../../host/run/types.js";
import { engines } from "../engines.js";
import type { Choices } from "../link/random-numbers.js";

/** Runs a built model with random inputs on every engine of this process, which must give the same bytes. */
export async function runEverywhere(wasm: Uint8Array, source: Choices): Promise<void> {
  const opened = openBuilt(wasm);
  const { inputs, outputs, variables = [] } = opened.manifest;
  const given = inputs.map((tensor) => randomInput(tensor, source));
  const results: Uint8Array[][] = [];
  for (const [engine, tier] of engines) {
    const runner = await open(() => openRunner(engine, wasm, opened, { tier }));
    if (runner === undefined) continue;
    try {
      const frames = Array.from({ length: variables.length > 0 ? framesOfState : 1 }, () => {
        for (const [i, bytes] of given.entries()) runner.writeInput(i, bytes);
        runBuilt(runner);
        return outputs.map((tensor, i) => withOneNaN(runner.readOutput(i), tensor));
      });
      results.push(frames.flat());
    } finally {
      runner.close();
    }
  }
  const [expected] = results.map(asText);
  if (results.some((result) => asText(result) !== expected)) {
    throw new Error(`engines differ: ${results.map(asText).join(" | ")} for ${asText(given)}`);
  }
}

/** A model with state runs so often, on the same inputs. */
const framesOfState = 3;

/** Bytes of an input: any, or floats as models have them, sometimes with some that are odd. */
function randomInput(tensor: ManifestTensor, { below, chance, pick }: Choices): Uint8Array {
  const isOdd = tensor.dtype !== "float32" || chance(0.1);
  if (isOdd) return Uint8Array.from({ length: tensorBytes(tensor) }, () => below(256));
  const numbers = Float32Array.from({ length: elementCount(tensor.shape) }, () =>
    chance(0.02) ? pick(oddFloats) : (below(2001) - 1000) / 128,
  );
  return new Uint8Array(numbers.buffer);
}

const oddFloats = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-40, 3e38, -3e38];

/** Which NaN an operation gives, and which of its operands it hands on, is left to engines: one stands for all. */
function withOneNaN(bytes: Uint8Array, { dtype }: ManifestTensor): Uint8Array {
  if (dtype !== "float32") return bytes;
  const numbers = new Float32Array(bytes.slice().buffer);
  for (const [i, value] of numbers.entries()) if (Number.isNaN(value)) numbers[i] = Number.NaN;
  return new Uint8Array(numbers.buffer);
}

/** What was built must be taken: that it is not is no fault of the input. */
function openBuilt(wasm: Uint8Array): OpenedModule {
  try {
    return openModule(wasm);
  } catch (error) {
    throw new Error(`what was built is refused: ${(error as Error).message}`, { cause: error });
  }
}

/** What was built must end by itself, by its limit, or by what kernels do of indices outside of their range. */
function runBuilt(runner: LocalRunner): void {
  try {
    runner.run();
  } catch (error) {
    if (error instanceof WasmoteError && (error.code === "run-limit" || /unreachable/.test(error.message)))
      throw error;
    throw new Error(`what was built stops: ${(error as Error).message}`, { cause: error });
  }
}

/** A runner, or undefined where this machine has none of that kind. */
async function open(opening: () => Promise<LocalRunner>): Promise<LocalRunner | undefined> {
  try {
    return await opening();
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "addon-missing") return undefined;
    throw error;
  }
}

const asText = (tensors: readonly Uint8Array[]) =>
  tensors.map((bytes) => Buffer.from(bytes).toString("hex")).join();
