import { type TensorData, tensorBytes } from "../../graph/tensor.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import type { ReshapeAttributes } from "../../ops/movement/reshape.js";
import type { Lowering } from "../lowering.js";
import { moveRows, rowsScratchBytes } from "./rows.js";

/** A reshape: nothing where the output has the input's memory, else a copy. */
export const reshape: Lowering<ReshapeAttributes> = {
  operator: "reshape",
  constantInputs: () => [0],
  scratchBytes: () => [rowsScratchBytes],
  inPlace: () => [0],
  parts: () => [{ input: 0, part: "output", offset: 0 }],
  emit(node, placement) {
    const [constant] = node.inputs;
    const input = constant?.data ?? placement.inputs[0];
    const output = placement.outputs[0] as number;
    if (input === output) return [];
    const bytes = tensorBytes(onlyInput(node));
    const destination = { output, rows: 1, bytes, stride: bytes };
    return [moveRows(input as number | TensorData, destination, placement.scratch, placement)];
  },
};
