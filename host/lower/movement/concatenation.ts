import { elementBytes } from "../../graph/tensor.js";
import {
  type ConcatenationAttributes,
  concatenatedRows,
  totalLength,
} from "../../ops/movement/concatenation.js";
import type { Lowering } from "../lowering.js";
import { moveRows, rowsScratchBytes } from "./rows.js";

/** A concatenation: each input's rows copied to their places. */
export const concatenation: Lowering<ConcatenationAttributes> = {
  operator: "concatenation",
  constantInputs: ({ inputs }) => [...inputs.keys()],
  scratchBytes: () => [rowsScratchBytes],
  emit(node, placement) {
    const { inputs, rows, lengths } = concatenatedRows(node);
    const output = placement.outputs[0] as number;
    return inputs.map((input, i) => {
      const size = elementBytes[input.dtype];
      const destination = {
        output: output + size * totalLength(lengths.slice(0, i)),
        rows,
        bytes: size * (lengths[i] as number),
        stride: size * totalLength(lengths),
      };
      const from = input.data ?? (placement.inputs[i] as number);
      return moveRows(from, destination, placement.scratch, placement);
    });
  },
};
