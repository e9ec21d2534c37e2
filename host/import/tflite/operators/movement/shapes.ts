import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { arrayTypes, elementCount, type Tensor } from "../../../../graph/tensor.js";
import { broadcastShape } from "../../../../numerics/broadcast.js";
import { broadcastView, wholeView } from "../../../../numerics/strided-view.js";
import { inputAt } from "../../../../ops/movement/moved.js";
import type { TfliteMapping, TfliteNode, Translation } from "../mapping.js";
import { constant, numbersAt, outputOf } from "../numbers.js";
import { readView } from "./views.js";

/** A constant of the output's type, of as many numbers as its shape has elements. */
function constantLike(
  { name, dtype, quantization }: Tensor,
  shape: readonly number[],
  values: readonly number[],
): Tensor {
  const data = new arrayTypes[dtype](values.length);
  values.forEach((value, i) => {
    data[i] = (
      data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value
    ) as never;
  });
  return {
    ...constant(`${name} (constant)`, dtype, shape, data),
    ...(quantization === undefined ? {} : { quantization }),
  };
}

/** The node's output as a constant. */
function constantOutput(node: TfliteNode, shape: readonly number[], values: readonly number[]): Translation {
  return {
    operator: "reshape",
    attributes: { shape },
    inputs: [constantLike(outputOf(node), shape, values)],
  };
}

/** One element everywhere. */
function fill(node: TfliteNode, shape: readonly number[], value: Tensor): Translation {
  return readView(value, broadcastView(wholeView([]), shape), outputOf(node));
}

/** Numbers of an input of any plain dtype, which must be constant. */
function valuesOf({ inputs }: TfliteNode, position: number, what: string): number[] {
  const { data } = inputAt(inputs, position);
  if (data === undefined)
    throw new NotRunnable(
      `the ${what} must be constant, not computed while the model runs: the output's shape depends on it`,
    );
  return Array.from(data, Number);
}

/** Elements of a range, at most. */
const maxElements = 2 ** 20;

function range(node: TfliteNode): Translation {
  const [start, limit, delta] = ["start", "limit", "delta"].map(
    (what, position) => valuesOf(node, position, what)[0] ?? 0,
  ) as [number, number, number];
  const count = Math.ceil((limit - start) / delta);
  requireThat(
    count === elementCount(outputOf(node).shape) && count <= maxElements,
    `the range from ${start} to ${limit} by ${delta} has ${count} elements; the output's are expected, up to ${maxElements}`,
  );
  return constantOutput(
    node,
    [count],
    Array.from({ length: count }, (_, i) => start + i * delta),
  );
}

/** Indices of the elements that are not zero, one row each. */
function where(node: TfliteNode): Translation {
  const { shape } = inputAt(node.inputs);
  const { strides } = wholeView(shape);
  const rows = valuesOf(node, 0, "condition").flatMap((value, at) =>
    value === 0 ? [] : [shape.map((length, axis) => Math.floor(at / (strides[axis] as number)) % length)],
  );
  requireThat(rows.length > 0, "no element of the condition is true, so that the output is empty");
  return constantOutput(node, [rows.length, shape.length], rows.flat());
}

/** What gives shapes, or is given them, and constants. */
export const shapes: readonly TfliteMapping[] = [
  {
    builtin: "SHAPE",
    optionsType: 55,
    maxVersion: 1,
    becomes: ["reshape"],
    read(node) {
      const { shape } = inputAt(node.inputs);
      return constantOutput(node, [shape.length], shape);
    },
  },
  {
    builtin: "RANK",
    optionsType: 86,
    maxVersion: 1,
    becomes: ["reshape"],
    read: (node) => constantOutput(node, [], [inputAt(node.inputs).shape.length]),
  },
  {
    builtin: "ZEROS_LIKE",
    optionsType: 67,
    maxVersion: 1,
    becomes: ["view", "reshape"],
    read: (node) => fill(node, inputAt(node.inputs).shape, constantLike(outputOf(node), [], [0])),
  },
  {
    builtin: "FILL",
    optionsType: 68,
    maxVersion: 4,
    becomes: ["view", "reshape"],
    read(node) {
      const [shape, value] = [numbersAt(node, 0, "shape"), inputAt(node.inputs, 1)];
      requireThat(
        elementCount(value.shape) === 1,
        `the value has ${elementCount(value.shape)} elements; 1 is expected`,
      );
      return fill(node, shape, value);
    },
  },
  { builtin: "RANGE", optionsType: 73, maxVersion: 2, becomes: ["reshape"], read: range },
  { builtin: "WHERE", optionsType: 85, maxVersion: 2, becomes: ["reshape"], read: where },
  {
    builtin: "BROADCAST_ARGS",
    optionsType: 0,
    maxVersion: 1,
    becomes: ["reshape"],
    read(node) {
      const shape = broadcastShape(numbersAt(node, 0, "first shape"), numbersAt(node, 1, "second shape"));
      return constantOutput(node, [shape.length], shape);
    },
  },
];
