import type { Tensor } from "../../../graph/tensor.js";
import type { Operator } from "../../../ops/operator.js";
import { type GateActivation, logisticGate, tanhGate } from "../../../ops/recurrent/gate-activation.js";
import type { LayerAttributes } from "../../../ops/recurrent/layer.js";
import {
  type GruLayerAttributes,
  gruLayer,
  type LstmLayerAttributes,
  lstmLayer,
  rnnLayer,
} from "../../../ops/recurrent/layers.js";
import { asArray, asObject, isObject, shown } from "../../json-fields.js";
import type { KerasWeight } from "../container.js";
import type { LayerBuilder } from "../layer-builder.js";
import { LayerConfig } from "../layer-config.js";
import { classOf } from "../layer-graph.js";
import { transposed } from "./dense.js";

/** Functions of gates by Keras's names. */
const functions: Readonly<Record<string, GateActivation>> = {
  linear: { name: "affine", alpha: 1, beta: 0 },
  sigmoid: logisticGate,
  tanh: tanhGate,
  relu: { name: "relu", alpha: 0, beta: 0 },
  hard_sigmoid: { name: "hard-sigmoid", alpha: 0.2, beta: 0.5 },
  leaky_relu: { name: "leaky-relu", alpha: 0.2, beta: 0 },
  elu: { name: "elu", alpha: 1, beta: 1 },
  selu: { name: "elu", alpha: 1.6732632423543772, beta: 1.0507009873554805 },
  softplus: { name: "softplus", alpha: 0, beta: 0 },
  softsign: { name: "softsign", alpha: 0, beta: 0 },
};

/** Those that Keras 3 defines anew. */
const sinceKeras3 = {
  ...functions,
  hard_sigmoid: { name: "hard-sigmoid", alpha: 1 / 6, beta: 0.5 },
} as const;

/** The function of gates that a config's field names, by itself or as a serialized function. */
function readFunction(config: LayerConfig, field: string, otherwise: string): GateActivation {
  const value = config.raw(field) ?? otherwise;
  const name = isObject(value) && typeof value.config === "string" ? value.config : value;
  const known: Readonly<Record<string, GateActivation>> = config.version >= 3 ? sinceKeras3 : functions;
  const found = typeof name === "string" && Object.hasOwn(known, name) ? known[name] : undefined;
  if (found !== undefined) return found;
  config.refuse(`${field} ${shown(value)} is not supported; ${Object.keys(known).join(", ")} are`);
  return tanhGate;
}

/** What is computed at each time. */
export interface Cell {
  readonly units: number;
  readonly gates: number;
  readonly useBias: boolean;
  readonly operator: Operator<LayerAttributes>;
  readonly attributes: Pick<LayerAttributes, "activations"> &
    Partial<Pick<LstmLayerAttributes, "coupled"> & Pick<GruLayerAttributes, "resetAfter">>;
  /** Whether the input has a bias and the hidden state another. */
  readonly hasTwoBiases: boolean;
  /** Tensors of its state: the hidden state, and a cell. */
  readonly states: 1 | 2;
}

const layerOperator = <A extends LayerAttributes>(operator: Operator<A>): Operator<LayerAttributes> =>
  operator as unknown as Operator<LayerAttributes>;

/** The cell of that class, "LSTM" or "LSTMCell", that a config describes. What cannot be run is refused. */
export function readCell(config: LayerConfig, className: string): Cell {
  config.float32();
  const activation = readFunction(config, "activation", "tanh");
  const shared = { units: config.integer("units", 1), useBias: config.flag("use_bias", true) };
  if (className.startsWith("SimpleRNN"))
    return {
      ...shared,
      ...{ gates: 1, states: 1, hasTwoBiases: false, operator: layerOperator(rnnLayer) },
      attributes: { activations: [activation] },
    };
  const gate = readFunction(config, "recurrent_activation", "sigmoid");
  if (className.startsWith("LSTM"))
    return {
      ...shared,
      ...{ gates: 4, states: 2, hasTwoBiases: false, operator: layerOperator(lstmLayer) },
      attributes: { activations: [gate, activation, activation], coupled: false },
    };
  const resetAfter = config.flag("reset_after", config.version >= 3);
  return {
    ...shared,
    ...{ gates: 3, states: 1, hasTwoBiases: resetAfter, operator: layerOperator(gruLayer) },
    attributes: { activations: [gate, activation], resetAfter },
  };
}

/** A cell and what containers call it within its layer. */
export interface PlacedCell {
  readonly cell: Cell;
  readonly className: string;
  readonly parts: readonly string[];
}

const cellClasses = ["LSTMCell", "GRUCell", "SimpleRNNCell"];

/** "lstm_cell" of "LSTMCell", as Keras writes class names in paths. */
export const pathName = (className: string): string =>
  className
    .replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** The cells of an RNN layer: one, or those of a stack, of which each reads what the one before gives. */
export function readCells(config: LayerConfig): PlacedCell[] {
  const entry = asObject(config.raw("cell"), "cell", config.place);
  const ownConfig = asObject(entry.config, "cell.config", config.place);
  const isStack = classOf(entry) === "StackedRNNCells";
  const stack = new LayerConfig(ownConfig, `${config.place.node}`, "cell").text("name", "stacked_rnn_cells");
  const entries = isStack ? asArray(ownConfig.cells, "cell.config.cells", config.place) : [entry];
  const counts = new Map<string, number>();
  return entries.flatMap((one): PlacedCell[] => {
    const cell = asObject(one, "a cell", config.place);
    const className = classOf(cell);
    if (!cellClasses.includes(className)) {
      config.refuse(`cell ${shown(className)} is not supported; ${cellClasses.join(", ")} are`);
      return [];
    }
    const values = asObject(cell.config, "config of a cell", config.place);
    const own = new LayerConfig(values, `${config.place.node}`, className, config.version);
    const read = readCell(own, className);
    for (const reason of own.refusals) config.refuse(reason);
    const count = counts.get(className) ?? 0;
    counts.set(className, count + 1);
    const counted = `${pathName(className)}${count === 0 ? "" : `_${count}`}`;
    const name = own.text("name", counted);
    const parts = isStack ? [`cell/cells/${counted}`, `${stack}/${name}`, name] : ["cell", name, ""];
    return [{ cell: read, className, parts }];
  });
}

/** Weights and biases of a cell, found below its layer. */
export function cellWeights(part: LayerBuilder, cell: Cell, inputs: number) {
  const { units, gates, useBias, hasTwoBiases } = cell;
  const rows = gates * units;
  const [kernel, recurrent, bias] = part.weights([
    { name: "kernel", shape: [inputs, rows] },
    { name: "recurrent_kernel", shape: [units, rows] },
    ...(useBias ? [{ name: "bias", shape: hasTwoBiases ? [2, rows] : [rows] }] : []),
  ]) as [KerasWeight, KerasWeight, KerasWeight | undefined];
  const biasAt = (name: string, from: number): Tensor | undefined =>
    bias && part.stored(name, [rows], () => bias.values.subarray(from, from + rows));
  return {
    weights: part.stored("kernel", [rows, inputs], () => transposed(kernel)),
    recurrent: part.stored("recurrent_kernel", [rows, units], () => transposed(recurrent)),
    bias: biasAt("bias", 0),
    recurrentBias: hasTwoBiases ? biasAt("recurrent_bias", rows) : undefined,
  };
}
