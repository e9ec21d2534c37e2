import { WasmoteError } from "../errors.js";
import { arrayTypes, elementCount, tensorBytes } from "../graph/tensor.js";
import type { Manifest, ManifestTensor } from "../package/manifest.js";
import type { Runner } from "../run/types.js";
import type { SelfTest } from "./self-test-section.js";

/** Bytes of all inputs and outputs up to which `wasmote sign` makes a self-test unasked. */
export const unaskedBytes = 4096;

/** Bytes that a self-test of this model takes. */
export function selfTestSize({ inputs, outputs }: Manifest): number {
  return [...inputs, ...outputs].reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
}

/**
 * Inputs that may be anything, the same at every call: quantized numbers over their whole range, real ones from -1 to
 * below 1, truth values, and zeros where integers may be indices.
 */
export function pseudoRandomInputs({ inputs }: Manifest): Uint8Array[] {
  let state = 1;
  // A linear congruential generator (Numerical Recipes, 7.1); its upper bits are the random ones.
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  return inputs.map((input) => {
    const values = new arrayTypes[input.dtype](elementCount(input.shape));
    const draw = drawOf(input);
    for (let i = 0; i < values.length && draw !== undefined; i++) values[i] = draw(next());
    return new Uint8Array(values.buffer);
  });
}

/** A number of the type from a byte. */
function drawOf({ dtype }: ManifestTensor): ((byte: number) => number) | undefined {
  if (dtype === "int8" || dtype === "uint8") return (byte) => byte;
  if (dtype === "int16") return (byte) => byte * 257;
  if (dtype === "float32") return (byte) => byte / 128 - 1;
  if (dtype === "bool") return (byte) => byte & 1;
  return undefined;
}

/**
 * Runs a model that was just loaded, once, and keeps what it was given and what it gave.
 *
 * @param inputs one for each, as bytes of linear memory
 * @throws `self-test-invalid` where an output has a NaN, whose bytes engines may choose; what the runner throws
 */
export async function makeSelfTest(
  runner: Runner,
  manifest: Manifest,
  inputs: readonly Uint8Array[],
): Promise<SelfTest> {
  await runner.reset();
  for (const [i, bytes] of inputs.entries()) await runner.writeInput(i, bytes);
  await runner.run();
  const outputs: Uint8Array[] = [];
  for (const [i, tensor] of manifest.outputs.entries()) {
    const bytes = await runner.readOutput(i);
    if (tensor.dtype === "float32" && new Float32Array(bytes.slice().buffer).some(Number.isNaN)) {
      throw new WasmoteError("self-test-invalid", `output ${i} has a NaN, whose bytes are not defined`);
    }
    outputs.push(bytes);
  }
  return { inputs: [...inputs], outputs };
}
