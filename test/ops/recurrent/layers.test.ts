import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { realValues } from "../../../host/numerics/real-values.js";
import { type GateActivation, logisticGate, tanhGate } from "../../../host/ops/recurrent/gate-activation.js";
import { gruLayer, lstmLayer, rnnLayer } from "../../../host/ops/recurrent/layers.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

type Source = ReturnType<typeof random>;
type Cell = "lstmLayer" | "gruLayer" | "rnnLayer";

const operators = { lstmLayer, gruLayer, rnnLayer };
const gatesOf = { lstmLayer: 4, gruLayer: 3, rnnLayer: 1 };
const functionsOf = { lstmLayer: 3, gruLayer: 2, rnnLayer: 1 };

/** Weights as they are stored: with a scale for each row, or for all of them, where they are integers. */
interface Matrix {
  data: Float32Array | Int8Array;
  scale?: number[];
  stored?: "float16" | "int4";
}

/** A layer, with whatever it may have. */
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
    activations: GateActivation[];
    coupled: boolean;
    resetAfter: boolean;
  };
  x: Float32Array;
  weights: Matrix;
  recurrent: Matrix;
  bias?: Float32Array;
  recurrentBias?: Float32Array;
  hidden?: Float32Array;
  mask?: Uint8Array;
  initialCell?: Float32Array;
  peepholes?: Float32Array;
}

const floats = ({ real }: Source, count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, () => (real() - 0.5) * 2 * scale);

type Storage = "float32" | "float16" | "int8" | "int4";

/** Weights of float32 with some zeros at the ends of their bits, or integers. */
function drawMatrix(source: Source, storage: Storage, rows: number, depth: number): Matrix {
  const size = 1 / Math.sqrt(depth);
  if (storage === "float32") return { data: floats(source, rows * depth, size) };
  if (storage === "float16") {
    const data = floats(source, rows * depth, size).map((value) => Math.round(value * 1024) / 1024);
    return { data, stored: storage };
  }
  const most = storage === "int8" ? 127 : 7;
  const scales = floats(source, source.integer(0, 1) === 0 ? 1 : rows, size / most).map(Math.abs);
  const data = Int8Array.from({ length: rows * depth }, () => source.integer(-most, most));
  return { data, scale: [...scales], ...(storage === "int4" && { stored: storage }) };
}

function draw(
  source: Source,
  cell: Cell,
  activations: readonly GateActivation[],
  lengths = {},
  storages: readonly [Storage, Storage] = ["float32", "float32"],
): Layer {
  const { integer } = source;
  const [times, batches, inputs, units] = [integer(1, 5), integer(1, 3), integer(1, 9), integer(1, 9)];
  const own = { times, batches, inputs, units, ...lengths };
  const maybe = <T>(value: () => T): T | undefined => (integer(0, 1) === 1 ? value() : undefined);
  const rows = gatesOf[cell] * own.units;
  const state = own.batches * own.units;
  const isLstm = cell === "lstmLayer";
  const layer = {
    cell,
    ...own,
    attributes: {
      timeMajor: integer(0, 1) === 1,
      backwards: integer(0, 1) === 1,
      sequence: integer(0, 3) > 0,
      masked: integer(0, 1) === 1 ? ("zero" as const) : ("held" as const),
      clip: integer(0, 2) === 0 ? 0.75 : 0,
      activations: Array.from(
        { length: functionsOf[cell] },
        () => activations[integer(0, activations.length - 1)] as GateActivation,
      ),
      coupled: isLstm && integer(0, 3) === 0,
      resetAfter: cell === "gruLayer" && integer(0, 1) === 1,
    },
    x: floats(source, own.times * own.batches * own.inputs),
    weights: drawMatrix(source, storages[0], rows, own.inputs),
    recurrent: drawMatrix(source, storages[1], rows, own.units),
    bias: maybe(() => floats(source, rows)),
    recurrentBias: maybe(() => floats(source, rows)),
    hidden: maybe(() => floats(source, state)),
    mask: maybe(() => Uint8Array.from({ length: own.times * own.batches }, () => integer(0, 1))),
    initialCell: isLstm ? maybe(() => floats(source, state)) : undefined,
    peepholes: isLstm ? maybe(() => floats(source, 3 * own.units)) : undefined,
  };
  return layer as Layer;
}

