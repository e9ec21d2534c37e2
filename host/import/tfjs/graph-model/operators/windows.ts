import { requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { explicitPadding, type Padding, type Window } from "../../../../numerics/window.js";
import { channelsFirstOrder, channelsLastOrder, transposed } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { TensorflowNode } from "./mapping.js";

/** The height and the width among four numbers, one an axis. Throws `NotRunnable` where another axis is not `others`. */
export function spatialPair(
  node: TensorflowNode,
  name: string,
  others: number | undefined = 1,
): [height: number, width: number] {
  const list = node.attributes.numbers(name);
  if (list.length === 0 && others === 1) return [1, 1];
  requireThat(list.length === 4, `${name} has ${list.length} numbers; 4 are expected`);
  const [batch, a, b, c] = list as [number, number, number, number];
  const [height, width, channel] = node.isChannelsFirst() ? [b, c, a] : [a, b, c];
  requireThat(
    batch === 1 && channel === 1,
    `${name} is [${list.join(", ")}]; 1 for batch and channels is expected`,
  );
  return [height, width];
}

/** The padding of a window over a picture NHWC of that shape. Throws `NotRunnable`. */
export function paddingOf(node: TensorflowNode, shape: readonly number[], window: Window): Padding {
  const kind = node.attributes.text("padding", "VALID");
  const [, height = 0, width = 0] = shape;
  if (kind === "SAME" || kind === "VALID")
    return explicitPadding(kind === "SAME" ? "same" : "valid", height, width, window);
  requireThat(kind === "EXPLICIT", `padding ${kind} is not supported; SAME, VALID and EXPLICIT are`);
  const list = node.attributes.numbers("explicit_paddings");
  requireThat(list.length === 8, `explicit_paddings has ${list.length} numbers; 8 are expected`);
  const from = node.isChannelsFirst() ? 4 : 2;
  const [top, bottom, left, right] = list.slice(from, from + 4) as [number, number, number, number];
  requireThat(
    list.every((value, i) => value === 0 || (i >= from && i < from + 4)),
    `explicit_paddings [${list.join(", ")}] of batch or channels are not supported`,
  );
  return { top, bottom, left, right };
}

/** Does work on a picture as NHWC, and gives its result the axes that the node has. Throws `NotRunnable`. */
export function asChannelsLast(
  node: TensorflowNode,
  write: GraphWriter,
  input: Tensor,
  work: (picture: Tensor) => Tensor,
): Tensor {
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
  if (!node.isChannelsFirst()) return work(input);
  return transposed(write, work(transposed(write, input, channelsLastOrder)), channelsFirstOrder);
}
