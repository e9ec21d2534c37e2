import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import { arrayTypes, elementCount, type Tensor, type TensorData } from "../graph/tensor.js";
import { axisOrder, denseOrder, inverseOrder, loopsOfShape } from "../numerics/axis-order.js";
import {
  forEachOfView,
  isWholeView,
  permuteView,
  type StridedView,
  wholeView,
} from "../numerics/strided-view.js";
import { operatorNamed } from "../ops/index.js";
import type { FullyConnectedAttributes } from "../ops/matrix/fully-connected.js";
import type { ViewAttributes } from "../ops/movement/view.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";

/** A tensor that is not made yet: a view of another one, as a shape. */
interface Deferred {
  readonly source: TensorIndex;
  readonly view: StridedView;
  readonly shape: readonly number[];
  /** Where it is the source in another order of axes: axis k of the tensor is axis `order[k]` of the source as `laid`. */
  readonly order: readonly number[] | undefined;
  /** The shape that the source is given for that, by which no element moves. */
  readonly laid: readonly number[];
  /** The node that it was made by, of which it keeps the name. */
  readonly node: Node;
}

/**
 * Moves transpositions, and what else only views a tensor in another order, behind the nodes to which the order of axes does
 * not matter, where they meet others and become one, or nothing. Frameworks whose convolutions have the channels first
 * become graphs of convolutions that have them last by this.
 *
 * What is left moves fewer elements than before; a graph in which that cannot be had is left as it is.
 */
export function moveTransposes(graph: Graph): Graph {
  if (!graph.nodes.some(({ operator }) => operator === "view")) return graph;
  const moved = removeDeadNodes(new Mover(graph).graph());
  return elementsMoved(moved) < elementsMoved(graph) ? moved : graph;
}

/** Elements that views copy. */
function elementsMoved({ nodes, tensors }: Graph): number {
  return nodes.reduce((total, { operator, outputs: [output = -1] }) => {
    return operator === "view" ? total + elementCount((tensors[output] as Tensor).shape) : total;
  }, 0);
}

class Mover {
  private readonly tensors: Tensor[];
  private readonly nodes: Node[] = [];
  private readonly deferred = new Map<TensorIndex, Deferred>();
  /** Sources in other shapes, by their number and that shape. */
  private readonly laid = new Map<string, TensorIndex>();
  /** Tensors that were views of others and are made. */
  private readonly made = new Set<TensorIndex>();
  private readonly outputs: ReadonlySet<TensorIndex>;

  constructor(private readonly before: Graph) {
    this.tensors = [...before.tensors];
    this.outputs = new Set(before.outputs);
  }

  graph(): Graph {
    for (const node of this.before.nodes) this.add(node);
    return { ...this.before, tensors: this.tensors, nodes: this.nodes };
  }

  private tensor(index: TensorIndex): Tensor {
    return this.tensors[index] as Tensor;
  }

  private add(node: Node): void {
    const done = this.defer(node) || this.reorder(node) || this.absorb(node);
    if (!done) {
      for (const input of node.inputs) this.make(input);
      this.nodes.push(node);
    }
    for (const output of node.outputs) if (this.outputs.has(output)) this.make(output);
  }

  /** Puts a view or a reshape off until somebody wants it as it is. */
  private defer(node: Node): boolean {
    const [input = -1] = node.inputs;
    const [output = -1] = node.outputs;
    if (node.operator !== "view" && node.operator !== "reshape") return false;
    if (this.tensor(input).data !== undefined) return false;
    const known = this.deferred.get(input);
    const { shape } = this.tensor(output);
    const from = known ?? {
      source: input,
      view: wholeView(this.tensor(input).shape),
      shape: this.tensor(input).shape,
    };
    const view =
      node.operator === "reshape"
        ? from.view
        : composed(from, node.attributes as ViewAttributes, this.tensor(input));
    if (view === undefined) {
      this.make(input);
      const own = node.attributes as ViewAttributes;
      this.set(output, { source: input, view: own, shape }, node);
    } else this.set(output, { source: from.source, view, shape }, node);
    return true;
  }

  private set(output: TensorIndex, what: Omit<Deferred, "order" | "laid" | "node">, node: Node): void {
    const { source, view, shape } = what;
    const own = this.tensor(source).shape;
    const loops = loopsOfShape(view, shape);
    const order = loops && axisOrder(loops, own);
    const dense = order === undefined && loops !== undefined ? denseOrder(loops) : undefined;
    const isWhole = dense !== undefined && elementCount(dense.laid) === elementCount(own);
    this.deferred.set(output, {
      ...what,
      order: isWhole ? dense.order : order,
      laid: isWhole ? dense.laid : own,
      node,
    });
  }