/** A gate's function in float32, where that takes basic operations alone; else in doubles. */
function apply({ name, alpha, beta }: GateActivation, x: number, f: (x: number) => number): number {
  switch (name) {
    case "logistic":
      return 1 / (1 + Math.exp(-x));
    case "tanh":
      return alpha * Math.tanh(beta * x);
    case "affine":
      return f(f(alpha * x) + beta);
    case "relu":
      return Math.max(x, 0);
    case "hard-sigmoid":
      return Math.min(Math.max(f(f(alpha * x) + beta), 0), 1);
    case "leaky-relu":
      return x < 0 ? f(alpha * x) : x;
    case "thresholded-relu":
      return x < alpha ? 0 : x;
    case "softsign":
      return f(x / f(1 + Math.abs(x)));
    case "elu":
      return beta * (x < 0 ? alpha * (Math.exp(x) - 1) : x);
    case "softplus":
      return Math.log(1 + Math.exp(x));
  }
}

/** The layer by its definition: `f` rounds what each operation gives. */
function definition(layer: Layer, f: (x: number) => number): number[][] {
  const { times, batches, inputs, units, attributes, cell: kind } = layer;
  const sequence = new Array<number>(times * batches * units).fill(0);
  const hidden = Array.from(layer.hidden ?? new Float32Array(batches * units));
  const cell = Array.from(layer.initialCell ?? new Float32Array(batches * units));
  const limited = (value: number): number =>
    attributes.clip > 0 ? Math.min(attributes.clip, Math.max(-attributes.clip, value)) : value;
  const through = (i: number, value: number): number =>
    apply(attributes.activations[i] as GateActivation, value, f);
  const add = (sum: number, { data, scale }: Matrix, row: number, vector: number[]): number => {
    const step = scale === undefined ? 1 : (scale[scale.length === 1 ? 0 : row] as number);
    const at = (k: number): number => data[row * vector.length + k] as number;
    if (scale === undefined) return vector.reduce((total, v, k) => f(total + f(v * f(step * at(k)))), sum);
    let total = sum;
    for (let from = 0; from < vector.length; from += 256) {
      const part = vector.slice(from, from + 256);
      total = f(total + f(step * part.reduce((own, v, k) => f(own + f(v * at(from + k))), 0)));
    }
    return total;
  };
  let previous: number[] = [];
  for (let step = 0; step < times; step++) {
    const time = attributes.backwards ? times - 1 - step : step;
    const rows = Array.from({ length: batches }, (_, b) =>
      attributes.timeMajor ? time * batches + b : b * times + time,
    );
    for (const [b, row] of rows.entries()) {
      const state = hidden.slice(b * units, (b + 1) * units);
      const x = Array.from(layer.x.subarray(row * inputs, (row + 1) * inputs));
      const biases = (r: number): [number, number] => [layer.bias?.[r] ?? 0, layer.recurrentBias?.[r] ?? 0];
      const full = (gate: number, u: number, vector: number[]): number => {
        const r = gate * units + u;
        const [own, other] = biases(r);
        return add(add(f(own + other), layer.weights, r, x), layer.recurrent, r, vector);
      };
      const at = (u: number): number => b * units + u;
      const isAwake = layer.mask?.[row] !== 0;
      if (isAwake && kind === "rnnLayer") {
        for (let u = 0; u < units; u++) hidden[at(u)] = through(0, limited(full(0, u, state)));
      }
      if (isAwake && kind === "gruLayer") {
        const gate = (g: number, u: number): number => through(0, limited(full(g, u, state)));
        const reset = state.map((h, u) => f(gate(1, u) * h));
        for (let u = 0; u < units; u++) {
          const r = 2 * units + u;
          const [own, other] = biases(r);
          const after = f(
            add(own, layer.weights, r, x) + f(gate(1, u) * add(other, layer.recurrent, r, state)),
          );
          const n = through(1, limited(attributes.resetAfter ? after : full(2, u, reset)));
          const z = gate(0, u);
          hidden[at(u)] = f(f(f(1 - z) * n) + f(z * (state[u] as number)));
        }
      }
      if (isAwake && kind === "lstmLayer") {
        const peep = (sum: number, p: number, u: number): number =>
          layer.peepholes === undefined
            ? sum
            : f(sum + f((layer.peepholes[p * units + u] as number) * (cell[at(u)] as number)));
        for (let u = 0; u < units; u++) {
          const i = through(0, limited(peep(full(0, u, state), 0, u)));
          const forget = attributes.coupled ? f(1 - i) : through(0, limited(peep(full(1, u, state), 1, u)));
          const g = through(1, limited(full(2, u, state)));
          cell[at(u)] = f(f(forget * (cell[at(u)] as number)) + f(i * g));
          const o = through(0, limited(peep(full(3, u, state), 2, u)));
          hidden[at(u)] = f(o * through(2, cell[at(u)] as number));
        }
      }
      for (let u = 0; u < units; u++) {
        const held = attributes.masked === "held" ? (previous[at(u)] ?? 0) : 0;
        sequence[row * units + u] = isAwake ? (hidden[at(u)] as number) : held;
      }
    }
    previous = rows.flatMap((row) => sequence.slice(row * units, (row + 1) * units));
  }
  return [...(attributes.sequence ? [sequence] : []), hidden, ...(kind === "lstmLayer" ? [cell] : [])];
}

