import type { Accelerator } from "../../abi/accelerators.js";
import { type AnyValues, type Block, blockBytes } from "../../abi/block.js";
import {
  anyFloatPoolParameters,
  anyPoolParameters,
  floatPoolParameters,
  poolParameters,
} from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type DType, integerRange, perTensor, type Tensor } from "../../graph/tensor.js";
import { floatActivationRange, quantizedActivationRange, roundsOnce } from "../../numerics/requantization.js";
import { noPadding } from "../../numerics/window.js";
import { type Pool2dAttributes, poolGeometry, poolWindow } from "../../ops/convolution/pool-2d.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, type Kernel, kernelName, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { asRow } from "./as-row.js";

/** Whether the plain kernels do it: pixels lie together, and no padding counts. */
function isPlain({ attributes }: BoundNode<Pool2dAttributes>): boolean {
  const { counted = noPadding } = attributes;
  const { dilationHeight, dilationWidth } = poolWindow(attributes);
  const isOnlyWindow = dilationHeight === 1 && dilationWidth === 1;
  return isOnlyWindow && Object.values(counted).every((count) => count === 0);
}

/** What every pool's block has, but for limits. */
export function poolValues(node: BoundNode<Pool2dAttributes>, placement: Placement) {
  const own = {
    ...poolGeometry(node),
    window: poolWindow(node.attributes),
    padding: node.attributes.padding,
  };
  const { window, padding, ...g } = isPlain(node) ? asRow(own) : own;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = window;
  return {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    batches: g.batches,
    inputHeight: g.inputHeight,
    inputWidth: g.inputWidth,
    outputHeight: g.outputHeight,
    outputWidth: g.outputWidth,
    channels: g.channels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padTop: padding.top,
    padLeft: padding.left,
  };
}

/** What the output is limited to, in its own numbers. */
function limits({ attributes: { activation }, outputs }: BoundNode<Pool2dAttributes>) {
  const output = outputs[0] as Tensor;
  if (output.dtype === "float32") {
    const { lowest: low, highest: high } = floatActivationRange(activation);
    return { low, high };
  }
  if (output.quantization !== undefined) return quantizedActivationRange(activation, output);
  const [low, high] = integerRange[output.dtype];
  return { low, high };
}

/** How far a window's pixels lie apart. */
export function spreadValues({ attributes }: BoundNode<Pool2dAttributes>) {
  const { dilationHeight, dilationWidth } = poolWindow(attributes);
  return { dilationHeight, dilationWidth };
}

/** What the kernels that do more need besides. */
function anyValues(node: BoundNode<Pool2dAttributes>) {
  const { counted = noPadding } = node.attributes;
  return {
    ...spreadValues(node),
    countTop: counted.top,
    countBottom: counted.bottom,
    countLeft: counted.left,
    countRight: counted.right,
    zeroPoint: perTensor(node.outputs[0] as Tensor)?.zeroPoint ?? 0,
  };
}

/**
 * How a pool runs: a kernel of the operator's name and the dtype's that takes `poolParameters`, of float32
 * `floatPoolParameters`; one that does more where pixels lie apart or padding counts.
 *
 * @param accelerators by the dtype
 */
export function pool2d(
  operator: string,
  dtypes: readonly DType[],
  accelerators: Partial<Record<DType, Accelerator>> = {},
): Lowering<Pool2dAttributes> {
  /** Whether it averages int8 of which halves go to the even step: a kernel of its own does that. */
  const isEven = ({ outputs }: BoundNode): boolean =>
    operator === "averagePool2d" && outputs.every((output) => output.dtype === "int8" && roundsOnce(output));
  const isShort = (node: BoundNode<Pool2dAttributes>): boolean => isPlain(node) && !isEven(node);
  const kernelOf = (node: BoundNode<Pool2dAttributes>, values: AnyValues): Kernel => {
    const { dtype } = node.outputs[0] as Tensor;
    const isFloat = dtype === "float32";
    if (isEven(node)) return { name: `${operator}EvenInt8`, parameters: anyPoolParameters };
    if (!isPlain(node)) {
      const parameters: Block = isFloat ? anyFloatPoolParameters : anyPoolParameters;
      return { name: kernelName(`${operator}Any`, dtype), parameters };
    }
    if (isFloat) return { name: kernelName(operator, dtype), parameters: floatPoolParameters };
    if (dtype === "int8" && node.attributes.halves === "up")
      return { name: `${operator}HalvesUpInt8`, parameters: poolParameters };
    const accelerator = acceleratedWindow(accelerators[dtype], values);
    return { name: kernelName(operator, dtype), parameters: poolParameters, accelerator };
  };
  return {
    operator,
    dtypes,
    check(node) {
      requireThat(
        isPlain(node) || node.attributes.halves !== "up",
        "halves go up in an average of pixels that lie apart, or that counts padding; away from zero is supported",
      );
      const { activation } = node.attributes;
      requireThat(
        activation === "none" ||
          node.outputs.every(({ dtype, quantization }) => dtype === "float32" || quantization),
        `activation ${activation} of integers that are not quantized`,
      );
    },
    scratchBytes: (node) => [blockBytes(isShort(node) ? poolParameters : anyPoolParameters)],
    // Without padding no output lies before the first input that it is made of.
    inPlace: ({ attributes: { padding } }) => (padding.top === 0 && padding.left === 0 ? [0] : []),
    emit(node, placement) {
      const plain = { ...poolValues(node, placement), ...limits(node) };
      const values = isShort(node) ? plain : { ...plain, ...anyValues(node) };
      return [callKernel(kernelOf(node, values), values, placement.scratch, placement)];
    },
  };
}