  /** The source of a tensor that was put off, in the shape that its order is told for. */
  private laidSource({ source, laid, node }: Deferred): TensorIndex {
    const own = this.tensor(source);
    if (own.shape.join() === laid.join()) return source;
    const key = `${source} ${laid.join()}`;
    const known = this.laid.get(key);
    if (known !== undefined) return known;
    const made = this.tensors.push({ ...own, shape: laid }) - 1;
    this.laid.set(key, made);
    this.read(node.name, source, wholeView(own.shape), laid, made);
    return made;
  }

  /** Writes the node that makes a tensor, where it was put off. */
  private make(index: TensorIndex): void {
    const known = this.deferred.get(index);
    if (known === undefined || this.made.has(index)) return;
    this.made.add(index);
    const { source, view, shape, node } = known;
    this.read(node.name, source, view, shape, index);
  }

  /** Writes the node that reads a view of a tensor: a reshape where the view is all of it in order. */
  private read(
    name: string,
    source: TensorIndex,
    { offset, lengths, strides }: StridedView,
    shape: readonly number[],
    output: TensorIndex,
  ): void {
    const view = { offset, lengths, strides };
    const isWhole = isWholeView(view, elementCount(this.tensor(source).shape));
    this.nodes.push({
      name,
      operator: isWhole ? "reshape" : "view",
      attributes: isWhole ? { shape } : { shape, ...view },
      inputs: [source],
      outputs: [output],
    });
  }

  /** Computes a node on what its inputs are views of, where the order of axes does not matter, and puts the rest off. */
  private reorder(node: Node): boolean {
    const { reordered } = operatorNamed(node.operator);
    const [output, ...others] = node.outputs;
    if (reordered === undefined || output === undefined || others.length > 0) return false;
    const order = this.commonOrder(node);
    if (order === undefined) return false;
    const bound = bind({ ...this.before, tensors: this.tensors }, node);
    const other = reordered(bound, order);
    if (other === undefined) return false;
    const inputs = node.inputs.map((input) => this.inOrder(input, order, bound));
    if (inputs.includes(undefined)) return false;
    const own = this.tensor(output);
    const shape = inverseOrder(other.order).map((axis) => own.shape[axis] as number);
    const index = this.tensors.push({ ...own, shape }) - 1;
    this.nodes.push({ ...node, attributes: other.attributes, inputs: inputs as number[], outputs: [index] });
    this.set(
      output,
      { source: index, view: permuteView(wholeView(shape), other.order), shape: own.shape },
      node,
    );
    return true;
  }

  /** The order that most of what the node reads was put off in; undefined where nothing is, or orders differ. */
  private commonOrder(node: Node): readonly number[] | undefined {
    const activations = node.inputs.filter((input) => input >= 0 && this.tensor(input).data === undefined);
    const rank = Math.max(
      0,
      ...node.inputs.map((input) => (input < 0 ? 0 : this.tensor(input).shape.length)),
    );
    const orders = activations.map((input) => this.deferred.get(input)?.order);
    const known = orders.filter((order) => order !== undefined && order.length === rank);
    const [first] = known;
    if (first === undefined || known.some((order) => order?.join() !== first.join())) return undefined;
    const elements = (isKnown: boolean): number =>
      activations.reduce((total, input, i) => {
        const isPut = orders[i] !== undefined && orders[i]?.length === rank;
        return isPut === isKnown ? total + elementCount(this.tensor(input).shape) : total;
      }, 0);
    const isMoved = activations.some((input) => {
      const put = this.deferred.get(input);
      return put !== undefined && !isWholeView(put.view, elementCount(put.shape));
    });
    return isMoved && elements(true) >= elements(false) ? first : undefined;
  }

  /** An input in the order of the sources; undefined where it cannot be had so. */
  private inOrder(input: TensorIndex, order: readonly number[], node: BoundNode): TensorIndex | undefined {
    if (input < 0) return input;
    const tensor = this.tensor(input);
    const put = this.deferred.get(input);
    if (put?.order?.length === order.length) return this.laidSource(put);
    if (elementCount(tensor.shape) === 1 && tensor.shape.length <= 1 && node.inputs.length > 1) return input;
    if ((tensor.quantization?.scale.length ?? 1) > 1) return undefined;
    const missing = order.length - tensor.shape.length;
    const shape = [...Array.from({ length: missing }, () => 1), ...tensor.shape];
    const view = permuteView(wholeView(shape), inverseOrder(order));
    const { integers, ...own } = tensor;
    const moved: Tensor = { ...own, shape: view.lengths };
    if (integers?.data !== undefined)
      moved.integers = { ...integers, shape: view.lengths, data: elementsOf(integers.data, view, integers) };
    if (tensor.data !== undefined)
      return this.tensors.push({ ...moved, data: elementsOf(tensor.data, view, tensor) }) - 1;
    this.make(input);
    const index = this.tensors.push(moved) - 1;
    this.read(`${tensor.name} (in another order)`, input, view, moved.shape, index);
    return index;
  }

