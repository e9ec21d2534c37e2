import { tensorBytes } from "../../graph/tensor.js";
import { registerOf } from "../../ops/recurrent/shift-register.js";
import type { Lowering } from "../lowering.js";
import { moveRows, rowsScratchBytes } from "../movement/rows.js";

/** A shift register: three copies, of which the first is one to where it comes from, a little before. */
export const shiftRegister: Lowering = {
  operator: "shiftRegister",
  scratchBytes: () => [rowsScratchBytes],
  emit(node, placement) {
    const { input, register } = registerOf(node);
    const [added, all] = [tensorBytes(input), tensorBytes(register)];
    const start = placement.variables[0] as number;
    const copy = (from: number, output: number, bytes: number) =>
      moveRows(from, { output, rows: 1, bytes, stride: bytes }, placement.scratch, placement);
    return [
      copy(start + added, start, all - added),
      copy(placement.inputs[0] as number, start + all - added, added),
      copy(start, placement.outputs[0] as number, all),
    ];
  },
};
