import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import {
  broadcastView,
  reverseView,
  type StridedView,
  sliceView,
  wholeView,
} from "../../../numerics/strided-view.js";
import { equal } from "../../../ops/elementwise/comparisons.js";
import { gather } from "../../../ops/movement/gather.js";
import { pad } from "../../../ops/movement/pad.js";
import { expanded } from "../../compose/axes.js";
import { joined, reshaped, sliced, transposed, viewed } from "../../compose/movement.js";
import { repeated, tiled } from "../../compose/nearest.js";
import { castTo } from "../../compose/whole-numbers.js";
import { isObject, shown } from "../json-fields.js";
import { isTensor } from "../layer-builder.js";
import { resolveShape } from "../layers/shape.js";
import { type FunctionCall, type FunctionMapping, maxPieces } from "./call.js";

/** Indices that a Python slice of an axis names. Throws `NotRunnable` where there is none. */
function sliceOf(
  slice: Readonly<Record<string, unknown>>,
  length: number,
): [begin: number, count: number, step: number] {
  const whole = (name: string): number | undefined => {
    const value = slice[name] ?? undefined;
    if (value === undefined || Number.isInteger(value)) return value as number | undefined;
    throw new NotRunnable(`a slice has the ${name} ${shown(value)}; constant whole numbers are supported`);
  };
  const step = whole("step") ?? 1;
  requireThat(step !== 0, "a slice has the step 0");
  const limit = (value: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, value < 0 ? value + length : value));
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const given = [whole("start"), whole("stop")] as const;
  const begin = given[0] === undefined ? (step > 0 ? least : most) : limit(given[0], least, most);
  const end = given[1] === undefined ? (step > 0 ? most : least) : limit(given[1], least, most);
  const count = Math.ceil((end - begin) / step);
  requireThat(count >= 1, `a slice of an axis of ${length} elements has none`);
  return [begin, count, step];
}

/** A tensor by Python's indices: slices, numbers, new axes and one ellipsis. */
function indexed(call: FunctionCall, key: string): Tensor {
  const input = call.tensor("x");
  const given = call.value(key);
  const keys = Array.isArray(given) ? given : [given];
  const isEllipsis = (item: unknown) => isObject(item) && item.class_name === "__ellipsis__";
  const read = keys.filter((item) => item !== null && item !== undefined && !isEllipsis(item)).length;
  const missing = input.shape.length - read;
  requireThat(missing >= 0, `${read} indices of a tensor of ${input.shape.length} axes`);
  let view: StridedView = wholeView(input.shape);
  let axis = 0;
  const shape: number[] = [];
  for (const item of keys) {
    if (item === null || item === undefined) shape.push(1);
    else if (isEllipsis(item)) {
      shape.push(...input.shape.slice(axis, axis + missing));
      axis += missing;
    } else {
      const length = input.shape[axis] as number;
      const slice = isObject(item)
        ? ((isObject(item.config) ? item.config : item) as Record<string, unknown>)
        : undefined;
      if (isTensor(item) || (slice === undefined && !Number.isInteger(item)))
        throw new NotRunnable(
          `the index ${isTensor(item) ? "that is a tensor" : shown(item)} is not supported`,
        );
      const at = (item as number) < 0 ? (item as number) + length : (item as number);
      const [begin, count, step] = slice === undefined ? [at, 1, 1] : sliceOf(slice, length);
      view = sliceView(view, axis, begin, count, step);
      if (slice !== undefined) shape.push(count);
      axis++;
    }
  }
  return viewed(call.write, input, view, [...shape, ...input.shape.slice(axis)]);
}

/** A shape that is given, with one open length, as all of a tensor's elements have it. */
function shapeOf(call: FunctionCall, name: string, input: Tensor): number[] {
  return resolveShape(call.integers(name), elementCount(input.shape));
}

/** A tensor's parts along an axis, in order. */
function parts(call: FunctionCall, input: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  requireThat(lengths.length <= maxPieces, `${lengths.length} parts; up to ${maxPieces} are supported`);
  let begin = 0;
  return lengths.map((length) => {
    begin += length;
    return sliced(call.write, input, axis, begin - length, length);
  });
}

/** Equal parts by their number, or parts between indices. */
function split(call: FunctionCall): Tensor[] {
  const input = call.tensor("x");
  const axis = call.axis("axis", input.shape.length, 0);
  const length = input.shape[axis] as number;
  const given = call.value("indices_or_sections");
  if (typeof given === "number") return parts(call, input, axis, Array(given).fill(length / given));
  const cuts = call.integers("indices_or_sections");
  // Of TensorFlow these are lengths, of Keras where the parts begin.
  if (!call.isKeras) return parts(call, input, axis, cuts);
  const lengths = [...cuts, length].map((cut, i) => cut - (cuts[i - 1] ?? 0));
  return parts(call, input, axis, lengths);
}

