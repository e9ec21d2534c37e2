import { packageKernels } from "../host/kernels/library.js";
import { linkProgram } from "../host/link/link.js";
import type { KernelCall } from "../host/lower/kernel.js";
import { weightsSection } from "../host/package/manifest.js";
import { encodeCustomSection } from "../host/wasm/sections.js";
import { concatenate } from "../host/wasm/writer.js";

/** A module that runs these calls, one a step, with a weights section and a memory of at least so many bytes. */
export function linkCalls(
  calls: readonly KernelCall[],
  weights: Uint8Array,
  memoryBytes: number,
): Uint8Array {
  const steps = calls.map((call, node) => ({
    node,
    name: call.kernel,
    operator: call.kernel,
    macs: 0,
    weightBytes: 0,
    calls: [call],
  }));
  const { code } = linkProgram({ name: "calls", steps, weights, memoryBytes }, packageKernels());
  return concatenate([code, encodeCustomSection(weightsSection, weights)]);
}
