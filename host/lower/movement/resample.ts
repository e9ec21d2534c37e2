import { blockBytes } from "../../abi/block.js";
import { resampleParameters } from "../../abi/parameters.js";
import { elementBytes } from "../../graph/tensor.js";
import { type ResampleAttributes, resampled } from "../../ops/movement/resample.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** What 1 is as a weight of int8. */
const one = 2 ** 16;

/** Weights in fixed point, of which the largest makes up for what the others are rounded by: their sum is 1. */
function fixedPoint(weights: readonly number[]): number[] {
  const rounded = weights.map((weight) => Math.round(weight * one));
  const largest = rounded.indexOf(Math.max(...rounded));
  const missing = one - rounded.reduce((sum, weight) => sum + weight, 0);
  return rounded.map((weight, i) => (i === largest ? weight + missing : weight));
}

/** Bytes of what the kernel reads for an index: where it begins, and its weights. */
function entryBytes(taps: number): number {
  return 4 + 4 * taps;
}

/** A resampling of one axis: an entry in the weights section for each of its new indices. */
export const resample: Lowering<ResampleAttributes> = {
  operator: "resample",
  dtypes: ["int8", "float32"],
  scratchBytes: (node) => [blockBytes(resampleParameters) + entryBytes(resampled(node).taps)],
  emit(node, placement) {
    const { input, outer, length, inner, taps } = resampled(node);
    const { firsts, weights } = node.attributes;
    const step = inner * elementBytes[input.dtype];
    const entries = new DataView(new ArrayBuffer(firsts.length * entryBytes(taps)));
    for (const [i, first] of firsts.entries()) {
      const at = i * entryBytes(taps);
      entries.setInt32(at, first * step, true);
      const row = weights[i] as readonly number[];
      for (const [tap, weight] of (input.dtype === "float32" ? row : fixedPoint(row)).entries()) {
        if (input.dtype === "float32") entries.setFloat32(at + 4 + 4 * tap, weight, true);
        else entries.setInt32(at + 4 + 4 * tap, weight, true);
      }
    }
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      entries: placement.weights(new Uint8Array(entries.buffer)),
      entryBytes: entryBytes(taps),
      indices: firsts.length,
      outer,
      rowBytes: length * step,
      step,
    };
    const kernel = { name: kernelName("resample", input.dtype), parameters: resampleParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
