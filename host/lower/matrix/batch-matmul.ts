import { blockBytes } from "../../abi/block.js";
import { matmulParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { elementBytes, type Tensor } from "../../graph/tensor.js";
import { type BroadcastLoop, broadcastLoops } from "../../numerics/broadcast.js";
import { quantizedParameters } from "../../numerics/requantization.js";
import { type BatchMatmulAttributes, batchMatmulGeometry } from "../../ops/matrix/batch-matmul.js";
import { rescaleFactor } from "../../ops/weights.js";
import { callKernel, type KernelCall } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { rescaleOf } from "../stored-weights.js";

/** Zero points and rescaling; of float32 none. */
function quantizedValues({ inputs, outputs }: BoundNode) {
  const [input, weights, output] = [...inputs, ...outputs] as [Tensor, Tensor, Tensor];
  if (input.dtype === "float32")
    return { firstZeroPoint: 0, secondZeroPoint: 0, multiplier: 0, shift: 0, outputZeroPoint: 0 };
  const factor = rescaleFactor("matrix", { input, weights, output }, 0);
  return {
    firstZeroPoint: quantizedParameters(input).zeroPoint,
    secondZeroPoint: quantizedParameters(weights).zeroPoint,
    ...rescaleOf(factor, input.dtype === "int16" ? "int64" : "int32", output),
    outputZeroPoint: quantizedParameters(output).zeroPoint,
  };
}

/** Numbers of the matrices, in elements, with which each call begins: the outer loops, whose body is one call. */
function starts(loops: readonly BroadcastLoop[]): { output: number; first: number; second: number }[] {
  const advance = (later: readonly BroadcastLoop[], of: (loop: BroadcastLoop) => boolean): number =>
    later.reduce((product, loop) => product * (of(loop) ? loop.length : 1), 1);
  return loops.slice(0, -1).reduce(
    (known, { length, advances: [first, second] }, i) => {
      const later = loops.slice(i + 1);
      const steps = {
        output: advance(later, () => true),
        first: first ? advance(later, (loop) => loop.advances[0] === true) : 0,
        second: second ? advance(later, (loop) => loop.advances[1] === true) : 0,
      };
      return known.flatMap((start) =>
        Array.from({ length }, (_, n) => ({
          output: start.output + n * steps.output,
          first: start.first + n * steps.first,
          second: start.second + n * steps.second,
        })),
      );
    },
    [{ output: 0, first: 0, second: 0 }],
  );
}

/** Products of matrices in linear memory. */
export const batchMatmul: Lowering<BatchMatmulAttributes> = {
  operator: "batchMatmul",
  dtypes: ["int8", "int16", "float32"],
  check: (node) => void quantizedValues(node),
  scratchBytes: () => [blockBytes(matmulParameters)],
  emit(node, placement): KernelCall[] {
    const g = batchMatmulGeometry(node);
    const { rows, depth, columns } = g;
    const { dtype } = g.first;
    const { transposeFirst, transposeSecond } = node.attributes;
    const loops = broadcastLoops(g.firstBatches, g.secondBatches);
    const inner = loops.at(-1) as BroadcastLoop;
    const bytes = elementBytes[dtype];
    const [first, second] = placement.inputs as readonly [number, number];
    const name = { float32: "batchMatmulFloat32", int8: "batchMatmulInt8", int16: "batchMatmulInt16" }[
      dtype as "float32" | "int8" | "int16"
    ];
    return starts(loops).map((start) =>
      callKernel(
        { name, parameters: matmulParameters },
        {
          first: first + start.first * rows * depth * bytes,
          second: second + start.second * depth * columns * bytes,
          output: (placement.outputs[0] as number) + start.output * rows * columns * bytes,
          batches: inner.length,
          firstBatch: inner.advances[0] === true ? rows * depth : 0,
          secondBatch: inner.advances[1] === true ? depth * columns : 0,
          rows,
          columns,
          depth,
          firstRow: transposeFirst ? 1 : depth,
          firstStep: transposeFirst ? rows : 1,
          secondColumn: transposeSecond ? depth : 1,
          secondStep: transposeSecond ? 1 : columns,
          ...quantizedValues(node),
        },
        placement.scratch,
        placement,
      ),
    );
  },
};
