import type { Graph } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { readersOf } from "../graph/uses.js";
import { forEachOfView } from "../numerics/strided-view.js";
import type { ViewAttributes } from "../ops/movement/view.js";
import { layerInputs } from "../ops/recurrent/layer.js";
import { sequenceOf } from "./drop-sequences.js";

/** Elements of a sequence that are followed one by one, at most. */
const mostElements = 2 ** 20;

/** Nodes behind a sequence that are followed, at most: more than exporters write, and no work for long chains of others. */
const mostMovers = 32;

/** For each element of a state, its place in the sequence at the time that was walked last. */
function lastPlaces(
  { shape }: Tensor,
  { timeMajor, backwards }: { timeMajor: boolean; backwards: boolean },
): number[] {
  const [first, second, units] = shape as [number, number, number];
  const [times, batches] = timeMajor ? [first, second] : [second, first];
  const time = backwards ? 0 : times - 1;
  return Array.from({ length: batches * units }, (_, i) => {
    const batch = Math.floor(i / units);
    return (timeMajor ? time * batches + batch : batch * times + time) * units + (i % units);
  });
}

/** Where the elements of a node's output, which only moves them, come from, by where those of its input do. */
function movedPlaces({ operator, attributes }: Node, input: readonly number[] | undefined) {
  if (operator === "reshape") return input;
  const own = attributes as ViewAttributes;
  const places = new Array<number>(elementCount(own.shape));
  forEachOfView(own, (to, from) => {
    places[to] = input === undefined ? from : (input[from] as number);
  });
  return places;
}

const movers: ReadonlySet<string> = new Set(["reshape", "view"]);

/** Nodes that pick the last hidden state out of a layer's sequence, and nothing else. */
function pickers(graph: Graph, layer: Node, readers: ReturnType<typeof readersOf>): Node[] {
  const attributes = sequenceOf(layer);
  const sequence = layer.outputs[0] as TensorIndex;
  const isMasked = (layer.inputs[layerInputs.mask] ?? -1) >= 0;
  if (attributes === undefined || isMasked) return [];
  const tensor = graph.tensors[sequence] as Tensor;
  if (elementCount(tensor.shape) > mostElements) return [];
  const expected = lastPlaces(tensor, attributes);
  const found: Node[] = [];
  const open: { index: TensorIndex; places: readonly number[] | undefined }[] = [
    { index: sequence, places: undefined },
  ];
  let followed = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const reader of readers.get(next.index) ?? []) {
      const result = graph.tensors[reader.outputs[0] ?? -1];
      const isLarger = elementCount(result?.shape ?? []) > elementCount(tensor.shape);
      if (!movers.has(reader.operator) || isLarger || ++followed > mostMovers) continue;
      const places = movedPlaces(reader, next.places);
      if (places?.length === expected.length && places.every((place, i) => place === expected[i]))
        found.push(reader);
      else if (reader.outputs[0] !== undefined) open.push({ index: reader.outputs[0], places });
    }
  }
  return found;
}

/**
 * What picks the last time out of a recurrent layer's sequence reads the layer's last hidden state instead, so that the
 * sequence need not be stored: exporters write it so.
 */
export function readLastStates(graph: Graph): Graph {
  const readers = readersOf(graph);
  const changed = new Map<Node, Node>();
  for (const layer of graph.nodes) {
    for (const picker of pickers(graph, layer, readers)) {
      const [output] = picker.outputs as [TensorIndex];
      const attributes = { shape: (graph.tensors[output] as Tensor).shape };
      const [, hidden] = layer.outputs as [TensorIndex, TensorIndex];
      changed.set(picker, { ...picker, operator: "reshape", attributes, inputs: [hidden] });
    }
  }
  return changed.size === 0
    ? graph
    : { ...graph, nodes: graph.nodes.map((node) => changed.get(node) ?? node) };
}
