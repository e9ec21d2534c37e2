import { elementBytes } from "../../graph/tensor.js";
import {
  type ConcatenationAttributes,
  concatenatedRows,
  totalLength,
} from "../../ops/movement/concatenation.js";
import type { Lowering } from "../lowering.js";
import { moveRows, rowsScratchBytes } from "./rows.js";

/** A concatenation: each input's rows copied to their places, but for those that lie there. */
export const concatenation: Lowering<ConcatenationAttributes> = {
  operator: "concatenation",
  constantInputs: ({ inputs }) => [...inputs.keys()],
  parts(node) {
    const { inputs, rows, lengths } = concatenatedRows(node);
    if (rows > 1) return [];
    return inputs.map((input, i) => {
      return {
        input: i,
        part: "input",
        offset: elementBytes[input.dtype] * totalLength(lengths.slice(0, i)),
      };
    });
  },
  scratchBytes: () => [rowsScratchBytes],
  emit(node, placement) {
    const { inputs, rows, lengths } = concatenatedRows(node);
    const output = placement.outputs[0] as number;
    return inputs.flatMap((input, i) => {
      const size = elementBytes[input.dtype];
      const destination = {
        output: output + size * totalLength(lengths.slice(0, i)),
        rows,
        bytes: size * (lengths[i] as number),
        stride: size * totalLength(lengths),
      };
      const from = input.data ?? (placement.inputs[i] as number);
      if (rows === 1 && from === destination.output) return [];
      return moveRows(from, destination, placement.scratch, placement);
    });
  },
};
