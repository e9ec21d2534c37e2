import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { energyParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { type EnergyAttributes, energyBins } from "../../ops/signal/energy.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Squared magnitudes of a spectrum. */
export const energy: Lowering<EnergyAttributes> = {
  operator: "energy",
  dtypes: ["int16"],
  scratchBytes: () => [blockBytes(energyParameters)],
  emit(node, placement) {
    const values = {
      work: signalWorks.energy,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      elements: energyBins(node),
      start: node.attributes.start,
      end: node.attributes.end,
    };
    const kernel = { name: "energyInt16", parameters: energyParameters, accelerator: accelerators.signal };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
