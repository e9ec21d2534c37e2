import { tensorBytes } from "../graph/tensor.js";
import type { Manifest } from "../package/manifest.js";

/** Pseudo-random bytes for each of a model's inputs, the same at every call. */
export function exampleInputs(manifest: Manifest): Uint8Array[] {
  let state = 1;
  return manifest.inputs.map((input) =>
    Uint8Array.from({ length: tensorBytes(input) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
}
