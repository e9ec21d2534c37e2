import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { arrayTypes, elementCount, type Tensor } from "../../../graph/tensor.js";
import { samePadding } from "../../../numerics/window.js";
import { averagePool2d } from "../../../ops/convolution/average-pool-2d.js";
import { maxPool2d } from "../../../ops/convolution/max-pool-2d.js";
import { maxPoolIndices2d } from "../../../ops/convolution/max-pool-indices-2d.js";
import { limitedShape } from "../../../ops/movement/moved.js";
import { scatter } from "../../../ops/movement/scatter.js";
import { mean } from "../../../ops/reduction/mean.js";
import { reduceMax, sum } from "../../../ops/reduction/reduce.js";
import { quantizedAs, reshaped, transposed } from "../../compose/movement.js";
import { padded } from "../../compose/pad.js";
import {
  normPooled,
  type PoolAxis,
  pooled,
  poolWindow2d,
  powerOfMagnitude,
  rootOf,
  untouched,
} from "../../compose/pools.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";
import { channelsFirst, channelsLast } from "./windows.js";

/** Lengths of the spatial axes of an input [N, C, ...]. Throws `NotRunnable` where there is none. */
function spatialLengths({ shape }: Tensor): number[] {
  requireThat(shape.length >= 3, `the input has ${shape.length} axes; at least 3 are expected`);
  return shape.slice(2);
}

/** A list of a number for each spatial axis. Throws `NotRunnable`. */
function listOf(node: OnnxNode, name: string, axes: number, otherwise: number): readonly number[] {
  const list = node.integers(name) ?? Array.from({ length: axes }, () => otherwise);
  requireThat(list.length === axes, `${name} has ${list.length} numbers; ${axes} are expected`);
  return list;
}

/** Padding before and after an axis, as `auto_pad` or `pads` say. */
function paddingOf(
  node: OnnxNode,
  axis: number,
  lengths: readonly number[],
  { filter, stride, dilation }: Pick<PoolAxis, "filter" | "stride" | "dilation">,
): readonly [before: number, after: number] {
  const auto = node.text("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER")
    return samePadding(lengths[axis] as number, filter, stride, dilation, auto === "SAME_LOWER");
  requireThat(["", "NOTSET", "VALID"].includes(auto), `auto_pad ${auto} does not exist`);
  if (auto === "VALID") return [0, 0];
  const count = lengths.length;
  const pads = node.integers("pads") ?? Array.from({ length: 2 * count }, () => 0);
  requireThat(pads.length === 2 * count, `pads has ${pads.length} numbers; ${2 * count} are expected`);
  return [pads[axis] as number, pads[axis + count] as number];
}

/**
 * Padding after an axis so that its last window fits, where the number of outputs is rounded up. A window that would begin
 * behind the input and its padding before is none.
 */
function ceiledAfter(length: number, { filter, stride, dilation, before, after }: PoolAxis): number {
  const span = (filter - 1) * dilation + 1;
  const outputs = Math.ceil((length + before + after - span) / stride) + 1;
  const isBehind = (outputs - 1) * stride >= length + before;
  return Math.max(0, (outputs - 1 - Number(isBehind)) * stride + span - length - before);
}

/** The windows along the spatial axes of an input [N, C, ...]. Throws `NotRunnable`. */
function poolAxes(node: OnnxNode, input: Tensor): PoolAxis[] {
  const lengths = spatialLengths(input);
  const filters = node.integers("kernel_shape");
  if (filters === undefined) throw new NotRunnable("kernel_shape is missing");
  const countsPadding = node.flag("count_include_pad");
  const count = lengths.length;
  const [strides, dilations] = [listOf(node, "strides", count, 1), listOf(node, "dilations", count, 1)];
  return listOf(node, "kernel_shape", count, 1).map((filter, axis) => {
    const [stride, dilation, length] = [strides, dilations, lengths].map((list) => list[axis]) as [
      number,
      number,
      number,
    ];
    const [before, after] = paddingOf(node, axis, lengths, { filter, stride, dilation });
    const counted = countsPadding ? { countedBefore: before, countedAfter: after } : uncounted;
    const plain = { filter, stride, dilation, before, after, ...counted };
    if (!node.flag("ceil_mode")) return plain;
    const whole = ceiledAfter(length, plain);
    return { ...plain, after: whole, countedAfter: Math.min(plain.countedAfter, whole) };
  });
}

const uncounted = { countedBefore: 0, countedAfter: 0 };

/** What a function makes of an input [N, C, ...] whose channels are moved to the end for it. */
function throughChannelsLast(write: GraphWriter, input: Tensor, read: (picture: Tensor) => Tensor): Tensor {
  const rank = input.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i);
  const last = transposed(write, input, [0, ...spatial.map((i) => i + 2), 1]);
  return transposed(write, read(last), [0, rank - 1, ...spatial.map((i) => i + 1)]);
}

