import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { perTensor, type Tensor, unsignedOffset } from "../../../graph/tensor.js";
import { roundHalfAway, sameParameters } from "../../../numerics/requantization.js";
import { int8Table } from "../../../ops/elementwise/lookup-table.js";
import { inputAt, positiveAxis } from "../../../ops/movement/moved.js";
import type { TfliteMapping, TfliteNode, Translation } from "./mapping.js";
import { indexed } from "./movement/indexed.js";
import { paddings } from "./movement/padding.js";
import { resizes } from "./movement/resizes.js";
import { shapes } from "./movement/shapes.js";
import { between, views } from "./movement/views.js";

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
  const { shape } = inputAt(node.inputs);
  const named = (node.options.int32s(0) ?? []).map((axis) => positiveAxis(axis, shape.length));
  for (const axis of named)
    requireThat(shape[axis] === 1, `axis ${axis} has length ${shape[axis]}; 1 is expected to squeeze it`);
  return shape.filter((length, axis) => (named.length > 0 ? !named.includes(axis) : length !== 1));
}

/** The new shape of TFLite's EXPAND_DIMS: an axis of length 1 inserted at the constant second input. */
function expandOf(node: TfliteNode): number[] {
  const { shape } = inputAt(node.inputs);
  const [axis, ...more] = constantNumbers(node.inputs[1]) ?? [];
  if (axis === undefined || more.length > 0) throw new NotRunnable("the axis must be one constant number");
  const at = positiveAxis(axis, shape.length + 1);
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

/**
 * The inputs of a concatenation, those of uint8 with the output's scale and zero point: TFLite gives them these itself, in
 * float32, which is a table of 256 bytes.
 *
 * Source: TFLite reference kernel `ConcatenationWithScaling`.
 */
function requantized(
  { outputs: [output], wasUnsigned }: TfliteNode,
  inputs: readonly (Tensor | undefined)[],
): { inputs: (Tensor | undefined)[]; nodes: Translation[] } {
  const nodes: Translation[] = [];
  const taken = inputs.map((input) => {
    const [from, to] = [input, output].map((tensor) => tensor && perTensor(tensor));
    if (
      !wasUnsigned(input) ||
      from === undefined ||
      to === undefined ||
      sameParameters(input as Tensor, output as Tensor)
    )
      return input;
    const { fround } = Math;
    const scale = fround(fround(from.scale) * fround(1 / fround(to.scale)));
    const bias = fround(-(from.zeroPoint + unsignedOffset) * scale);
    const table = int8Table(
      (q) => roundHalfAway(fround(fround((q + unsignedOffset) * scale) + bias)) + to.zeroPoint,
    );
    const part = between(output as Tensor, (input as Tensor).shape);
    nodes.push({ operator: "lookupTable", attributes: { table }, inputs: [input], outputs: [part] });
    return part;
  });
  return { inputs: taken, nodes };
}

function reshaping(
  builtin: string,
  optionsType: number,
  maxVersion: number,
  shapeOf: (node: TfliteNode) => number[],
): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion,
    becomes: ["reshape"],
    read: (node) => ({ operator: "reshape", attributes: { shape: shapeOf(node) }, inputs: [node.inputs[0]] }),
  };
}

/** What moves elements and computes nothing. */
export const movement: readonly TfliteMapping[] = [
  {
    builtin: "CONCATENATION",
    optionsType: 10,
    maxVersion: 4,
    becomes: ["concatenation", "lookupTable"],
    read(node) {
      const { options, outputs } = node;
      requireThat(options.int8(1, 0) === 0, `fused activation ${options.int8(1, 0)} is not supported`);
      const present = node.inputs.filter((input) => !input?.shape.includes(0));
      const { inputs, nodes } = requantized(node, present.length > 0 ? present : node.inputs);
      const attributes = { axis: options.int32(0, 0) };
      return [...nodes, { operator: "concatenation", attributes, inputs, outputs }];
    },
  },
  {
    builtin: "PACK",
    optionsType: 59,
    maxVersion: 4,
    becomes: ["concatenation"],
    read: ({ options }) => ({
      operator: "concatenation",
      attributes: { axis: options.int32(1, 0), stacks: true },
    }),
  },
  reshaping("RESHAPE", 17, 1, reshapeOf),
  reshaping("SQUEEZE", 30, 2, squeezeOf),
  reshaping("EXPAND_DIMS", 0, 1, expandOf),
  // Sparse constants have their zeros already.
  reshaping("DENSIFY", 0, 1, ({ inputs }) => [...inputAt(inputs).shape]),
  ...paddings,
  ...shapes,
  ...views,
  ...indexed,
  ...resizes,
];