  /** Lets a fully connected layer read what its input is a view of, by weights whose columns are in that order. */
  private absorb(node: Node): boolean {
    const [input = -1, weights = -1] = node.inputs;
    const put = this.deferred.get(input);
    const constant = this.before.tensors[weights];
    if (node.operator !== "fullyConnected" || put === undefined || constant?.data === undefined) return false;
    const source = this.tensor(put.source);
    const [rows, columns] = constant.shape as [number, number];
    const within = innerLoops(put.view, columns);
    const isPlain = (constant.quantization?.axis ?? 0) === 0 && constant.stored !== "int4";
    // A part of the source is no order of it.
    const isAll = elementCount(put.view.lengths) === elementCount(source.shape);
    if (within === undefined || !isPlain || !isAll) return false;
    const { keepAxes } = node.attributes as FullyConnectedAttributes;
    const { data } = constant;
    const ordered = data.slice();
    for (let row = 0; row < rows; row++) {
      forEachOfView(within, (column, from) => {
        ordered[row * columns + from] = data[row * columns + column] as number;
      });
    }
    const leading = keepAxes ? this.tensor(input).shape.slice(0, -1) : [elementCount(source.shape) / columns];
    const flat = this.tensors.push({ ...source, shape: [...leading, columns] }) - 1;
    const own = this.tensors.push({ ...constant, data: ordered }) - 1;
    this.read(`${node.name} (flat)`, put.source, wholeView(source.shape), this.tensor(flat).shape, flat);
    this.nodes.push({ ...node, inputs: [flat, own, ...node.inputs.slice(2)] });
    return true;
  }
}

/** The axis of a tensor over which a loop goes by whole steps: -1 where it stands still; undefined where there is none. */
function loopAxis(
  stride: number,
  shape: readonly number[],
  whole: readonly number[],
): { axis: number; step: number } | undefined {
  if (stride === 0) return { axis: -1, step: 0 };
  for (const [axis, length] of shape.entries()) {
    const step = stride / (whole[axis] as number);
    if (length > 1 && Number.isInteger(step) && Math.abs(step) < length) return { axis, step };
  }
  return undefined;
}

/** The index along each axis of the element at an offset. */
function indicesAt(offset: number, whole: readonly number[]): number[] {
  let rest = offset;
  return whole.map((stride) => {
    const index = Math.floor(rest / stride);
    rest -= index * stride;
    return index;
  });
}

/** A view of a tensor that is a view itself, as one of that one's source; undefined where no loops give that. */
function composed(
  from: Pick<Deferred, "view" | "shape">,
  { offset, lengths, strides }: ViewAttributes,
  { shape }: Tensor,
): StridedView | undefined {
  const inner = loopsOfShape(from.view, from.shape);
  if (inner === undefined) return undefined;
  const whole = wholeView(shape).strides;
  const starts = indicesAt(offset, whole);
  const ends = [...starts];
  const result: number[] = [];
  for (const [i, length] of lengths.entries()) {
    const found = length === 1 ? { axis: -1, step: 0 } : loopAxis(strides[i] as number, shape, whole);
    if (found === undefined) return undefined;
    const { axis, step } = found;
    if (axis < 0) {
      result.push(0);
      continue;
    }
    const end = (starts[axis] as number) + step * (length - 1);
    if (end < 0 || end >= (shape[axis] as number)) return undefined;
    // Two loops over one axis would have to be checked together.
    if (ends[axis] !== starts[axis]) return undefined;
    ends[axis] = end;
    result.push(step * (inner.strides[axis] as number));
  }
  const start = starts.reduce(
    (sum, index, axis) => sum + index * (inner.strides[axis] as number),
    from.view.offset,
  );
  return { offset: start, lengths, strides: result };
}

/** The loops of a view that give blocks of so many elements, each block being one of the source; undefined for others. */
function innerLoops(view: StridedView, block: number): StridedView | undefined {
  let elements = 1;
  let first = view.lengths.length;
  while (first > 0 && elements < block) elements *= view.lengths[--first] as number;
  const within = { offset: 0, lengths: view.lengths.slice(first), strides: view.strides.slice(first) };
  const outer = { offset: 0, lengths: view.lengths.slice(0, first), strides: view.strides.slice(0, first) };
  if (elements !== block || view.offset !== 0) return undefined;
  const isWhole = outer.lengths.every((length, i) => {
    const stride = block * elementCount(outer.lengths.slice(i + 1));
    return length === 1 || outer.strides[i] === stride;
  });
  const seen = new Set<number>();
  forEachOfView(within, (_, from) => seen.add(from));
  const isBlock = seen.size === block && [...seen].every((from) => from >= 0 && from < block);
  return isWhole && isBlock ? within : undefined;
}

/** A constant's elements in the order of a view. */
function elementsOf(data: TensorData, view: StridedView, { dtype }: Tensor): TensorData {
  const result = new arrayTypes[dtype](data.length);
  forEachOfView(view, (to, from) => {
    result[to] = data[from] as number;
  });
  return result;
}
