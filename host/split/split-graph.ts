import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Quantization, Tensor, TensorData } from "../graph/tensor.js";
import { forEachOfView, type StridedView, sliceView, wholeView } from "../numerics/strided-view.js";
import type { ConcatenationAttributes } from "../ops/movement/concatenation.js";
import type { ViewAttributes } from "../ops/movement/view.js";
import type { AxisRange } from "../ops/operator.js";
import { type Piece, Pieces, partsOfAxis, type Split } from "./pieces.js";

const axisNames = ["batches", "rows", "columns", "channels"];

/** "rows 0-7". */
export function rangeText({ axis, first, count }: AxisRange): string {
  const name = axisNames[axis] ?? `axis ${axis}`;
  return count === 1 ? `${name.replace(/e?s$/, "")} ${first}` : `${name} ${first}-${first + count - 1}`;
}

const isWhole = (shape: readonly number[], { axis, first, count }: AxisRange): boolean =>
  first === 0 && count === shape[axis];

function partialQuantization(quantization: Quantization, { axis, first, count }: AxisRange): Quantization {
  if (quantization.axis !== axis || quantization.scale.length === 1) return quantization;
  const { scale, zeroPoint } = quantization;
  const cut = (values: readonly number[]) =>
    values.length === 1 ? values : values.slice(first, first + count);
  return { ...quantization, scale: cut(scale), zeroPoint: cut(zeroPoint) };
}

/** A tensor's indices of an axis as a tensor, without data. */
function partialTensor(tensor: Tensor, range: AxisRange, name: string): Tensor {
  const { dtype, shape, quantization, stored } = tensor;
  return {
    name,
    dtype,
    shape: shape.map((length, axis) => (axis === range.axis ? range.count : length)),
    ...(quantization === undefined ? {} : { quantization: partialQuantization(quantization, range) }),
    ...(stored === undefined ? {} : { stored }),
  };
}

function viewedData(data: TensorData, view: StridedView): TensorData {
  const length = view.lengths.reduce((product, count) => product * count, 1);
  const part = data.slice(0, length);
  forEachOfView(view, (to, from) => {
    part[to] = data[from] as never;
  });
  return part;
}

/** A graph that grows: nodes and tensors of another one, and pieces of them. */
class Splitter {
  readonly tensors: Tensor[];
  readonly nodes: Node[] = [];
  /** Parts of constants, which all pieces share. */
  private readonly constants = new Map<string, TensorIndex>();
  private readonly pieces: Pieces;

  constructor(private readonly graph: Graph) {
    this.tensors = [...graph.tensors];
    this.pieces = new Pieces(graph);
  }

  private constant(index: TensorIndex, range: AxisRange): TensorIndex {
    const key = `${index} ${range.axis} ${range.first} ${range.count}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const tensor = tensorAt(this.graph, index);
    const axis = range.axis < tensor.shape.length ? range.axis : 0;
    const view = sliceView(wholeView(tensor.shape), axis, range.first, range.count);
    const part = partialTensor(
      tensor,
      { ...range, axis },
      `${tensor.name}, ${range.first}-${range.first + range.count - 1}`,
    );
    const made = this.tensors.push({ ...part, data: viewedData(tensor.data as TensorData, view) }) - 1;
    this.constants.set(key, made);
    return made;
  }

  /** A node that cuts `range` out of a tensor, of which the indices from `start` on are there. */
  private slice(index: TensorIndex, start: number, range: AxisRange, name: string): TensorIndex {
    const tensor = this.tensors[index] as Tensor;
    const view = sliceView(wholeView(tensor.shape), range.axis, range.first - start, range.count);
    const part = partialTensor(tensor, range, `${name}, ${rangeText(range)}`);
    const output = this.tensors.push(part) - 1;
    const attributes: ViewAttributes = { ...view, shape: part.shape };
    this.nodes.push({ name: part.name, operator: "view", attributes, inputs: [index], outputs: [output] });
    return output;
  }

  /** Adds the pieces of one part; answers the tensor that holds it. */
  private addPart(pieces: readonly Piece[]): TensorIndex {
    const { graph } = this;
    const made = new Map<TensorIndex, { index: TensorIndex; range: AxisRange }>();
    const slices = new Map<string, TensorIndex>();
    const input = (index: TensorIndex, range: AxisRange | undefined): TensorIndex => {
      if (index < 0) return index;
      const tensor = tensorAt(graph, index);
      if (tensor.data !== undefined) return range === undefined ? index : this.constant(index, range);
      const there = made.get(index);
      const from = there?.index ?? index;
      if (
        range === undefined ||
        isWhole((this.tensors[from] as Tensor).shape, {
          ...range,
          first: range.first - (there?.range.first ?? 0),
        })
      )
        return from;
      const key = `${index} ${range.axis} ${range.first} ${range.count}`;
      const sliced = slices.get(key) ?? this.slice(from, there?.range.first ?? 0, range, tensor.name);
      slices.set(key, sliced);
      return sliced;
    };
    for (const { node, range, partial } of pieces) {
      const whole = graph.nodes[node] as Node;
      const inputs = whole.inputs.map((index, position) => input(index, partial.inputs[position]));
      const [result = -1] = whole.outputs;
      const tensor = tensorAt(graph, result);
      const output =
        this.tensors.push(partialTensor(tensor, range, `${tensor.name}, ${rangeText(range)}`)) - 1;
      made.set(result, { index: output, range });
      this.nodes.push({
        ...whole,
        name: `${whole.name}, ${rangeText(range)}`,
        attributes: partial.attributes,
        inputs,
        outputs: [output],
      });
    }
    return this.tensors.length - 1;
  }

  addSplit({ segment, axis, size }: Split): void {
    const { shape, name } = tensorAt(this.graph, segment.output);
    const parts = partsOfAxis(axis, shape[axis] as number, size).map((range) => {
      const pieces = this.pieces.of(segment, range);
      if (pieces === undefined) throw new Error(`${rangeText(range)} of "${name}" are no part of their own`);
      return this.addPart(pieces);
    });
    const last = this.graph.nodes[segment.nodes.at(-1) as number] as Node;
    const attributes: ConcatenationAttributes = { axis };
    this.nodes.push({
      name: `${last.name}, joined`,
      operator: "concatenation",
      attributes,
      inputs: parts,
      outputs: [segment.output],
    });
  }
}

/**
 * The graph with its nodes in that order, and some segments of it computed part by part: every part's pieces one after the other
 * with what they take of the segment's inputs cut out, and the parts joined. It gives the same bytes.
 *
 * @param order indices into `graph.nodes`
 * @param splits segments that share no node
 */
export function splitGraph(graph: Graph, order: readonly number[], splits: readonly Split[]): Graph {
  const splitter = new Splitter(graph);
  const byFirst = new Map(splits.map((split) => [split.segment.nodes[0], split]));
  const parted = new Set(splits.flatMap(({ segment }) => segment.nodes));
  for (const node of order) {
    const split = byFirst.get(node);
    if (split !== undefined) splitter.addSplit(split);
    else if (!parted.has(node)) splitter.nodes.push(graph.nodes[node] as Node);
  }
  return { ...graph, tensors: splitter.tensors, nodes: splitter.nodes };
}
