import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { constantOf, given, inputsOf, lengthOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of a filter bank. */
export interface FilterBankAttributes {
  channels: number;
}

/** A band of the spectrum: what it gives to its channel, and what to the next. */
export interface Band {
  /** First bin. */
  start: number;
  weights: readonly number[];
  unweights: readonly number[];
}

const names = ["input", "weights", "unweights", "frequency starts", "weight starts", "channel widths"];

/** The bands of a node, one more than channels: the first gives to the first channel only. Throws `NotRunnable`. */
export function filterBankBands(node: BoundNode<FilterBankAttributes>): Band[] {
  const [input, ...tables] = inputsOf(node, ...names) as [Tensor, ...Tensor[]];
  const bins = lengthOf(input, "input");
  const [weights, unweights, starts, weightStarts, widths] = tables.map((tensor, i) => {
    requireDtype(tensor, names[i + 1] as string, "int16");
    return Array.from(constantOf(tensor, names[i + 1] as string), Number);
  }) as [number[], number[], number[], number[], number[]];
  requireWhole(node.attributes.channels, "the number of channels", 1, 2 ** 15);
  return Array.from({ length: node.attributes.channels + 1 }, (_, channel): Band => {
    const [start, from, width] = [starts, weightStarts, widths].map((table) => table[channel] ?? -1) as [
      number,
      number,
      number,
    ];
    requireThat(
      start >= 0 && from >= 0 && width >= 0,
      `band ${channel} starts at bin ${start} and weight ${from} with width ${width}; nothing below 0, and ${node.attributes.channels + 1} bands are expected`,
    );
    requireThat(
      start + width <= bins && from + width <= Math.min(weights.length, unweights.length),
      `band ${channel} ends at bin ${start + width} of ${bins} and weight ${from + width} of ${Math.min(weights.length, unweights.length)}`,
    );
    return {
      start,
      weights: weights.slice(from, from + width),
      unweights: unweights.slice(from, from + width),
    };
  });
}

/** Weighted sums over bands that overlap, by constant tables, uint32 to uint64. */
export const filterBank: Operator<FilterBankAttributes> = {
  name: "filterBank",
  quantization: { output: "calibrated" },
  infer(node) {
    const [input] = inputsOf(node, ...names) as [Tensor];
    requireDtype(input, "input", "uint32");
    filterBankBands(node);
    return [{ dtype: "uint64", shape: [node.attributes.channels] }];
  },
  macs: (node) => filterBankBands(node).reduce((sum, { weights }) => sum + weights.length * 2, 0),
  reference(node, [input]) {
    const output = valuesLike(input, node.attributes.channels);
    let kept = 0n;
    for (const [channel, { start, weights, unweights }] of filterBankBands(node).entries()) {
      const sum = (factors: readonly number[]): bigint =>
        factors.reduce(
          (total, factor, i) => total + BigInt(factor) * BigInt(given(input)[start + i] as number),
          0n,
        );
      if (channel > 0) output[channel - 1] = Number(BigInt.asUintN(64, kept + sum(weights)));
      kept = sum(unweights);
    }
    return [output];
  },
};
