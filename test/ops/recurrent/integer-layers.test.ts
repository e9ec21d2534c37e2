import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { logisticGate, tanhGate } from "../../../host/ops/recurrent/gate-activation.js";
import { gruLayer, lstmLayer, rnnLayer } from "../../../host/ops/recurrent/layers.js";
import { fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import { random, runCase } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";
import { int16, logistic, tanh } from "./integer-gates.js";
import { runSteps } from "./run-steps.js";

type Source = ReturnType<typeof random>;
type Cell = "lstmLayer" | "gruLayer" | "rnnLayer";

const cells: readonly Cell[] = ["lstmLayer", "gruLayer", "rnnLayer"];
const operators = { lstmLayer, gruLayer, rnnLayer };
const gatesOf = { lstmLayer: 4, gruLayer: 3, rnnLayer: 1 };
const functionsOf = {
  lstmLayer: [logisticGate, tanhGate, tanhGate],
  gruLayer: [logisticGate, tanhGate],
  rnnLayer: [tanhGate],
};

/** Rows of int8 with their scales, and biases. */
interface Matrix {
  data: Int8Array;
  scales: number[];
  bias: Int32Array | undefined;
}

/** A layer of integers, with whatever it may have. */
interface Layer {
  cell: Cell;
  times: number;
  batches: number;
  inputs: number;
  units: number;
  attributes: {
    timeMajor: boolean;
    backwards: boolean;
    sequence: boolean;
    masked: "zero" | "held";
    clip: number;
    activations: unknown[];
    coupled: boolean;
    resetAfter: boolean;
  };
  x: Int8Array;
  scale: number;
  zeroPoint: number;
  weights: Matrix;
  recurrent: Matrix;
  hiddenScale: number;
  hiddenZeroPoint: number;
  /** log2 of the scale of the state of int16. */
  power: number;
  hidden: Int8Array | undefined;
  state: Int16Array | undefined;
  mask: Uint8Array | undefined;
  /** Whether the hidden state that is an output has 16 bits. */
  wide: boolean;
}

function draw(source: Source, cell: Cell, lengths = {}): Layer {
  const { integer, real, int8s } = source;
  const own = {
    ...{ times: integer(1, 5), batches: integer(1, 3), inputs: integer(1, 9), units: integer(1, 9) },
    ...lengths,
  };
  const maybe = <T>(value: () => T): T | undefined => (integer(0, 1) === 1 ? value() : undefined);
  const rows = gatesOf[cell] * own.units;
  const elements = own.batches * own.units;
  const matrix = (depth: number): Matrix => ({
    data: int8s(rows * depth),
    scales: Array.from({ length: integer(0, 2) === 0 ? 1 : rows }, () => drawScale(real, 1e-4, 0.03)),
    bias: maybe(() => Int32Array.from({ length: rows }, () => integer(-20000, 20000))),
  });
  const int16s = (): Int16Array => Int16Array.from({ length: elements }, () => integer(-32768, 32767));
  const state = cell === "rnnLayer" ? undefined : maybe(int16s);
  const wide = cell === "gruLayer" && integer(0, 1) === 1;
  const sequence = integer(0, 3) > 0;
  const power = cell === "lstmLayer" ? integer(-15, -9) : state || wide ? integer(-15, -12) : -15;
  const isUpperByte = cell === "gruLayer" && wide && !sequence;
  return {
    cell,
    ...own,
    attributes: {
      timeMajor: integer(0, 1) === 1,
      backwards: integer(0, 1) === 1,
      sequence,
      masked: integer(0, 1) === 1 ? "zero" : "held",
      clip: 0,
      activations: functionsOf[cell],
      coupled: false,
      resetAfter: cell === "gruLayer" && integer(0, 1) === 1,
    },
    x: int8s(own.times * own.batches * own.inputs),
    scale: drawScale(real, 0.003, integer(0, 4) === 0 ? 50 : 0.05),
    zeroPoint: integer(-128, 127),
    weights: matrix(own.inputs),
    recurrent: matrix(own.units),
    hiddenScale: isUpperByte ? 2 ** (power + 8) : drawScale(real, 0.002, 0.02),
    hiddenZeroPoint: isUpperByte ? 0 : integer(-60, 60),
    power,
    hidden: cell === "gruLayer" ? undefined : maybe(() => int8s(elements)),
    state,
    mask: maybe(() => Uint8Array.from({ length: own.times * own.batches }, () => integer(0, 1))),
    wide,
  };
}

const int8 = (value: number): number => Math.min(127, Math.max(-128, value));
/** A fraction of 15 bits of a value, halves up. */
const part = (fraction: number, value: number): number => Math.floor((fraction * value + 2 ** 14) / 2 ** 15);

/** The layer by its definition in integers: values of its outputs. */
function definition(layer: Layer): number[][] {
  const { cell, times, batches, inputs, units, attributes, power } = layer;
  const zero = layer.hiddenZeroPoint;
  const hidden = Array.from(layer.hidden ?? new Int8Array(batches * units).fill(zero));
  const state = Array.from(layer.state ?? new Int16Array(batches * units));
  const unit = { lstmLayer: 2 ** -30, gruLayer: 2 ** power, rnnLayer: 2 ** -15 }[cell];
  const toHidden = fixedPoint(unit / layer.hiddenScale);
  const toCell = fixedPoint(2 ** -30 / 2 ** power);
  const narrow = (value: number): number => int8(rescaleFixed(value, toHidden) + zero);
  if (cell === "gruLayer") for (const [i, value] of state.entries()) hidden[i] = narrow(value);
  const rescaled = (
    matrix: Matrix,
    row: number,
    vector: number[],
    scale: number,
    zeroPoint: number,
  ): number => {
    const sum = vector.reduce(
      (total, v, k) => total + (v - zeroPoint) * (matrix.data[row * vector.length + k] as number),
      matrix.bias?.[row] ?? 0,
    );
    const own = matrix.scales[matrix.scales.length === 1 ? 0 : row] as number;
    return int16(rescaleFixed(sum, fixedPoint(Math.fround(scale * own) / 2 ** -12)));
  };
  const sequence = new Array<number>(times * batches * units).fill(zero);
  let previous: number[] = [];
  for (let step = 0; step < times; step++) {
    const time = attributes.backwards ? times - 1 - step : step;
    const rows = Array.from({ length: batches }, (_, b) =>
      attributes.timeMajor ? time * batches + b : b * times + time,
    );
    for (const [b, row] of rows.entries()) {
      const before = hidden.slice(b * units, (b + 1) * units);
      const x = Array.from(layer.x.subarray(row * inputs, (row + 1) * inputs));
      const ofInput = (g: number, u: number): number =>
        rescaled(layer.weights, g * units + u, x, layer.scale, layer.zeroPoint);
      const ofHidden = (g: number, u: number, vector: number[]): number =>
        rescaled(layer.recurrent, g * units + u, vector, layer.hiddenScale, zero);
      const gate = (g: number, u: number, vector = before): number =>
        3 * int16(ofInput(g, u) + ofHidden(g, u, vector));
      const isAwake = layer.mask?.[row] !== 0;
      const reset = before.map((value, u) =>
        cell === "gruLayer" ? part(logistic(gate(1, u)), value - zero) + zero : 0,
      );
      for (let u = 0; u < units && isAwake; u++) {
        const at = b * units + u;
        const old = state[at] as number;
        if (cell === "rnnLayer") hidden[at] = narrow(tanh(gate(0, u)));
        if (cell === "lstmLayer") {
          const kept = int16(rescaleFixed(logistic(gate(1, u)) * old, { multiplier: 2n ** 30n, shift: -14 }));
          const added = int16(rescaleFixed(logistic(gate(0, u)) * tanh(gate(2, u)), toCell));
          const next = int16(kept + added);
          const left = 12 + power;
          const scaled =
            left >= 0 ? next * 3 * 2 ** left : Math.floor((next * 3 + 2 ** (-left - 1)) / 2 ** -left);
          state[at] = next;
          hidden[at] = narrow(logistic(gate(3, u)) * tanh(scaled));
        }
        if (cell === "gruLayer") {
          const after = int16(ofInput(2, u) + part(logistic(gate(1, u)), ofHidden(2, u, before)));
          const n = tanh(attributes.resetAfter ? 3 * after : gate(2, u, reset));
          const inUnits = power === -15 ? n : Math.floor((n + 2 ** (power + 14)) / 2 ** (power + 15));
          const z = logistic(gate(0, u));
          const next = Math.floor((z * old + (32768 - z) * inUnits + 2 ** 14) / 2 ** 15);
          state[at] = next;
          hidden[at] = narrow(next);
        }
      }
      for (let u = 0; u < units; u++) {
        const held = attributes.masked === "held" ? (previous[b * units + u] ?? zero) : zero;
        sequence[row * units + u] = isAwake ? (hidden[b * units + u] as number) : held;
      }
    }
    previous = rows.flatMap((row) => sequence.slice(row * units, (row + 1) * units));
  }
  return [
    ...(attributes.sequence ? [sequence] : []),
    layer.wide ? state : hidden,
    ...(cell === "lstmLayer" ? [state] : []),
  ];
}

/** The node of a layer: its constants, and its activations. */
function nodeOf(layer: Layer) {
  const { cell, times, batches, inputs, units, attributes, hiddenScale, hiddenZeroPoint } = layer;
  const leading = attributes.timeMajor ? [times, batches] : [batches, times];
  const rows = gatesOf[cell] * units;
  const matrix = ({ data, scales }: Matrix, depth: number): Tensor => ({
    ...plain([rows, depth], "int8"),
    data,
    quantization: { scale: scales, zeroPoint: scales.map(() => 0), axis: 0 },
  });
  const bias = ({ bias: data }: Matrix): Tensor | undefined => data && { ...plain([rows], "int32"), data };
  const narrow = (shape: number[]): Tensor => quantized(shape, hiddenScale, hiddenZeroPoint);
  const wide = (): Tensor => quantized([batches, units], 2 ** layer.power, 0, "int16");
  const given = (data: unknown, tensor: Tensor): Tensor | undefined =>
    data === undefined ? undefined : tensor;
  const isGru = cell === "gruLayer";
  return {
    operator: cell,
    attributes,
    inputs: [
      quantized([...leading, inputs], layer.scale, layer.zeroPoint),
      matrix(layer.weights, inputs),
      matrix(layer.recurrent, units),
      bias(layer.weights),
      bias(layer.recurrent),
      isGru ? given(layer.state, wide()) : given(layer.hidden, narrow([batches, units])),
      given(layer.mask, plain(leading, "bool")),
      isGru ? undefined : given(layer.state, wide()),
      undefined,
    ],
    outputs: [
      ...(attributes.sequence ? [narrow([...leading, units])] : []),
      layer.wide ? wide() : narrow([batches, units]),
      ...(cell === "lstmLayer" ? [wide()] : []),
    ],
    activations: [
      layer.x,
      isGru ? layer.state : layer.hidden,
      layer.mask,
      isGru ? undefined : layer.state,
    ].filter((values) => values !== undefined),
  };
}

async function run(layer: Layer): Promise<number[][]> {
  const node = nodeOf(layer);
  const results = await runCase(node);
  return results.map((bytes, i) => {
    const isWide = node.outputs[i]?.dtype === "int16";
    return [
      ...(isWide ? new Int16Array(bytes.buffer as ArrayBuffer) : new Int8Array(bytes.buffer as ArrayBuffer)),
    ];
  });
}

for (const cell of cells) {
  test(`${cell}Int8 is the layer in integers, to the byte`, async () => {
    for (let seed = 0; seed < 24; seed++) {
      const layer = draw(random(seed), cell);
      assert.equal(await run(layer), definition(layer), `seed ${seed}`);
    }
  });
}

test("vectors longer than a tile holds are multiplied in parts", async () => {
  for (const cell of cells) {
    const layer = draw(random(31), cell, { times: 2, batches: 2, inputs: 261, units: 6 });
    assert.equal(await run(layer), definition(layer), cell);
  }
});

test("a layer whose rows of a gate have one scale gives the bytes of TensorFlow Lite Micro's LSTM", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const lengths = { times: 4, batches: 2, inputs: 5, units: 3 };
    const layer = draw(random(70 + seed), "lstmLayer", lengths);
    const { units, inputs, hiddenScale, hiddenZeroPoint } = layer;
    for (const own of ["hidden", "state", "mask"] as const) layer[own] = undefined;
    Object.assign(layer.attributes, { backwards: false, sequence: true });
    layer.recurrent.bias = undefined;
    layer.weights.bias ??= new Int32Array(4 * units);
    const ofGate = (g: number, { scales }: Matrix): number => scales[scales.length === 1 ? 0 : g] as number;
    const perGate = (matrix: Matrix): number[] =>
      Array.from({ length: 4 * units }, (_, row) => ofGate(Math.floor(row / units), matrix));
    const [weights, recurrent] = [layer.weights, layer.recurrent].map((matrix) => ({
      ...matrix,
      scales: perGate(matrix),
    })) as [Matrix, Matrix];
    const node = nodeOf({ ...layer, weights, recurrent });
    const gates = [0, 1, 2, 3];
    const rowsOf = (g: number, matrix: Matrix, depth: number): Tensor => ({
      ...quantized([units, depth], ofGate(g, matrix), 0),
      data: matrix.data.slice(g * units * depth, (g + 1) * units * depth),
    });
    const [sequence] = node.outputs as [Tensor];
    const start = new Int8Array(2 * units).fill(hiddenZeroPoint);
    const [expected] = await runSteps(
      {
        operator: "lstm",
        attributes: { timeMajor: layer.attributes.timeMajor, cellClip: 0, activation: "tanh" },
        inputs: [
          node.inputs[0] as Tensor,
          ...gates.map((g) => rowsOf(g, layer.weights, inputs)),
          ...gates.map((g) => rowsOf(g, layer.recurrent, units)),
          ...gates.map((g) => ({
            ...plain([units], "int32"),
            data: (layer.weights.bias as Int32Array).slice(g * units, (g + 1) * units),
          })),
        ],
        output: sequence,
        variables: [
          { ...quantized([2, units], hiddenScale, hiddenZeroPoint), data: start },
          quantized([2, units], 2 ** layer.power, 0, "int16"),
        ],
      },
      [layer.x],
    );
    const [actual] = await run({ ...layer, weights, recurrent });
    assert.equal(actual, [...new Int8Array((expected as Uint8Array).buffer as ArrayBuffer)], `seed ${seed}`);
  }
});

