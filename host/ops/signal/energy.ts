import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { given, inputsOf, lengthOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of squared magnitudes: the bins from `start` up to `end` have them, others 0. */
export interface EnergyAttributes {
  start: number;
  end: number;
}

/** Bins of the input, which has a real and an imaginary part for each. */
export function energyBins(node: BoundNode<EnergyAttributes>): number {
  const [input] = inputsOf(node, "input") as [Tensor];
  return lengthOf(input, "input") / 2;
}

/** Squared magnitudes of a spectrum, int16 to uint32. */
export const energy: Operator<EnergyAttributes> = {
  name: "energy",
  quantization: { output: "calibrated" },
  infer(node) {
    const [input] = inputsOf(node, "input") as [Tensor];
    requireDtype(input, "input", "int16");
    const bins = energyBins(node);
    requireThat(Number.isInteger(bins), `the input has ${bins * 2} elements; pairs are expected`);
    requireWhole(node.attributes.end, "the end", 0, bins);
    requireWhole(node.attributes.start, "the start", 0, node.attributes.end);
    return [{ dtype: "uint32", shape: [bins] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const { start, end } = node.attributes;
    const output = valuesLike(input, energyBins(node));
    for (let i = start; i < end; i++)
      output[i] = (given(input)[i * 2] as number) ** 2 + (given(input)[i * 2 + 1] as number) ** 2;
    return [output];
  },
};