/** The node of a layer: its constants, and its activations. */
function nodeOf(layer: Layer) {
  const { cell, times, batches, inputs, units, attributes } = layer;
  const leading = attributes.timeMajor ? [times, batches] : [batches, times];
  const rows = gatesOf[cell] * units;
  const constant = (data: Float32Array | undefined, shape: number[]): Tensor | undefined =>
    data && { ...plain(shape), data };
  const matrix = ({ data, scale, stored }: Matrix, shape: number[]): Tensor => ({
    ...plain(shape, scale === undefined ? "float32" : "int8"),
    data,
    ...(scale && { quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 } }),
    ...(stored && { stored }),
  });
  const given = (data: unknown, tensor: Tensor): Tensor | undefined =>
    data === undefined ? undefined : tensor;
  const tensors = [
    plain([...leading, inputs]),
    matrix(layer.weights, [rows, inputs]),
    matrix(layer.recurrent, [rows, units]),
    constant(layer.bias, [rows]),
    constant(layer.recurrentBias, [rows]),
    given(layer.hidden, plain([batches, units])),
    given(layer.mask, plain(leading, "bool")),
    given(layer.initialCell, plain([batches, units])),
    constant(layer.peepholes, [3 * units]),
  ];
  const values = [
    layer.x,
    ...tensors.slice(1, 3).map((tensor) => realValues(tensor as Tensor)),
    layer.bias,
    layer.recurrentBias,
    layer.hidden,
    layer.mask,
    layer.initialCell,
    layer.peepholes,
  ];
  const bound = { name: "n", attributes, inputs: tensors, outputs: [] };
  const outputs = operators[cell].infer(bound as never).map(({ shape, dtype }) => plain(shape, dtype));
  const activations = values.filter((value, i) => value !== undefined && tensors[i]?.data === undefined);
  return { operator: cell, attributes, inputs: tensors, outputs, values, activations };
}

async function run(layer: Layer): Promise<number[][]> {
  const node = nodeOf(layer);
  const results = await runCase({ ...node, activations: node.activations as ArrayBufferView[] });
  return results.map((bytes) => [...new Float32Array(bytes.buffer as ArrayBuffer)]);
}

const exact: readonly GateActivation[] = [
  { name: "affine", alpha: 0.7, beta: -0.1 },
  { name: "relu", alpha: 0, beta: 0 },
  { name: "hard-sigmoid", alpha: 0.3, beta: 0.4 },
  { name: "leaky-relu", alpha: -0.2, beta: 0 },
  { name: "thresholded-relu", alpha: 0.1, beta: 0 },
  { name: "softsign", alpha: 0, beta: 0 },
].map((each) => ({
  ...each,
  alpha: Math.fround(each.alpha),
  beta: Math.fround(each.beta),
})) as GateActivation[];

const curves: readonly GateActivation[] = [
  logisticGate,
  tanhGate,
  { name: "tanh", alpha: 0.8, beta: 0.6 },
  { name: "elu", alpha: 0.5, beta: 1.25 },
  { name: "softplus", alpha: 0, beta: 0 },
];

const cells: readonly Cell[] = ["lstmLayer", "gruLayer", "rnnLayer"];

for (const cell of cells) {
  test(`${cell}Float32 is the layer to the bit, with functions of basic operations`, async () => {
    for (let seed = 0; seed < 24; seed++) {
      const layer = draw(random(seed), cell, exact);
      assert.equal(await run(layer), definition(layer, Math.fround), `seed ${seed}`);
    }
  });

  test(`${cell}Float32 and the reference are the layer, with all functions`, async () => {
    for (let seed = 0; seed < 16; seed++) {
      const layer = draw(random(100 + seed), cell, [...exact, ...curves]);
      const expected = definition(layer, (x) => x);
      const { values, ...node } = nodeOf(layer);
      const reference = operators[cell].reference({ ...node, name: "n" } as never, values as never);
      const actual = await run(layer);
      assert.is(actual.length, expected.length);
      for (const [i, output] of expected.entries()) {
        for (const [at, value] of output.entries()) {
          const bound = 1e-5 * Math.max(1, Math.abs(value));
          assert.ok(
            Math.abs((actual[i]?.[at] as number) - value) < bound,
            `seed ${seed}, output ${i}, ${at}: kernel`,
          );
          assert.ok(
            Math.abs((reference[i]?.[at] as number) - value) < bound,
            `seed ${seed}, output ${i}, ${at}: reference`,
          );
        }
      }
    }
  });
}