function poolBy(node: OnnxNode, write: GraphWriter, core: typeof maxPool2d): Tensor {
  const axes = poolAxes(node, node.input(0));
  return throughChannelsLast(write, node.input(0), (picture) => pooled(write, core, picture, axes));
}

/** Where maxima lie in an input [N, C, (H,) W], as if it were flat. */
function maximaIndices(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const axes = poolAxes(node, input);
  const [columns, rows = untouched, more] = [...axes].reverse() as [PoolAxis, PoolAxis?, PoolAxis?];
  requireThat(more === undefined, `indices of maxima over ${axes.length} axes; 1 or 2 are supported`);
  const order = node.flag("storage_order") ? [0, 3, 2, 1] : [0, 3, 1, 2];
  const attributes = { ...poolWindow2d([rows, columns]), order, index: "int64" as const };
  const found = write.node(maxPoolIndices2d, attributes, [channelsLast(write, input)]);
  return channelsFirst(write, found, axes.length);
}

/** Maxima back at the places where they were, and zeros elsewhere. */
function maxUnpool(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, indices] = [node.input(0), node.input(1)];
  const axes = poolAxes(node, input);
  const lengths = axes.map(
    ({ filter, stride, before, after }, axis) =>
      ((input.shape[axis + 2] as number) - 1) * stride + filter - before - after,
  );
  const shape = [...input.shape.slice(0, 2), ...lengths];
  const elements = elementCount(limitedShape(shape));
  const flat = (tensor: Tensor): Tensor => reshaped(write, tensor, [elementCount(tensor.shape)]);
  const zeros = write.constant(new arrayTypes[input.dtype](elements), [elements], input.dtype);
  const unpooled = write.node(scatter, { axis: 0 }, [zeros, flat(indices), flat(input)]);
  const wanted = node.numbers(2, "output shape") ?? shape;
  const after = shape.map((length, axis) => (wanted[axis] ?? length) - length);
  return padded(write, reshaped(write, unpooled, shape), { before: shape.map(() => 0), after }, 0);
}

/** A reduction over all spatial axes, which stay as axes of length 1. */
function global(operator: string, core: typeof mean): OnnxMapping {
  return {
    operator,
    becomes: [core.name, "view", "reshape"],
    read: (node, write) =>
      throughChannelsLast(write, node.input(0), (picture) =>
        write.node(core, { axes: spatialAxesOf(picture), keepDims: true }, [picture], quantizedAs(picture)),
      ),
  };
}

function spatialAxesOf({ shape }: Tensor): number[] {
  return Array.from({ length: shape.length - 2 }, (_, i) => i + 1);
}

/** The order of a norm: a whole number, which was a real one first. */
function orderOf(node: OnnxNode): number {
  const p = node.version < 2 ? node.float("p", 2) : node.integer("p", 2);
  requireThat(p > 0, `the norm is of order ${p}; a number above 0 is expected`);
  return p;
}

function lpPool(node: OnnxNode, write: GraphWriter): Tensor {
  const axes = poolAxes(node, node.input(0));
  return throughChannelsLast(write, node.input(0), (picture) =>
    normPooled(write, picture, axes, orderOf(node)),
  );
}

function globalLpPool(node: OnnxNode, write: GraphWriter): Tensor {
  const p = orderOf(node);
  return throughChannelsLast(write, node.input(0), (picture) => {
    const powers = powerOfMagnitude(write, picture, p);
    return rootOf(write, write.node(sum, { axes: spatialAxesOf(picture), keepDims: true }, [powers]), p);
  });
}

/** Pools, of any number of spatial axes. */
export const pools: readonly OnnxMapping[] = [
  {
    operator: "MaxPool",
    becomes: ["maxPool2d", "maxPoolIndices2d", "view", "reshape"],
    read: (node, write) => [
      node.wants(0) ? poolBy(node, write, maxPool2d) : undefined,
      node.wants(1) ? maximaIndices(node, write) : undefined,
    ],
  },
  {
    operator: "AveragePool",
    becomes: ["averagePool2d", "view", "reshape"],
    read: (node, write) => poolBy(node, write, averagePool2d),
  },
  { operator: "MaxUnpool", becomes: ["scatter", "reshape", "pad"], read: maxUnpool },
  {
    operator: "LpPool",
    becomes: ["abs", "square", "pow", "averagePool2d", "mul", "sqrt"],
    read: lpPool,
  },
  global("GlobalAveragePool", mean),
  global("GlobalMaxPool", reduceMax),
  { operator: "GlobalLpPool", becomes: ["abs", "square", "pow", "sum", "sqrt"], read: globalLpPool },
];
