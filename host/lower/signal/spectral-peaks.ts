import { blockBytes } from "../../abi/block.js";
import { spectralPeaksParameters } from "../../abi/parameters.js";
import { type SpectralPeaksAttributes, spectralPeaksRows } from "../../ops/signal/spectral-peaks.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** The highest peaks of spectra. */
export const spectralPeaks: Lowering<SpectralPeaksAttributes> = {
  operator: "spectralPeaks",
  dtypes: ["float32"],
  scratchBytes: () => [blockBytes(spectralPeaksParameters)],
  emit(node, placement) {
    const { rows, length } = spectralPeaksRows(node);
    const values = {
      ...node.attributes,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      rows,
      bins: length,
    };
    const kernel = { name: "spectralPeaksFloat32", parameters: spectralPeaksParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