test("weights of int8, int4 and float16 with float32 activations are the layer to the bit", async () => {
  const pairs: [Storage, Storage][] = [
    ["int8", "int8"],
    ["int8", "float32"],
    ["float32", "int8"],
    ["int4", "int8"],
    ["int8", "int4"],
    ["float16", "float16"],
    ["int8", "int8"],
  ];
  for (const cell of cells) {
    for (const [i, storages] of pairs.entries()) {
      const lengths = i === 6 ? { times: 2, batches: 2, inputs: 259, units: 6 } : {};
      const layer = draw(random(200 + i), cell, exact, lengths, storages);
      assert.equal(await run(layer), definition(layer, Math.fround), `${cell} ${storages}`);
    }
  }
});

test("vectors longer than a tile holds are added in parts, to the same bits", async () => {
  const lengths = { times: 2, batches: 2, inputs: 515, units: 261 };
  for (const cell of cells) {
    const layer = draw(random(3), cell, exact, lengths);
    assert.equal(await run(layer), definition(layer, Math.fround), cell);
  }
});

test("a NaN that arithmetic gives is the canonical one in state and sequence on every engine", async () => {
  const lengths = { times: 2, batches: 1, inputs: 2, units: 1 };
  const layer = draw(random(5), "rnnLayer", [{ name: "affine", alpha: 1, beta: 0 }], lengths);
  delete layer.mask;
  layer.attributes.clip = 0;
  layer.x.fill(Number.POSITIVE_INFINITY);
  layer.weights.data.set([1, -1]);
  const { activations, ...node } = nodeOf(layer);
  const results = await runCase({ ...node, activations: activations as ArrayBufferView[] });
  for (const bytes of results)
    for (const bits of new Uint32Array(bytes.buffer as ArrayBuffer)) assert.is(bits, 0x7fc00000);
});

test("what a layer cannot be is refused, with the reason", () => {
  const refused = (change: (layer: ReturnType<typeof nodeOf>) => void, pattern: RegExp): void => {
    const layer = draw(random(11), "gruLayer", [tanhGate], { times: 3, batches: 1, inputs: 2, units: 2 });
    const { values: _, activations: __, ...node } = nodeOf(layer);
    change(node as never);
    assert.throws(
      () => gruLayer.infer({ ...node, name: "n" } as never),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
      `${pattern}`,
    );
  };
  const set = (position: number, tensor: Tensor) => (node: ReturnType<typeof nodeOf>) => {
    (node.inputs as (Tensor | undefined)[])[position] = tensor;
  };
  const zeros = (shape: number[]): Tensor => ({
    ...plain(shape),
    data: new Float32Array(elementCount(shape)),
  });
  refused(set(0, plain([1, 3])), /input has rank 2; 3 is expected/);
  refused(set(0, plain([1, 3, 2], "int32")), /input is int32; int8 or float32 is expected/);
  refused(set(1, plain([6, 2])), /weights must be constant/);
  refused(set(1, zeros([6, 3])), /weights are 6x3 float32; 6x2 float32 or int8 is expected/);
  const integers = (shape: number[], count: number, zeroPoint: number): Tensor => ({
    ...plain(shape, "int8"),
    data: new Int8Array(elementCount(shape)),
    quantization: { scale: Array(count).fill(0.1), zeroPoint: Array(count).fill(zeroPoint), axis: 0 },
  });
  refused(set(1, integers([6, 2], 4, 0)), /weights have 4 scales; 1 or 6 are expected/);
  refused(set(2, integers([6, 2], 6, 3)), /recurrent weights have zero point 3; 0 is expected/);
  refused(set(3, zeros([5])), /biases are 5 float32; 6 float32/);
  refused(set(5, plain([2, 2])), /the initial hidden state is 2x2 float32; 1x2 float32 is expected/);
  refused(set(6, plain([3, 3], "bool")), /the mask is 3x3 bool/);
  refused(set(7, plain([1, 2])), /cell is given to a layer that has none/);
  refused((node) => {
    node.attributes.clip = -1;
  }, /gates are clipped to -1/);
  refused((node) => {
    node.attributes.activations = [tanhGate];
  }, /1 activations; 2 are expected/);
  refused((node) => {
    node.attributes.activations = [tanhGate, { name: "affine", alpha: Number.NaN, beta: 0 }];
  }, /activation affine has alpha NaN/);
});

test.run();
