import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { filterBankParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import type { BoundNode } from "../../graph/node.js";
import { type Band, type FilterBankAttributes, filterBankBands } from "../../ops/signal/filter-bank.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Bytes of a band's header and of each of its bins, as the kernel reads them. */
const headerBytes = 8;
const binBytes = 4;

/** Bands one after the other: where each starts, its number of bins, and each bin's two factors. */
function packBands(bands: readonly Band[]): Uint8Array {
  const bins = bands.reduce((sum, { weights }) => sum + weights.length, 0);
  const view = new DataView(new ArrayBuffer(bands.length * headerBytes + bins * binBytes));
  let at = 0;
  for (const { start, weights, unweights } of bands) {
    view.setInt32(at, start * 4, true);
    view.setInt32(at + 4, weights.length, true);
    at += headerBytes;
    for (const [i, weight] of weights.entries()) {
      view.setInt16(at, weight, true);
      view.setInt16(at + 2, unweights[i] as number, true);
      at += binBytes;
    }
  }
  return new Uint8Array(view.buffer);
}

function scratchBytes(node: BoundNode<FilterBankAttributes>): number[] {
  const widest = Math.max(...filterBankBands(node).map(({ weights }) => weights.length));
  return [Math.max(blockBytes(filterBankParameters), headerBytes, widest * binBytes)];
}

/** Weighted sums over bands of a spectrum. */
export const filterBank: Lowering<FilterBankAttributes> = {
  operator: "filterBank",
  dtypes: ["uint32"],
  constantInputs: () => [1, 2, 3, 4, 5],
  scratchBytes,
  emit(node, placement) {
    const bands = filterBankBands(node);
    const values = {
      work: signalWorks.filterBank,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(packBands(bands)),
      channels: bands.length,
    };
    const kernel = {
      name: "filterBankUint32",
      parameters: filterBankParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
