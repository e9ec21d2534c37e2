import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { melFilterBankParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { type MelBand, type MelFilterBankAttributes, melBands } from "../../ops/signal/mel-filter-bank.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Bytes of a band's header and of each of its weights, as the kernel reads them. */
const headerBytes = 8;
const weightBytes = 4;

/** Bands one after the other: where each starts, its number of bins, and their weights. */
function packBands(bands: readonly MelBand[]): Uint8Array {
  const weights = bands.reduce((sum, band) => sum + band.weights.length, 0);
  const view = new DataView(new ArrayBuffer(bands.length * headerBytes + weights * weightBytes));
  let at = 0;
  for (const { start, weights } of bands) {
    view.setInt32(at, start * weightBytes, true);
    view.setInt32(at + 4, weights.length, true);
    at += headerBytes;
    for (const [i, weight] of weights.entries()) view.setFloat32(at + i * weightBytes, weight, true);
    at += weights.length * weightBytes;
  }
  return new Uint8Array(view.buffer);
}

/** Weighted sums over bands of spectra, and their logarithms. */
export const melFilterBank: Lowering<MelFilterBankAttributes> = {
  operator: "melFilterBank",
  dtypes: ["float32"],
  constantInputs: () => [1],
  scratchBytes(node) {
    const widest = Math.max(...melBands(node).bands.map(({ weights }) => weights.length));
    return [Math.max(blockBytes(melFilterBankParameters), headerBytes, widest * weightBytes)];
  },
  emit(node, placement) {
    const { rows, bins, bands } = melBands(node);
    const { logarithm } = node.attributes;
    const values = {
      work: logarithm === undefined ? signalWorks.melFilterBank : signalWorks.melLogarithms,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(packBands(bands)),
      rows,
      bins,
      channels: bands.length,
      floor: logarithm?.floor ?? 0,
      adds: logarithm?.by === "add" ? 1 : 0,
    };
    const kernel = {
      name: logarithm === undefined ? "melFilterBankFloat32" : "melLogarithmsFloat32",
      parameters: melFilterBankParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
