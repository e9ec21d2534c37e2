import { add } from "../../../ops/elementwise/add.js";
import { div } from "../../../ops/elementwise/arithmetic.js";
import type { BinaryAttributes } from "../../../ops/elementwise/binary.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { relu } from "../../../ops/elementwise/relu.js";
import { sub } from "../../../ops/elementwise/sub.js";
import type { Operator } from "../../../ops/operator.js";
import type { OnnxMapping } from "./mapping.js";

const none: BinaryAttributes = { activation: "none" };

/** An operator of two tensors. */
function pair(operator: string, core: Operator<BinaryAttributes>): OnnxMapping {
  return {
    operator,
    becomes: [core.name],
    read: (node, write) => write.node(core, none, [node.input(0), node.input(1)]),
  };
}

/** Functions of single elements and of two. */
export const elementwise: readonly OnnxMapping[] = [
  pair("Add", add),
  pair("Sub", sub),
  pair("Mul", mul),
  pair("Div", div),
  { operator: "Relu", becomes: ["relu"], read: (node, write) => write.node(relu, {}, [node.input(0)]) },
];
