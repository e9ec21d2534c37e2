import { logisticGate, tanhGate } from "./gate-activation.js";
import { gateValue, type LayerAttributes } from "./layer.js";
import { recurrentLayer } from "./layer-operator.js";

/** Attributes of a long short-term memory of whole sequences. */
export interface LstmLayerAttributes extends LayerAttributes {
  /** Whether the forget gate is 1 less the input gate. */
  coupled: boolean;
}

/**
 * Long short-term memory over a whole sequence, with its initial state as inputs. Gates: input, forget, cell, output;
 * functions: of gates, of the cell gate, of the cell. Inputs as `layerInputs` says; outputs: the sequence where it is
 * asked for, the last hidden state, the last cell. Peepholes: of input, forget and output gate.
 */
export const lstmLayer = recurrentLayer<LstmLayerAttributes>({
  name: "lstmLayer",
  gates: 4,
  functions: [logisticGate, tanhGate, tanhGate],
  hasCell: true,
  wideState: "cell",
  step(attributes, sums, { hidden, cell }, peepholes) {
    const units = hidden.length;
    const before = hidden.slice();
    for (let unit = 0; unit < units; unit++) {
      const peep = (gate: number): number => (peepholes?.[gate * units + unit] ?? 0) * (cell[unit] as number);
      const sum = (gate: number): number => sums.input(gate, unit) + sums.recurrent(gate, unit, before);
      const input = gateValue(attributes, 0, sum(0) + peep(0));
      const forget = attributes.coupled ? 1 - input : gateValue(attributes, 0, sum(1) + peep(1));
      cell[unit] = forget * (cell[unit] as number) + input * gateValue(attributes, 1, sum(2));
      const output = gateValue(attributes, 0, sum(3) + peep(2));
      hidden[unit] = output * gateValue({ ...attributes, clip: 0 }, 2, cell[unit] as number);
    }
  },
});

/** Attributes of gated recurrent units. */
export interface GruLayerAttributes extends LayerAttributes {
  /** Whether the reset gate multiplies the recurrent product of the hidden state; else the hidden state before it. */
  resetAfter: boolean;
}

/**
 * Gated recurrent units over a whole sequence, with their initial state as an input. Gates: update, reset, candidate;
 * functions: of the first two, of the candidate. Inputs as `layerInputs` says; outputs: the sequence where it is asked
 * for, the last hidden state.
 */
export const gruLayer = recurrentLayer<GruLayerAttributes>({
  name: "gruLayer",
  gates: 3,
  functions: [logisticGate, tanhGate],
  hasCell: false,
  wideState: "hidden",
  step(attributes, sums, { hidden }) {
    const before = hidden.slice();
    const gate = (number: number, unit: number): number =>
      gateValue(attributes, 0, sums.input(number, unit) + sums.recurrent(number, unit, before));
    const kept = attributes.resetAfter ? before : before.map((value, unit) => value * gate(1, unit));
    for (let unit = 0; unit < before.length; unit++) {
      const recurrent = attributes.resetAfter
        ? gate(1, unit) * sums.recurrent(2, unit, before)
        : sums.recurrent(2, unit, kept);
      const candidate = gateValue(attributes, 1, sums.input(2, unit) + recurrent);
      const update = gate(0, unit);
      hidden[unit] = (1 - update) * candidate + update * (before[unit] as number);
    }
  },
});

/**
 * Plain recurrent units over a whole sequence, with their initial state as an input: one gate and its function. Inputs as
 * `layerInputs` says; outputs: the sequence where it is asked for, the last hidden state.
 */
export const rnnLayer = recurrentLayer<LayerAttributes>({
  name: "rnnLayer",
  gates: 1,
  functions: [tanhGate],
  hasCell: false,
  wideState: undefined,
  step(attributes, sums, { hidden }) {
    const before = hidden.slice();
    for (let unit = 0; unit < before.length; unit++)
      hidden[unit] = gateValue(attributes, 0, sums.input(0, unit) + sums.recurrent(0, unit, before));
  },
});
