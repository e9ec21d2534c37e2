import type { BoundNode } from "../../graph/node.js";
import { type FftAttributes, fftDtypes } from "../../ops/signal/fft.js";
import { rfftRows } from "../../ops/signal/rfft.js";
import type { Lowering } from "../lowering.js";
import { emitFft, fftScratchBytes, type RealFft } from "./real-fft.js";

function geometry(node: BoundNode<FftAttributes>): RealFft {
  const { input, rows, length } = rfftRows(node);
  return { operator: "rfft", dtype: input.dtype, rows, length, points: node.attributes.length / 2 };
}

/** Spectra of real samples. */
export const rfft: Lowering<FftAttributes> = {
  operator: "rfft",
  dtypes: fftDtypes,
  scratchBytes: (node) => fftScratchBytes(geometry(node)),
  emit: (node, placement) => emitFft(geometry(node), placement),
};
