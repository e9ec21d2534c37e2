import type { BoundNode } from "../../graph/node.js";
import { type FftAttributes, fftDtypes } from "../../ops/signal/fft.js";
import { irfftRows } from "../../ops/signal/irfft.js";
import type { Lowering } from "../lowering.js";
import { emitFft, fftScratchBytes, type RealFft } from "./real-fft.js";

function geometry(node: BoundNode<FftAttributes>): RealFft {
  const { input, rows } = irfftRows(node);
  const { length } = node.attributes;
  return { operator: "irfft", dtype: input.dtype, rows, length: length + 2, points: length / 2 };
}

/** Real samples of spectra. */
export const irfft: Lowering<FftAttributes> = {
  operator: "irfft",
  dtypes: fftDtypes,
  scratchBytes: (node) => fftScratchBytes(geometry(node)),
  emit: (node, placement) => emitFft(geometry(node), placement),
};
