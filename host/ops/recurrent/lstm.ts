import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import {
  type FixedPointMultiplier,
  type IntegerParameters,
  integerParameters,
  quantizeMultiplier,
} from "../../numerics/requantization.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { requireConstant, requireSymmetric, requireVariable } from "./weights.js";

/** Attributes of a long short-term memory. */
export interface LstmAttributes {
  /** Whether the input's first axis is time and its second the batch; else the other way round. */
  timeMajor: boolean;
  /** Largest magnitude of the cell; 0 for any. */
  cellClip: number;
  /** Activation of the cell gate. */
  activation: "tanh" | "logistic";
}

/** Gates, in the order of the inputs that hold their weights. */
export const gates = ["input", "forget", "cell", "output"] as const;

/** Lengths of a long short-term memory. */
export interface LstmShape {
  times: number;
  batches: number;
  inputs: number;
  units: number;
}

/** Where the tensors of a gate are among the node's inputs. */
export const gateInputs = (gate: number) => ({ weights: 1 + gate, recurrent: 5 + gate, bias: 9 + gate });

/** The lengths, as input and weights have them. Throws `NotRunnable`. */
export function lstmShape({ inputs, attributes }: BoundNode<LstmAttributes>): LstmShape {
  const [input, weights] = inputs;
  if (input === undefined || weights === undefined) throw new NotRunnable("an input is missing");
  requireThat(input.shape.length === 3, `input has rank ${input.shape.length}; 3 is expected`);
  const [first, second, length] = input.shape as [number, number, number];
  const [times, batches] = attributes.timeMajor ? [first, second] : [second, first];
  return { times, batches, inputs: length, units: weights.shape[0] ?? 0 };
}

/** Dtypes of biases, hidden state and cell by that of the input. */
const dtypesOf: Partial<Record<DType, { weights: DType; biases: readonly DType[]; cell: DType }>> = {
  float32: { weights: "float32", biases: ["float32"], cell: "float32" },
  int8: { weights: "int8", biases: ["int32"], cell: "int16" },
  int16: { weights: "int8", biases: ["int32", "int64"], cell: "int16" },
};

/** log2 of a scale that has to be a power of two, as a whole number. Throws `NotRunnable` where it is none. */
export function powerOfScale(scale: number): number {
  const log = Math.log2(scale);
  const power = Math.round(log);
  requireThat(
    Math.abs(log - power) < 1e-3,
    `the cell has scale ${scale}; a power of two is expected of integers`,
  );
  return power;
}

/** How a node of integers rescales its sums and products. */
export interface LstmRescaling {
  /** Of the two sums of each gate, of inputs and of the hidden state, one after another, to Q3.12. */
  gates: FixedPointMultiplier[];
  /** Of the product of input gate and cell gate, both Q0.15, to the cell. */
  toCell: FixedPointMultiplier;
  /** Of the product of output gate and tanh, both Q0.15, to the hidden state. */
  toHidden: FixedPointMultiplier;
  /** log2 of the cell's scale. */
  cellPower: number;
}

/** The constants of a node of integers. Throws `NotRunnable`. */
export function lstmRescaling({ inputs, variables }: BoundNode<LstmAttributes>): LstmRescaling {
  const [hidden, cell] = (variables as [Tensor, Tensor]).map(integerParameters) as [
    IntegerParameters,
    IntegerParameters,
  ];
  const input = integerParameters(inputs[0] as Tensor);
  const factorsOf = (gate: number): FixedPointMultiplier[] => {
    const { weights, recurrent } = gateInputs(gate);
    const factor = (scale: number, of: number): FixedPointMultiplier =>
      quantizeMultiplier(Math.fround(scale * integerParameters(inputs[of] as Tensor).scale) / gateScale);
    return [factor(input.scale, weights), factor(hidden.scale, recurrent)];
  };
  return {
    gates: [...gates.keys()].flatMap(factorsOf),
    toCell: quantizeMultiplier(activatedScale ** 2 / cell.scale),
    toHidden: quantizeMultiplier(activatedScale ** 2 / hidden.scale),
    cellPower: powerOfScale(cell.scale),
  };
}

/** Scale of a gate before its activation, and of what activations give. */
const [gateScale, activatedScale] = [2 ** -12, 2 ** -15];
/** Largest left shift of a sum of int64, whose multiplier has 16 bits. */
const maxWideShift = 14;
/** Powers of the cell's scale for which its tanh can be looked up. */
const [leastCellPower, mostCellPower] = [-30, 0];

function requireQuantized(node: BoundNode<LstmAttributes>): void {
  const [input] = node.inputs as [Tensor];
  const [hidden, cell] = node.variables as [Tensor, Tensor];
  for (const tensor of node.inputs.slice(1, 9)) requireSymmetric(tensor as Tensor);
  const { gates: factors, cellPower } = lstmRescaling(node);
  requireThat(
    cellPower >= leastCellPower && cellPower <= mostCellPower,
    `the cell has scale ${integerParameters(cell).scale}; 2^${leastCellPower} to 2^${mostCellPower} are expected`,
  );
  requireThat(
    input.dtype === "int8" || factors.every(({ shift }) => shift <= maxWideShift),
    "scales of input and weights are too large for the gates' range of -8 to 8",
  );
  const zeroPoints = [input, hidden].map((tensor) => integerParameters(tensor).zeroPoint);
  requireThat(
    input.dtype === "int8" || zeroPoints.every((zeroPoint) => zeroPoint === 0),
    `int16 input and hidden state have zero points ${zeroPoints.join(" and ")}; 0 is expected`,
  );
}

