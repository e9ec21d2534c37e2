import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { columnsOf, type Pool2dAttributes, poolGeometry, poolWindow, rowsOf } from "./pool-2d.js";

/** Attributes of the places of maxima. */
export interface MaxPoolIndices2dAttributes
  extends Omit<Pool2dAttributes, "counted" | "activation" | "halves"> {
  /** Axes of the input, NHWC, in the order in which an index counts elements, the last fastest. */
  order: readonly number[];
  /** Element type of the indices. */
  index: "int32" | "int64";
}

/** Element types of inputs. */
export const indexedPoolDtypes: readonly DType[] = ["float32", "int8", "uint8"];

/** What an index grows by from one element to the next of each axis. Throws `NotRunnable`. */
export function indexSteps(shape: readonly number[], order: readonly number[]): number[] {
  requireThat(
    order.length === shape.length && shape.every((_, axis) => order.includes(axis)),
    `[${order.join(", ")}] is no order of ${shape.length} axes`,
  );
  return shape.map((_, axis) =>
    order.slice(order.indexOf(axis) + 1).reduce((product, other) => product * (shape[other] as number), 1),
  );
}

/** Where the maxima of a 2-d pool lie in its input: the number of the first one's element in each window. */
export const maxPoolIndices2d: Operator<MaxPoolIndices2dAttributes> = {
  name: "maxPoolIndices2d",
  quantization: { output: "calibrated" },
  infer(node) {
    const g = poolGeometry(poolNode(node));
    const { dtype, shape } = g.input;
    requireThat(
      indexedPoolDtypes.includes(dtype),
      `input is ${dtype}; ${alternatives(indexedPoolDtypes)} is expected`,
    );
    indexSteps(shape, node.attributes.order);
    return [{ dtype: node.attributes.index, shape: [g.batches, g.outputHeight, g.outputWidth, g.channels] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const pool = poolNode(node);
    const g = poolGeometry(pool);
    if (input === undefined) throw new NotRunnable("the input is missing");
    const { dilationHeight, dilationWidth } = poolWindow(pool.attributes);
    const steps = indexSteps(g.input.shape, node.attributes.order);
    const output = valuesLike(input, g.batches * g.outputHeight * g.outputWidth * g.channels);
    const columns = columnsOf(pool.attributes, g);
    const rows = rowsOf(pool.attributes, g);
    let at = 0;
    for (let b = 0; b < g.batches; b++) {
      for (const row of rows) {
        for (const column of columns) {
          for (let c = 0; c < g.channels; c++) {
            let best: number[] = [];
            let largest = Number.NaN;
            for (let i = 0; i < row.inside; i++) {
              for (let j = 0; j < column.inside; j++) {
                const [y, x] = [row.first + i * dilationHeight, column.first + j * dilationWidth];
                const pixel = ((b * g.inputHeight + y) * g.inputWidth + x) * g.channels + c;
                const value = (input as Values)[pixel] as number;
                if (best.length > 0 && !(value > largest)) continue;
                [largest, best] = [value, [b, y, x, c]];
              }
            }
            output[at++] = best.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
          }
        }
      }
    }
    return [output];
  },
};

/** The pool whose maxima are looked for. */
export function poolNode<A extends MaxPoolIndices2dAttributes>(
  node: BoundNode<A>,
): BoundNode<Pool2dAttributes> {
  return { ...node, attributes: { ...node.attributes, activation: "none" } };
}