test("what a layer of int8 does not compute is refused, with the reason", () => {
  const refused = (cell: Cell, change: (node: ReturnType<typeof nodeOf>) => void, pattern: RegExp): void => {
    const node = nodeOf(draw(random(14), cell, { times: 2, batches: 1, inputs: 3, units: 2 }));
    change(node);
    assert.throws(
      () => operators[cell].infer({ ...node, name: "n" } as never),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
      `${pattern}`,
    );
  };
  const set = (position: number, tensor: Tensor) => (node: ReturnType<typeof nodeOf>) => {
    node.inputs[position] = tensor;
  };
  const attributes = (values: object) => (node: ReturnType<typeof nodeOf>) => {
    node.attributes = { ...node.attributes, ...values };
  };
  refused("lstmLayer", attributes({ clip: 3 }), /gates are clipped, which layers of int8 do not take/);
  refused("lstmLayer", attributes({ coupled: true }), /input and forget gate are coupled/);
  refused("rnnLayer", attributes({ activations: [logisticGate] }), /activations are others than tanh/);
  refused(
    "rnnLayer",
    attributes({ activations: [{ ...tanhGate, beta: 2 }] }),
    /activations are others than tanh/,
  );
  refused(
    "lstmLayer",
    set(8, { ...plain([6]), data: new Float32Array(6) }),
    /it has peepholes, which layers of int8 do not take/,
  );
  refused(
    "gruLayer",
    set(2, { ...plain([6, 2]), data: new Float32Array(12) }),
    /recurrent weights are 6x2 float32/,
  );
  refused("gruLayer", set(3, { ...plain([6]), data: new Float32Array(6) }), /biases are 6 float32; 6 int32/);
  refused("gruLayer", set(5, quantized([1, 2], 0.1, 0)), /initial hidden state is 1x2 int8; 1x2 int16/);
  refused(
    "lstmLayer",
    set(7, quantized([1, 2], 0.3, 0, "int16")),
    /"int16" and "int16" hold one state|scale 0.3/,
  );
  refused(
    "lstmLayer",
    set(5, quantized([1, 2], 0.3, 0)),
    /hold one state by different scales or zero points/,
  );
  refused(
    "lstmLayer",
    (node) => {
      node.inputs[7] = undefined;
      node.outputs = [...node.outputs.slice(0, -1), quantized([1, 2], 2, 0, "int16")];
    },
    /the state of int16 has scale 2; 2\^-15 to 2\^0/,
  );
});

test.run();