function padded(call: FunctionCall): Tensor {
  const input = call.tensor("x");
  const given = call.value("pad_width");
  const pairs = (Array.isArray(given) ? given : [given]).map((pair) =>
    Array.isArray(pair) ? pair : [pair, pair],
  );
  const sides = pairs.length === 1 ? input.shape.map(() => pairs[0] as number[]) : (pairs as number[][]);
  const mode = call.text("mode", "constant").toLowerCase();
  requireThat(mode === "constant", `padding of the mode ${shown(mode)} is not supported; constant is`);
  const [before, after] = [0, 1].map((end) => sides.map((pair) => pair[end] as number)) as [
    number[],
    number[],
  ];
  return call.write.node(pad, { before, after, value: call.number("constant_values", 0) }, [input]);
}

function oneHot(call: FunctionCall): Tensor {
  const { write } = call;
  const input = castTo(write, call.tensor("x", "int32"), "int32");
  const classes = call.number("num_classes");
  const rank = input.shape.length + 1;
  const axis = call.axis("axis", rank, -1);
  const numbers = Array.from({ length: classes }, (_, i) => i);
  const range = reshaped(
    write,
    write.list(numbers, "int32"),
    Array.from({ length: rank }, (_, i) => (i === axis ? classes : 1)),
  );
  const hits = write.node(equal, {}, [expanded(write, input, [axis]), range]);
  return castTo(write, hits, call.isKeras ? call.dtype("dtype") : "float32");
}