/**
 * Long short-term memory over a sequence: inputs are the sequence, for each gate the weights of it, those of the hidden
 * state, and the biases; variables are the hidden state and the cell.
 */
export const lstm: Operator<LstmAttributes> = {
  name: "lstm",
  quantization: { output: "calibrated" },
  infer(node) {
    const { inputs: length, units, batches } = lstmShape(node);
    const input = node.inputs[0] as Tensor;
    const dtypes = dtypesOf[input.dtype];
    if (dtypes === undefined)
      throw new NotRunnable(`input is ${input.dtype}; int8, int16 or float32 is expected`);
    for (const [gate, name] of gates.entries()) {
      const at = gateInputs(gate);
      requireConstant(node.inputs[at.weights], `${name} weights`, [dtypes.weights], [units, length]);
      requireConstant(
        node.inputs[at.recurrent],
        `recurrent ${name} weights`,
        [dtypes.weights],
        [units, units],
      );
      requireConstant(node.inputs[at.bias], `${name} biases`, dtypes.biases, [units]);
    }
    requireVariable(node.variables?.[0], "the hidden state", [input.dtype], batches * units);
    requireVariable(node.variables?.[1], "the cell", [dtypes.cell], batches * units);
    const { cellClip } = node.attributes;
    requireThat(Number.isFinite(cellClip) && cellClip >= 0, `cells are clipped to ${cellClip}`);
    if (input.dtype !== "float32") requireQuantized(node);
    return [{ dtype: input.dtype, shape: [...input.shape.slice(0, 2), units] }];
  },
  macs(node) {
    const { times, batches, inputs, units } = lstmShape(node);
    return times * batches * units * gates.length * (inputs + units);
  },
  reference: (node, values, [hidden, cell] = []) => [walk(node, values, [hidden as Values, cell as Values])],
  integers: {
    states: () => [
      { dtype: "int8", inputs: [], outputs: [0], variables: [0] },
      { dtype: "int16", inputs: [], outputs: [], variables: [1] },
    ],
    stateValues(node, values, [hidden, cell] = []) {
      const [hiddens, cells] = [[...(hidden as Values)], [...(cell as Values)]];
      const state = [hidden, cell].map((each) => (each as Values).slice()) as [Values, Values];
      walk(node, values, state, () => {
        hiddens.push(...state[0]);
        cells.push(...state[1]);
      });
      return [Float32Array.from(hiddens), Float32Array.from(cells)];
    },
    weights: () =>
      [...gates.keys()].flatMap((gate) => {
        const { weights, recurrent, bias } = gateInputs(gate);
        return [
          { input: weights, bias },
          { input: recurrent, state: 0 },
        ];
      }),
  },
};

/** All times of a sequence, from a state that it changes in place; `visit` is called after each time. */
function walk(
  node: BoundNode<LstmAttributes>,
  values: readonly (Values | undefined)[],
  [hidden, cell]: readonly [Values, Values],
  visit: () => void = () => {},
): Values {
  const { times, batches, inputs, units } = lstmShape(node);
  const { timeMajor } = node.attributes;
  const input = values[0] as Values;
  const output = valuesLike(input, times * batches * units);
  const row = (time: number, batch: number): number =>
    timeMajor ? time * batches + batch : batch * times + time;
  for (let time = 0; time < times; time++) {
    for (let batch = 0; batch < batches; batch++) {
      const x = input.subarray(row(time, batch) * inputs, (row(time, batch) + 1) * inputs);
      const at = batch * units;
      const before = hidden.slice(at, at + units);
      const of = (gate: number, unit: number): number => gateOf(values, gate, unit, x, before);
      for (let unit = 0; unit < units; unit++) {
        const next = nextCell(node.attributes, cell[at + unit] as number, (gate) => of(gate, unit));
        cell[at + unit] = next;
        hidden[at + unit] = logistic(of(3, unit)) * Math.tanh(next);
      }
      output.set(hidden.subarray(at, at + units), row(time, batch) * units);
    }
    visit();
  }
  return output;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function gateOf(
  values: readonly (Values | undefined)[],
  gate: number,
  unit: number,
  x: Values,
  hidden: Values,
): number {
  const { weights, recurrent, bias } = gateInputs(gate);
  const product = (matrix: Values | undefined, vector: Values): number => {
    let sum = 0;
    for (const [i, value] of vector.entries()) sum += value * (matrix?.[unit * vector.length + i] as number);
    return sum;
  };
  return product(values[weights], x) + (values[bias]?.[unit] as number) + product(values[recurrent], hidden);
}

function nextCell(
  { activation, cellClip }: LstmAttributes,
  cell: number,
  gate: (gate: number) => number,
): number {
  const candidate = activation === "tanh" ? Math.tanh(gate(2)) : logistic(gate(2));
  const next = logistic(gate(1)) * cell + logistic(gate(0)) * candidate;
  return cellClip > 0 ? Math.min(cellClip, Math.max(-cellClip, next)) : next;
}
