import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type DType, describeType, type Tensor, type TensorType } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { checkGateActivation } from "./gate-activation.js";
import { checkIntegerLayer, integerForm } from "./integer-layer.js";
import { type GateSums, type LayerAttributes, type LayerKind, layerInputs, layerShape } from "./layer.js";
import { requireConstant, requireWeights } from "./weights.js";

function requireType(tensor: Tensor | undefined, what: string, type: TensorType): void {
  requireThat(
    tensor === undefined || describeType(tensor) === describeType(type),
    `${what} is ${tensor && describeType(tensor)}; ${describeType(type)} is expected`,
  );
}

function inferLayer<A extends LayerAttributes>(kind: LayerKind<A>, node: BoundNode<A>): TensorType[] {
  const { inputs: tensors, attributes } = node;
  const { times, batches, inputs, units } = layerShape(node);
  const at = (name: keyof typeof layerInputs): Tensor | undefined => tensors[layerInputs[name]];
  const { dtype } = tensors[0] as Tensor;
  const isInteger = dtype === "int8";
  requireThat(isInteger || dtype === "float32", `input is ${dtype}; int8 or float32 is expected`);
  const rows = kind.gates * units;
  requireWeights(at("weights"), "weights", ["float32", "int8"], [rows, inputs]);
  requireWeights(at("recurrent"), "recurrent weights", ["float32", "int8"], [rows, units]);
  const biasTypes: readonly DType[] = [isInteger ? "int32" : "float32"];
  if (at("bias") !== undefined) requireConstant(at("bias"), "biases", biasTypes, [rows]);
  if (at("recurrentBias") !== undefined)
    requireConstant(at("recurrentBias"), "recurrent biases", biasTypes, [rows]);
  for (const name of ["cell", "peepholes"] as const)
    requireThat(kind.hasCell || at(name) === undefined, `${name} is given to a layer that has none`);
  if (at("peepholes") !== undefined) requireConstant(at("peepholes"), "peepholes", ["float32"], [3 * units]);
  checkAttributes(kind, attributes);
  const leading = attributes.timeMajor ? [times, batches] : [batches, times];
  requireType(at("mask"), "the mask", { dtype: "bool", shape: leading });
  const state = (of: DType): TensorType => ({ dtype: of, shape: [batches, units] });
  const initial = (name: "hidden" | "cell"): DType =>
    isInteger ? (kind.wideState === name ? "int16" : "int8") : dtype;
  requireType(at("hidden"), "the initial hidden state", state(initial("hidden")));
  requireType(at("cell"), "the initial cell", state(initial("cell")));
  const results = isInteger ? checkIntegerLayer(kind, node) : { hidden: dtype, cell: dtype };
  const sequence: TensorType[] = attributes.sequence ? [{ dtype, shape: [...leading, units] }] : [];
  return [...sequence, state(results.hidden), ...(kind.hasCell ? [state(results.cell)] : [])];
}

function checkAttributes<A extends LayerAttributes>(kind: LayerKind<A>, { clip, activations }: A): void {
  requireThat(
    Number.isFinite(clip) && clip >= 0,
    `gates are clipped to ${clip}; a positive number is expected`,
  );
  requireThat(
    activations.length === kind.functions.length,
    `${activations.length} activations; ${kind.functions.length} are expected`,
  );
  for (const activation of activations) checkGateActivation(activation);
}

/** A row of a matrix times a vector. */
function product(matrix: Values, row: number, vector: Values): number {
  let sum = 0;
  for (const [i, value] of vector.entries()) sum += value * (matrix[row * vector.length + i] as number);
  return sum;
}

/** The layer on real values, batch by batch; after each time of a batch `visit` sees its state. */
function layerReference<A extends LayerAttributes>(
  kind: LayerKind<A>,
  node: BoundNode<A>,
  values: readonly (Values | undefined)[],
  visit: (hidden: Values, cell: Values) => void = () => {},
): Values[] {
  const { attributes } = node;
  const { times, batches, inputs, units } = layerShape(node);
  const at = (name: keyof typeof layerInputs): Values | undefined => values[layerInputs[name]];
  const [input, weights, recurrent] = values as [Values, Values, Values];
  const initial = (given: Values | undefined): Values => given?.slice() ?? valuesLike(input, batches * units);
  const [hidden, cell] = [initial(at("hidden")), initial(at("cell"))];
  const sequence = valuesLike(input, times * batches * units);
  for (let batch = 0; batch < batches; batch++) {
    const own = (all: Values): Values => all.subarray(batch * units, (batch + 1) * units);
    let before: Values | undefined;
    visit(own(hidden), own(cell));
    for (let step = 0; step < times; step++) {
      const time = attributes.backwards ? times - 1 - step : step;
      const row = attributes.timeMajor ? time * batches + batch : batch * times + time;
      const x = input.subarray(row * inputs, (row + 1) * inputs);
      const isAwake = at("mask")?.[row] !== 0;
      const sums: GateSums = {
        input: (gate, unit) =>
          product(weights, gate * units + unit, x) + (at("bias")?.[gate * units + unit] ?? 0),
        recurrent: (gate, unit, vector) =>
          product(recurrent, gate * units + unit, vector) + (at("recurrentBias")?.[gate * units + unit] ?? 0),
      };
      if (isAwake) kind.step(attributes, sums, { hidden: own(hidden), cell: own(cell) }, at("peepholes"));
      visit(own(hidden), own(cell));
      const held = attributes.masked === "held" ? before : undefined;
      const result = isAwake ? own(hidden) : held;
      const output = sequence.subarray(row * units, (row + 1) * units);
      if (result !== undefined) output.set(result);
      before = output;
    }
  }
  return [...(attributes.sequence ? [sequence] : []), hidden, ...(kind.hasCell ? [cell] : [])];
}

/** All values that hidden state and cell take. */
function stateValues<A extends LayerAttributes>(
  kind: LayerKind<A>,
  node: BoundNode<A>,
  values: readonly (Values | undefined)[],
): { hidden: Values; cell: Values } {
  const { times, batches, units } = layerShape(node);
  const all = (): Values => valuesLike(values[0], (times + 1) * batches * units);
  const states = { hidden: all(), cell: all() };
  let at = 0;
  layerReference(kind, node, values, (hidden, cell) => {
    states.hidden.set(hidden, at);
    states.cell.set(cell, at);
    at += units;
  });
  return states;
}

/** The operator of a layer: shapes are those of `inferLayer`. */
export function recurrentLayer<A extends LayerAttributes>(kind: LayerKind<A>): Operator<A> {
  return {
    name: kind.name,
    quantization: {
      output: "float",
      floatWeights: [
        { input: layerInputs.weights, axis: 0 },
        { input: layerInputs.recurrent, axis: 0 },
      ],
    },
    infer: (node) => inferLayer(kind, node),
    macs(node) {
      const { times, batches, inputs, units } = layerShape(node);
      return times * batches * units * kind.gates * (inputs + units);
    },
    reference: (node, values) => layerReference(kind, node, values),
    integers: integerForm(kind, (node, values) => {
      const { hidden, ...others } = stateValues(kind, node, values);
      return kind.wideState === undefined ? [hidden] : [hidden, { hidden, ...others }[kind.wideState]];
    }),
  };
}