/** What moves elements. */
export const movementFunctions: readonly FunctionMapping[] = [
  {
    keras: ["GetItem"],
    parameters: ["x", "key"],
    build: (call) => indexed(call, "key"),
  },
  {
    keras: [],
    tensorflow: ["__operators__.getitem"],
    parameters: ["x", "key"],
    tensorflowParameters: ["tensor", "slice_spec"],
    build: (call) => indexed(call, "key"),
  },
  {
    keras: ["Reshape"],
    tensorflow: ["reshape"],
    parameters: ["x", "newshape"],
    tensorflowParameters: ["tensor", "shape"],
    build: (call) => {
      const input = call.tensor("x");
      return reshaped(call.write, input, shapeOf(call, "newshape", input));
    },
  },
  {
    keras: ["Ravel"],
    parameters: ["x"],
    build: (call) => {
      const input = call.tensor("x");
      return reshaped(call.write, input, [elementCount(input.shape)]);
    },
  },
  {
    keras: ["Transpose"],
    tensorflow: ["transpose", "compat.v1.transpose"],
    parameters: ["x", "axes"],
    // Real numbers are their own conjugates.
    tensorflowParameters: ["a", "perm", "conjugate"],
    build: (call) => {
      const input = call.tensor("x");
      const backwards = input.shape.map((_, axis) => axis).reverse();
      return transposed(call.write, input, call.integers("axes", backwards));
    },
  },
  {
    keras: ["Swapaxes"],
    parameters: ["x", "axis1", "axis2"],
    build: (call) => {
      const input = call.tensor("x");
      const rank = input.shape.length;
      const [a, b] = [call.axis("axis1", rank), call.axis("axis2", rank)];
      const order = input.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
      return transposed(call.write, input, order);
    },
  },
  {
    keras: ["Moveaxis"],
    parameters: ["x", "source", "destination"],
    build: (call) => {
      const input = call.tensor("x");
      const [from, to] = [call.axes("source", input), call.axes("destination", input)];
      const order: number[] = [];
      for (const [i, axis] of to.entries()) order[axis] = from[i] as number;
      const others = input.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
      for (const axis of input.shape.keys()) order[axis] ??= others.shift() as number;
      return transposed(call.write, input, order);
    },
  },
  {
    keras: ["Squeeze"],
    tensorflow: ["squeeze"],
    parameters: ["x", "axis"],
    tensorflowParameters: ["input", "axis"],
    build: (call) => {
      const input = call.tensor("x");
      const all = input.shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
      const axes = call.value("axis") === undefined ? all : call.axes("axis", input);
      requireThat(
        axes.every((axis) => input.shape[axis] === 1),
        `axes [${axes}] of [${input.shape}] are not all of length 1`,
      );
      return reshaped(
        call.write,
        input,
        input.shape.filter((_, axis) => !axes.includes(axis)),
      );
    },
  },
  {
    keras: ["ExpandDims"],
    tensorflow: ["expand_dims"],
    parameters: ["x", "axis"],
    tensorflowParameters: ["input", "axis"],
    build: (call) => expanded(call.write, call.tensor("x"), call.integers("axis")),
  },
  {
    keras: ["Concatenate"],
    tensorflow: ["concat"],
    parameters: ["xs", "axis"],
    tensorflowParameters: ["values", "axis"],
    build: (call) => {
      const inputs = call.tensors("xs");
      return joined(call.write, inputs, call.axis("axis", inputs[0]?.shape.length ?? 0, -1));
    },
  },
  {
    keras: ["Stack"],
    tensorflow: ["stack"],
    parameters: ["x", "axis"],
    tensorflowParameters: ["values", "axis"],
    build: (call) => {
      const inputs = call.tensors("x");
      const axis = call.axis("axis", (inputs[0]?.shape.length ?? 0) + 1, 0);
      return joined(
        call.write,
        inputs.map((input) => expanded(call.write, input, [axis])),
        axis,
      );
    },
  },
  {
    keras: ["Unstack"],
    tensorflow: ["unstack"],
    parameters: ["x", "num", "axis"],
    tensorflowParameters: ["value", "num", "axis"],
    build: (call) => {
      const input = call.tensor("x");
      const axis = call.axis("axis", input.shape.length, 0);
      const without = input.shape.filter((_, i) => i !== axis);
      const pieces = parts(call, input, axis, Array(input.shape[axis]).fill(1));
      return pieces.map((piece) => reshaped(call.write, piece, without));
    },
  },
  {
    keras: ["Split"],
    tensorflow: ["split"],
    parameters: ["x", "indices_or_sections", "axis"],
    tensorflowParameters: ["value", "num_or_size_splits", "axis"],
    build: split,
  },
  {
    keras: ["Tile"],
    tensorflow: ["tile"],
    parameters: ["x", "repeats"],
    tensorflowParameters: ["input", "multiples"],
    build: (call) => {
      const input = call.tensor("x");
      const repeats = call.integers("repeats");
      const leading = Math.max(0, repeats.length - input.shape.length);
      const wide = reshaped(call.write, input, [...Array(leading).fill(1), ...input.shape]);
      const first = wide.shape.length - repeats.length;
      return repeats.reduce((result, times, i) => tiled(call.write, result, first + i, times), wide);
    },
  },
  {
    keras: ["Repeat"],
    tensorflow: ["repeat"],
    parameters: ["x", "repeats", "axis"],
    tensorflowParameters: ["input", "repeats", "axis"],
    build: (call) => {
      const input = call.tensor("x");
      const [times, ...more] = call.integers("repeats");
      requireThat(
        times !== undefined && times >= 1 && more.length === 0,
        "repeats is no single number of at least 1",
      );
      return repeated(call.write, input, call.axis("axis", input.shape.length), times);
    },
  },
  {
    keras: ["Flip"],
    tensorflow: ["reverse"],
    parameters: ["x", "axis"],
    tensorflowParameters: ["tensor", "axis"],
    build: (call) => {
      const input = call.tensor("x");
      return viewed(call.write, input, call.axes("axis", input).reduce(reverseView, wholeView(input.shape)));
    },
  },
  {
    keras: ["BroadcastTo"],
    tensorflow: ["broadcast_to"],
    parameters: ["x", "shape"],
    tensorflowParameters: ["input", "shape"],
    build: (call) => {
      const input = call.tensor("x");
      return viewed(call.write, input, broadcastView(wholeView(input.shape), call.integers("shape")));
    },
  },
  {
    keras: ["Take"],
    tensorflow: ["gather"],
    parameters: ["x", "indices", "axis", "batch_dims"],
    tensorflowParameters: ["params", "indices", "axis", "batch_dims"],
    build: (call) => {
      const input = call.tensor("x");
      const axis = call.axis("axis", input.shape.length, 0);
      const given = call.tensor("indices", "int32");
      const indices = given.dtype === "int64" ? given : castTo(call.write, given, "int32");
      return call.write.node(gather, { axis, batchDims: call.number("batch_dims", 0), axes: 1 }, [
        input,
        indices,
      ]);
    },
  },
  {
    keras: ["Pad"],
    tensorflow: ["pad"],
    parameters: ["x", "pad_width", "mode", "constant_values"],
    tensorflowParameters: ["tensor", "paddings", "mode", "constant_values"],
    build: padded,
  },
  {
    keras: ["OneHot"],
    tensorflow: ["one_hot"],
    parameters: ["x", "num_classes", "axis", "dtype"],
    tensorflowParameters: ["indices", "depth", "axis", "dtype"],
    build: oneHot,
  },
];
