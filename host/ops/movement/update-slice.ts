import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { forEachOfView, wholeView } from "../../numerics/strided-view.js";
import type { Operator, Values } from "../operator.js";
import { inputAt, requireSameMeaning } from "./moved.js";

/** The input, what replaces a part of it, and where: one number an axis. */
export interface UpdatedSlice {
  input: Tensor;
  update: Tensor;
  starts: Tensor;
}

/** Looks up and checks the inputs. Throws `NotRunnable`. */
export function updatedSlice({ inputs }: BoundNode): UpdatedSlice {
  const [input, update, starts] = [inputAt(inputs), inputAt(inputs, 1), inputAt(inputs, 2)];
  const rank = input.shape.length;
  requireThat(
    update.dtype === input.dtype &&
      update.shape.length === rank &&
      update.shape.every((length, axis) => length <= (input.shape[axis] as number)),
    `the update ${describeType(update)} does not fit into ${describeType(input)}`,
  );
  requireThat(
    (starts.dtype === "int32" || starts.dtype === "int64") && elementCount(starts.shape) === rank,
    `starts are ${describeType(starts)}; ${rank} int32 or int64 are expected`,
  );
  return { input, update, starts };
}

/** A tensor of any dtype with a part of it replaced, at a place that is limited to the tensor's inside. */
export const updateSlice: Operator = {
  name: "updateSlice",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const { input, update } = updatedSlice(node);
    requireSameMeaning([input, update], node.outputs);
    return [{ dtype: input.dtype, shape: input.shape }];
  },
  macs: () => 0,
  reference(node, [values, updates, starts]) {
    const { input, update } = updatedSlice(node);
    const output = (values as Values).slice();
    const { strides } = wholeView(input.shape);
    const offset = strides.reduce((sum, stride, axis) => {
      const limit = (input.shape[axis] as number) - (update.shape[axis] as number);
      return sum + stride * Math.max(0, Math.min(limit, (starts as Values)[axis] as number));
    }, 0);
    forEachOfView({ offset, lengths: update.shape, strides }, (from, to) => {
      output[to] = (updates as Values)[from] as number;
    });
    return [output];
  },
};
