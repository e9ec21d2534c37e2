import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { svdfParameters } from "../../abi/parameters.js";
import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { elementBytes, type Tensor } from "../../graph/tensor.js";
import { svdf as operator, type SvdfAttributes, svdfRescaling, svdfShape } from "../../ops/recurrent/svdf.js";
import { bytesOf } from "../bytes.js";
import { callKernel, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";

type SvdfNode = BoundNode<SvdfAttributes>;

/** Least and largest real output that an activation leaves. */
const limits: Readonly<Record<string, readonly [low: number, high: number]>> = {
  relu: [0, Number.POSITIVE_INFINITY],
  relu6: [0, 6],
  "relu-n1-to-1": [-1, 1],
} satisfies Partial<Record<FusedActivation, readonly [number, number]>>;

/** Where the weights of a filter's values are behind those of the inputs, and the bytes of both. */
function filterLayout(node: SvdfNode): { timeOffset: number; filterBytes: number } {
  const { inputs, memory } = svdfShape(node);
  const [input, , times] = node.inputs as [Tensor, Tensor, Tensor];
  const timeOffset = alignUp(inputs * elementBytes[input.dtype], 4);
  return { timeOffset, filterBytes: alignUp(timeOffset + memory * elementBytes[times.dtype], 4) };
}

/** Bytes of row `row` of a constant matrix. */
function rowBytes({ data, shape, dtype }: Tensor, row: number): Uint8Array {
  const bytes = (shape[1] as number) * elementBytes[dtype];
  return bytesOf(data as NonNullable<Tensor["data"]>).subarray(row * bytes, (row + 1) * bytes);
}

/** Every filter's weights, one after another. */
function filterWeights(node: SvdfNode): Uint8Array {
  const { timeOffset, filterBytes } = filterLayout(node);
  const { filters } = svdfShape(node);
  const [, features, times] = node.inputs as [Tensor, Tensor, Tensor];
  const bytes = new Uint8Array(filters * filterBytes);
  for (let filter = 0; filter < filters; filter++) {
    bytes.set(rowBytes(features, filter), filter * filterBytes);
    bytes.set(rowBytes(times, filter), filter * filterBytes + timeOffset);
  }
  return bytes;
}

/** What the kernel of integers needs besides; zeros for float32. */
function integerValues(node: SvdfNode) {
  if (node.inputs[0]?.dtype === "float32") {
    const none = { multiplier1: 0n, shift1: 0, multiplier2: 0n, shift2: 0 };
    return { ...none, inputZeroPoint: 0, stateZeroPoint: 0, outputZeroPoint: 0 };
  }
  const { toState, toOutput, ...zeroPoints } = svdfRescaling(node);
  return {
    multiplier1: BigInt(toState.multiplier),
    shift1: -toState.shift,
    multiplier2: BigInt(toOutput.multiplier),
    shift2: -toOutput.shift,
    ...zeroPoints,
  };
}

/** Filters over time: one call for a step. */
export const svdf: Lowering<SvdfAttributes> = {
  operator: "svdf",
  dtypes: ["int8", "float32"],
  check: (node) => {
    operator.infer(node);
  },
  constantInputs: () => [1, 2, 3],
  scratchBytes(node) {
    return [
      alignUp(blockBytes(svdfParameters), 8) + filterLayout(node).filterBytes + 4 * svdfShape(node).batches,
    ];
  },
  emit(node: SvdfNode, placement: Placement) {
    const { batches, inputs, units, memory } = svdfShape(node);
    const [input, , times, bias] = node.inputs as [Tensor, Tensor, Tensor, Tensor | undefined];
    const [low, high] = limits[node.attributes.activation] ?? [
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ];
    const name =
      input.dtype === "float32" ? "svdfFloat32" : times.dtype === "int8" ? "svdfInt8" : "svdfInt8Int16";
    return [
      callKernel(
        { name, parameters: svdfParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          state: placement.variables[0] as number,
          scratch: placement.scratch + alignUp(blockBytes(svdfParameters), 8),
          weights: placement.weights(filterWeights(node)),
          biases: placement.weights(bytesOf(bias?.data ?? new Int32Array(units))),
          ...integerValues(node),
          batches,
          inputs,
          units,
          rank: node.attributes.rank,
          memory,
          ...filterLayout(node),
          low,
          high,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
