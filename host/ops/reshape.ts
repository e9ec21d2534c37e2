import { elementCount, type Tensor, tensorBytes } from "../graph/tensor.js";
import { onlyInput } from "./lookup-table.js";
import { NotRunnable, type Operator, requireThat, type TfliteNode } from "./operator.js";
import { moveRows, rowsScratchBytes } from "./rows.js";

/** Attributes of a reshape. */
export interface ReshapeAttributes {
  /** Lengths of the output; one may be -1 and stands for what is left of the elements. */
  shape: readonly number[];
}

/** `axis`, counted from the end where it is negative. Throws `NotRunnable` outside `0..rank-1`. */
function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  requireThat(
    Number.isInteger(axis) && positive >= 0 && positive < rank,
    `axis ${axis} is not one of the ${rank} axes of the output`,
  );
  return positive;
}

function inputOf({ inputs }: TfliteNode): Tensor {
  if (inputs[0] === undefined) throw new NotRunnable("the input is missing");
  return inputs[0];
}

/** Numbers of a constant tensor, or undefined where it is absent or computed. */
function constantNumbers(tensor: Tensor | undefined): number[] | undefined {
  return tensor?.data === undefined ? undefined : Array.from(tensor.data, Number);
}

/**
 * The new shape of TFLite's RESHAPE: the constant second input, else the options, else the declared output (which is
 * all that TFLite Micro looks at).
 */
function reshapeOf(node: TfliteNode): number[] {
  const options = node.options.int32s(0);
  const shape = constantNumbers(node.inputs[1]) ?? (node.inputs[1] === undefined ? options : undefined);
  return [...(shape ?? node.outputs[0]?.shape ?? [])];
}

/** The new shape of TFLite's SQUEEZE: without the named axes of length 1, or without all of them. */
function squeezeOf(node: TfliteNode): number[] {
  const { shape } = inputOf(node);
  const named = (node.options.int32s(0) ?? []).map((axis) => positiveAxis(axis, shape.length));
  for (const axis of named)
    requireThat(shape[axis] === 1, `axis ${axis} has length ${shape[axis]}; 1 is expected to squeeze it`);
  return shape.filter((length, axis) => (named.length > 0 ? !named.includes(axis) : length !== 1));
}

/** The new shape of TFLite's EXPAND_DIMS: an axis of length 1 inserted at the constant second input. */
function expandOf(node: TfliteNode): number[] {
  const { shape } = inputOf(node);
  const [axis, ...more] = constantNumbers(node.inputs[1]) ?? [];
  if (axis === undefined || more.length > 0) throw new NotRunnable("the axis must be one constant number");
  const at = positiveAxis(axis, shape.length + 1);
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

/** The lengths with -1 filled in. Throws `NotRunnable` where the elements do not fit. */
function resolve(wanted: readonly number[], input: Tensor): number[] {
  const elements = elementCount(input.shape);
  const known = wanted.filter((length) => length !== -1);
  requireThat(
    wanted.length - known.length <= 1 && known.every((length) => Number.isInteger(length) && length >= 1),
    `[${wanted.join(", ")}] is no shape: positive lengths and at most one -1 are expected`,
  );
  const shape = wanted.map((length) => (length === -1 ? elements / elementCount(known) : length));
  requireThat(
    shape.every(Number.isInteger) && elementCount(shape) === elements,
    `the input's ${elements} elements do not fit into [${wanted.join(", ")}]`,
  );
  return shape;
}

/** The same elements in the same order under another shape. Flatten, squeeze and expand-dims are reshapes. */
export const reshape: Operator<ReshapeAttributes> = {
  name: "reshape",
  tflite: [
    {
      builtin: "RESHAPE",
      optionsType: 17,
      maxVersion: 1,
      read: (node) => ({ attributes: { shape: reshapeOf(node) }, inputs: [0] }),
    },
    {
      builtin: "SQUEEZE",
      optionsType: 30,
      maxVersion: 2,
      read: (node) => ({ attributes: { shape: squeezeOf(node) }, inputs: [0] }),
    },
    {
      builtin: "EXPAND_DIMS",
      optionsType: 0,
      maxVersion: 1,
      read: (node) => ({ attributes: { shape: expandOf(node) }, inputs: [0] }),
    },
  ],
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    return [{ dtype: input.dtype, shape: resolve(node.attributes.shape, input) }];
  },
  macs: () => 0,
  scratchBytes: () => [rowsScratchBytes],
  inPlace: () => [0],
  reference: (_, [input]) => [(input as Float32Array).slice()],
  emit(node, placement) {
    const [input] = placement.inputs;
    const output = placement.outputs[0] as number;
    if (input === output) return [];
    const bytes = tensorBytes(onlyInput(node));
    const destination = { output, rows: 1, bytes, stride: bytes };
    return [moveRows(input as number, destination, placement.scratch, placement)];
  },
};
