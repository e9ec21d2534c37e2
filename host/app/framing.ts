import { elementCount, type Tensor } from "../graph/tensor.js";
import { reshaped } from "../import/compose/movement.js";
import { frames } from "../ops/signal/frames.js";
import type { AppGraph, Signal } from "./app-graph.js";

/** Hops of a frame from which on one more that is kept weighs less than a copy of them all. */
const manyHops = 8;

/** How a signal is cut into frames, in elements of it. */
export interface Framing {
  readonly frame: number;
  /** From one frame to the next: a multiple of what comes at once. */
  readonly stride: number;
  /** Shape of a frame; one axis by default. */
  readonly shape?: readonly number[];
}

/**
 * Frames of a signal, of which a tensor comes at once. The first frame begins with the first element, so that frames are those of the
 * whole signal cut from its beginning; each is there in the run that completes it.
 */
export function framesOf(
  graph: AppGraph,
  { tensor, when, period }: Signal,
  { frame, stride, shape = [frame] }: Framing,
  name: string,
): Signal {
  const hop = elementCount(tensor.shape);
  const [steps, every] = [Math.ceil(frame / hop), stride / hop];
  const { dtype, quantization } = tensor;
  const scale = quantization && { quantization };
  if (frame === hop && every === 1)
    return { tensor: graph.under(when, () => reshaped(graph.writer(name), tensor, shape)), when, period };
  // Frames of whole hops are what came last, and may lie where that is kept: with a hop more, which is little where they are many.
  const latest = frame === steps * hop && steps >= manyHops;
  const history = latest ? frame : (steps - 1) * hop;
  const cut: Tensor = { name, dtype, shape, ...scale };
  const isThere: Tensor = { name: `${name} is there`, dtype: "bool", shape: [] };
  graph.under(when, () =>
    graph.add({
      operator: frames.name,
      attributes: { hop, history, frame, every, shape, ...(latest && { latest }) },
      inputs: [reshaped(graph.writer(name), tensor, [hop])],
      outputs: [cut, isThere],
      variables: [
        { name: `${name} history`, dtype, shape: [1, Math.max(1, history)] },
        { name: `${name} countdown`, dtype: "int32", shape: [], data: Int32Array.of(steps - 1) },
      ],
    }),
  );
  return { tensor: cut, when: [...when, isThere], period: period * every };
}
