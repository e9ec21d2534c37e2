import { reshaped } from "../../compose/movement.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxNode } from "./mapping.js";

/**
 * A node as later versions have it, in which operands broadcast by their last axes: before version 7 of the operator set,
 * `axis` told which axis of the first operand the second one's first axis is.
 */
export function broadcastByAxis(node: OnnxNode, write: GraphWriter): OnnxNode {
  if (node.version >= 7 || !node.flag("broadcast") || !node.has("axis")) return node;
  const [first, second] = [node.input(0), node.input(1)];
  const axis = node.integer("axis", 0);
  const behind = first.shape.length - (axis < 0 ? axis + first.shape.length : axis) - second.shape.length;
  const ones = Array.from({ length: Math.max(0, behind) }, () => 1);
  return node.withInputs([first, reshaped(write, second, [...second.shape, ...ones])]);
}
