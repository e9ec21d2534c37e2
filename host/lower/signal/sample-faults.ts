import { blockBytes } from "../../abi/block.js";
import { sampleFaultsParameters } from "../../abi/parameters.js";
import { faultyStream, type SampleFaultsAttributes } from "../../ops/signal/sample-faults.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Samples that are missing, stuck or clipped. */
export const sampleFaults: Lowering<SampleFaultsAttributes> = {
  operator: "sampleFaults",
  dtypes: ["float32"],
  scratchBytes: () => [blockBytes(sampleFaultsParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const { time, channels } = faultyStream(node);
    const { sentinel = Number.NaN, stuck, low = -Infinity, high = Infinity } = node.attributes;
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      faults: placement.outputs[1] as number,
      last: placement.variables[0] as number,
      run: placement.variables[1] as number,
      time,
      channels,
      stuck,
      sentinel,
      low,
      high,
    };
    const kernel = { name: "sampleFaultsFloat32", parameters: sampleFaultsParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
