import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { given, inputsOf, requireWhole, rowsOf } from "./tensors.js";

/**
 * Attributes of frames: how a stream that comes in hops is cut. A frame is the first `frame` elements of the last
 * `history` elements and the hop that follows them; with `latest`, the last ones: what the history holds when the hop has come.
 */
export interface FramesAttributes {
  /** Elements of the last axis that come at once. */
  hop: number;
  history: number;
  frame: number;
  /** Hops from one frame to the next. */
  every: number;
  /** Shape of the frames of one run. */
  shape: readonly number[];
  /** Of one row of one hop, where a frame is as long as the history. */
  latest?: boolean;
}

/** Rows of the input, each a stream of its own, and hops of each in one run. Throws `NotRunnable`. */
export function framesRows({ attributes, ...node }: BoundNode<FramesAttributes>): {
  input: Tensor;
  rows: number;
  hops: number;
} {
  const [input] = inputsOf({ attributes, ...node }, "input") as [Tensor];
  const { rows, length } = rowsOf(input, "input");
  const { hop } = attributes;
  requireWhole(hop, "the hop", 1, length);
  requireThat(length % hop === 0, `the input's last axis of ${length} is no multiple of the hop of ${hop}`);
  return { input, rows, hops: length / hop };
}

/**
 * Frames of a stream that comes in hops, of any dtype, and whether they are valid; what invalid ones hold is not defined.
 *
 * Variables: the history [rows, history], and an int32 scalar that counts hops down to the next frame. That starts below
 * 0, at the complement, where the history is to be filled with the first hop.
 */
export const frames: Operator<FramesAttributes> = {
  name: "frames",
  quantization: { output: "as-input" },
  infer(node) {
    const { input, rows, hops } = framesRows(node);
    const { hop, history, frame, every, shape, latest = false } = node.attributes;
    requireWhole(every, "the hops from frame to frame", 1, 2 ** 31 - 1);
    requireWhole(history, "the history", 0, 2 ** 28);
    requireWhole(frame, "the frame", 1, history + hop);
    requireThat(
      !latest || (rows * hops === 1 && frame === history),
      `the latest ${frame} elements are asked for, of ${rows} x ${hops} hops and a history of ${history}`,
    );
    requireThat(
      shape.reduce((product, length) => product * length, 1) === rows * hops * frame,
      `the frames are declared as ${shape.join("x")}; ${rows} x ${hops} of ${frame} elements are made`,
    );
    const [kept, countdown] = node.variables ?? [];
    requireThat(
      kept?.dtype === input.dtype && kept.shape.join() === [rows, Math.max(1, history)].join(),
      `the history is no variable of ${rows} x ${Math.max(1, history)} ${input.dtype}`,
    );
    requireThat(
      countdown?.dtype === "int32" && countdown.shape.length === 0,
      "the countdown is no int32 variable",
    );
    const valid = node.outputs.length === 1 ? [] : [{ dtype: "bool", shape: [] } as const];
    return [{ dtype: input.dtype, shape: [...shape] }, ...valid];
  },
  macs: () => 0,
  reference(node, [input], [histories, countdown] = []) {
    const { hop, history, frame, every, latest } = node.attributes;
    const { rows, hops } = framesRows(node);
    const output = valuesLike(input, rows * hops * frame);
    const start = given(countdown)[0] as number;
    const valid = valuesLike(input, 1);
    valid[0] = 1;
    let wait = start;
    for (let row = 0; row < rows; row++) {
      const first = row * hops * hop;
      let kept = [...given(histories).subarray(row * history, (row + 1) * history)];
      if (start < 0) kept = kept.map((_, i) => given(input)[first + (i % hop)] as number);
      wait = start < 0 ? ~start : start;
      for (let i = 0; i < hops; i++, wait--) {
        const stream = [...kept, ...given(input).subarray(first + i * hop, first + (i + 1) * hop)];
        if (wait === 0) {
          output.set(latest ? stream.slice(hop) : stream.slice(0, frame), (row * hops + i) * frame);
          wait = every;
        } else valid[0] = 0;
        kept = stream.slice(hop);
      }
      given(histories).set(kept, row * history);
    }
    given(countdown)[0] = wait;
    return node.outputs.length === 1 ? [output] : [output, valid];
  },
};
