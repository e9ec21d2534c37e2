import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Operator } from "../../ops/operator.js";
import { type LayerAttributes, layerInputs } from "../../ops/recurrent/layer.js";
import type { GraphWriter } from "../graph-writer.js";
import { joined, sliced } from "./movement.js";

/** The inputs of a recurrent layer by name, gates in the operator's order. */
export type LayerTensors = { readonly [name in keyof typeof layerInputs]?: Tensor | undefined };

/** What a recurrent layer gives. */
export interface LayerOutputs {
  /** Hidden states of all times, where they are asked for. */
  sequence?: Tensor;
  /** The last hidden state, [batches, units]. */
  hidden: Tensor;
  /** The last cell, of what has one. */
  cell?: Tensor;
}

/** Whether it is a state of zeros, with which layers begin where none is given. */
function isZeroState(name: keyof LayerTensors, tensor: Tensor | undefined): boolean {
  const data = name === "hidden" || name === "cell" ? tensor?.data : undefined;
  return data !== undefined && Array.from(data, Number).every((value) => value === 0);
}

/** A recurrent layer in one direction. Throws `NotRunnable` where the operator refuses it. */
export function recurrentLayer<A extends LayerAttributes>(
  write: GraphWriter,
  operator: Operator<A>,
  attributes: A,
  tensors: LayerTensors,
): LayerOutputs {
  const names = Object.keys(layerInputs) as (keyof typeof layerInputs)[];
  const outputs = write.nodes<LayerAttributes>(
    operator as unknown as Operator<LayerAttributes>,
    attributes,
    names.map((name) => (isZeroState(name, tensors[name]) ? undefined : tensors[name])),
  );
  const [sequence, hidden, cell] = attributes.sequence ? outputs : [undefined, ...outputs];
  return {
    hidden: hidden as Tensor,
    ...(sequence === undefined ? {} : { sequence }),
    ...(cell === undefined ? {} : { cell }),
  };
}

/**
 * What holds numbers of gates one after another along its first axis, with the gates in another order: gate k of the
 * result is gate `order[k]`. Throws `NotRunnable`.
 */
export function gatesInOrder(write: GraphWriter, tensor: Tensor, order: readonly number[]): Tensor {
  const rows = tensor.shape[0] as number;
  const units = rows / order.length;
  requireThat(Number.isInteger(units), `${rows} rows of weights do not part into ${order.length} gates`);
  if (order.every((gate, i) => gate === i)) return tensor;
  return joined(
    write,
    order.map((gate) => sliced(write, tensor, 0, gate * units, units)),
    0,
  );
}
