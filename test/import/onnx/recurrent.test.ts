import { test } from "uvu";
import * as assert from "uvu/assert";
import { bind, type Graph } from "../../../host/graph/graph.js";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { errorOf } from "../../error-of.js";
import { random } from "../../ops/harness.js";
import { constant, type WrittenAttribute, writeOnnx } from "./onnx-writer.js";

type Numbers = Float32Array | Int32Array;
type Kind = "LSTM" | "GRU" | "RNN";

/** A tensor of a layer: its elements, its lengths, and whether it is an input of the model. */
interface Given {
  data: Numbers;
  shape: number[];
  isInput?: boolean;
}

/** A node, with its inputs by their names in ONNX's specification, in their order. */
interface Layer {
  operator: Kind;
  version: number;
  attributes: Record<string, WrittenAttribute>;
  inputs: Record<string, Given | undefined>;
  outputs: string[];
}

const dtypeOf = ({ data }: Given): "int32" | "float32" => (data instanceof Int32Array ? "int32" : "float32");

function written({ operator, version, attributes, inputs, outputs }: Layer): Uint8Array {
  const given = Object.entries(inputs);
  const present = given.flatMap(([name, tensor]) => (tensor === undefined ? [] : [{ name, tensor }]));
  const names = given.map(([name, tensor]) => (tensor === undefined ? "" : name));
  return writeOnnx({
    version,
    graph: {
      nodes: [{ operator, inputs: names, outputs, attributes }],
      constants: present
        .filter(({ tensor }) => tensor.isInput !== true)
        .map(({ name, tensor }) => constant(name, dtypeOf(tensor), tensor.shape, tensor.data)),
      inputs: present
        .filter(({ tensor }) => tensor.isInput === true)
        .map(({ name, tensor }) => ({ name, dtype: dtypeOf(tensor), shape: tensor.shape })),
      outputs: outputs.filter((name) => name !== "").map((name) => ({ name, dtype: "float32" })),
    },
  });
}

const readNothing = (): never => {
  throw new Error("a model of one file");
};
const graphOf = (layer: Layer): Promise<Graph> => importModel("layer.onnx", written(layer), readNothing);

async function run(layer: Layer): Promise<Float32Array[]> {
  const { wasm } = await buildModel(await graphOf(layer));
  const opened = openModule(wasm);
  const runner = await openRunner("node", wasm, opened);
  const inputs = Object.values(layer.inputs).filter((tensor) => tensor?.isInput === true);
  for (const [i, tensor] of inputs.entries())
    runner.writeInput(i, new Uint8Array((tensor as Given).data.buffer));
  runner.run();
  const outputs = opened.manifest.outputs.map(
    (_, i) => new Float32Array(runner.readOutput(i).slice().buffer),
  );
  runner.close();
  return outputs;
}

/** What gates are clipped to where they are. */
const clipOf = 0.5;

const gatesOf = { LSTM: 4, GRU: 3, RNN: 1 };

interface Lengths {
  times: number;
  batches: number;
  inputs: number;
  units: number;
}

const functions: Record<string, (x: number, alpha: number, beta: number) => number> = {
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: (x) => Math.tanh(x),
  Relu: (x) => Math.max(0, x),
  Affine: (x, alpha, beta) => alpha * x + beta,
  LeakyRelu: (x, alpha) => (x >= 0 ? x : alpha * x),
  ThresholdedRelu: (x, alpha) => (x >= alpha ? x : 0),
  ScaledTanh: (x, alpha, beta) => alpha * Math.tanh(beta * x),
  HardSigmoid: (x, alpha, beta) => Math.min(1, Math.max(0, alpha * x + beta)),
  Elu: (x, alpha) => (x >= 0 ? x : alpha * (Math.exp(x) - 1)),
  Softsign: (x) => x / (1 + Math.abs(x)),
  Softplus: (x) => Math.log(1 + Math.exp(x)),
};
/** How many of alpha and beta a function takes. */
const numbersOf: Record<string, [alphas: number, betas: number]> = {
  Affine: [1, 1],
  LeakyRelu: [1, 0],
  ThresholdedRelu: [1, 0],
  ScaledTanh: [1, 1],
  HardSigmoid: [1, 1],
  Elu: [1, 0],
};

/** The equations of ONNX's specification for one direction of one batch: hidden states in the order of time, the last one, the last cell. */
function direction(
  operator: Kind,
  { inputs, units }: Lengths,
  own: Record<"W" | "R" | "B" | "H" | "C" | "P", ArrayLike<number>>,
  x: number[][],
  isBackwards: boolean,
  attributes: Layer["attributes"],
  act: ((x: number) => number)[],
) {
  const [f, g, h] = act as [(x: number) => number, (x: number) => number, (x: number) => number];
  const rows = gatesOf[operator] * units;
  const clip = (value: number): number =>
    attributes.clip === undefined ? value : Math.min(clipOf, Math.max(-clipOf, value));
  const product = (matrix: ArrayLike<number>, row: number, vector: readonly number[]): number =>
    vector.reduce((sum, value, i) => sum + value * (matrix[row * vector.length + i] as number), 0);
  let [hidden, cell] = [Array.from(own.H), Array.from(own.C)];
  const states: number[][] = x.map(() => []);
  const order = isBackwards ? [...x.keys()].reverse() : [...x.keys()];
  for (const t of order) {
    const xt = x[t] as number[];
    assert.is(xt.length, inputs);
    const wx = (gate: number, u: number): number =>
      product(own.W, gate * units + u, xt) + (own.B[gate * units + u] as number);
    const rh = (gate: number, u: number, vector = hidden): number =>
      product(own.R, gate * units + u, vector) + (own.B[rows + gate * units + u] as number);
    const units_ = [...Array(units).keys()];
    if (operator === "RNN") hidden = units_.map((u) => f(clip(wx(0, u) + rh(0, u))));
    if (operator === "GRU") {
      const [z, r] = [0, 1].map((gate) => units_.map((u) => f(clip(wx(gate, u) + rh(gate, u))))) as [
        number[],
        number[],
      ];
      const reset = hidden.map((value, u) => value * (r[u] as number));
      const n = units_.map((u) =>
        g(
          clip(
            attributes.linear_before_reset === 1
              ? wx(2, u) + (r[u] as number) * rh(2, u)
              : wx(2, u) + rh(2, u, reset),
          ),
        ),
      );
      hidden = units_.map(
        (u) => (1 - (z[u] as number)) * (n[u] as number) + (z[u] as number) * (hidden[u] as number),
      );
    }
    if (operator === "LSTM") {
      // ONNX's order: input, output, forget, cell; peepholes of the first three.
      const sum = (gate: number, u: number): number => wx(gate, u) + rh(gate, u);
      const peep = (gate: number, u: number, c: readonly number[]): number =>
        (own.P[gate * units + u] as number) * (c[u] as number);
      const i = units_.map((u) => f(clip(sum(0, u) + peep(0, u, cell))));
      const forget = units_.map((u) =>
        attributes.input_forget === 1 ? 1 - (i[u] as number) : f(clip(sum(2, u) + peep(2, u, cell))),
      );
      const candidate = units_.map((u) => g(clip(sum(3, u))));
      const next = units_.map(
        (u) => (forget[u] as number) * (cell[u] as number) + (i[u] as number) * (candidate[u] as number),
      );
      const o = units_.map((u) => f(clip(sum(1, u) + peep(1, u, next))));
      [cell, hidden] = [next, units_.map((u) => (o[u] as number) * h(next[u] as number))];
    }
    states[t] = hidden;
  }
  return { states, hidden, cell };
}

/** A layer with whatever it may have, and what its outputs are. */
function draw(seed: number, operator: Kind) {
  const { integer, real } = random(seed);
  const lengths = {
    times: integer(1, 4),
    batches: integer(1, 3),
    inputs: integer(1, 4),
    units: integer(1, 5),
  };
  const { times, batches, inputs, units } = lengths;
  const way = (["forward", "reverse", "bidirectional"] as const)[integer(0, 2)] as string;
  const directions = way === "bidirectional" ? 2 : 1;
  const layout = integer(0, 1);
  const rows = gatesOf[operator] * units;
  const tensor = (...shape: number[]): Given => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => real() * 2 - 1),
  });
  const maybe = <T>(value: () => T): T | undefined => (integer(0, 1) === 1 ? value() : undefined);
  const state = (): Given => ({
    ...tensor(...(layout === 1 ? [batches, directions, units] : [directions, batches, units])),
    isInput: integer(0, 1) === 1,
  });
  const given = {
    X: { ...tensor(...(layout === 1 ? [batches, times, inputs] : [times, batches, inputs])), isInput: true },
    W: tensor(directions, rows, inputs),
    R: tensor(directions, rows, units),
    B: maybe(() => tensor(directions, 2 * rows)),
    sequence_lens: maybe(
      (): Given => ({
        shape: [batches],
        data: Int32Array.from({ length: batches }, () => integer(1, times)),
        isInput: integer(0, 1) === 1,
      }),
    ),
    initial_h: maybe(state),
    ...(operator === "LSTM"
      ? { initial_c: maybe(state), P: maybe(() => tensor(directions, 3 * units)) }
      : {}),
  } as Record<string, Given | undefined>;
  const perDirection = { LSTM: 3, GRU: 2, RNN: 1 }[operator];
  const defaults = Array.from({ length: directions }, () =>
    ["Sigmoid", "Tanh", "Tanh"].slice(operator === "RNN" ? 1 : 0, operator === "RNN" ? 2 : perDirection),
  ).flat();
  const names = maybe(() =>
    defaults.map(() => Object.keys(functions)[integer(0, Object.keys(functions).length - 1)] as string),
  );
  const [alphas, betas]: [number[], number[]] = [[], []];
  const act = (names ?? defaults).map((name) => {
    const [takesAlpha, takesBeta] = numbersOf[name] ?? [0, 0];
    const [alpha, beta] = [Math.fround(0.2 + real() / 2), Math.fround(0.2 + real() / 2)];
    if (takesAlpha === 1) alphas.push(alpha);
    if (takesBeta === 1) betas.push(beta);
    return (x: number): number =>
      (functions[name] as NonNullable<(typeof functions)[string]>)(x, alpha, beta);
  });
  const attributes: Layer["attributes"] = {
    hidden_size: units,
    direction: way,
    ...(layout === 1 ? { layout } : {}),
    ...(names === undefined ? {} : { activations: { texts: names } }),
    ...(alphas.length === 0 ? {} : { activation_alpha: { floats: alphas } }),
    ...(betas.length === 0 ? {} : { activation_beta: { floats: betas } }),
    ...(integer(0, 2) === 0 ? { clip: { float: clipOf } } : {}),
    ...(operator === "LSTM" && integer(0, 2) === 0 ? { input_forget: 1 } : {}),
    ...(operator === "GRU" && integer(0, 1) === 0 ? { linear_before_reset: 1 } : {}),
  };
  const outputs = ["Y", "Y_h", ...(operator === "LSTM" ? ["Y_c"] : [])].map((name): string =>
    integer(0, 3) === 0 ? "" : name,
  );
  if (!outputs.some((name) => name !== "")) outputs[1] = "Y_h";
  const version = layout === 1 ? 14 : ([7, 14, 22][integer(0, 2)] as number);
  const layer: Layer = { operator, version, attributes, inputs: given, outputs };
  return { layer, lengths, layout, directions, way, act, perDirection };
}

function expectedOf({ layer, lengths, layout, directions, way, act, perDirection }: ReturnType<typeof draw>) {
  const { times, batches, inputs, units } = lengths;
  const rows = gatesOf[layer.operator] * units;
  const dataOf = (name: string): ArrayLike<number> | undefined => layer.inputs[name]?.data;
  const Y = new Array<number>(times * directions * batches * units).fill(0);
  const [Y_h, Y_c] = [0, 1].map(() => new Array<number>(directions * batches * units).fill(0)) as [
    number[],
    number[],
  ];
  for (let d = 0; d < directions; d++) {
    for (let b = 0; b < batches; b++) {
      const length = dataOf("sequence_lens")?.[b] ?? times;
      const x = Array.from({ length }, (_, t) =>
        Array.from(
          { length: inputs },
          (_, i) =>
            dataOf("X")?.[
              ((layout === 1 ? b * times + t : t * batches + b) * inputs + i) as number
            ] as number,
        ),
      );
      const part = (name: string, count: number): ArrayLike<number> =>
        Array.from({ length: count }, (_, i) => dataOf(name)?.[d * count + i] ?? 0);
      const stateAt = (layout === 1 ? b * directions + d : d * batches + b) * units;
      const start = (name: string): number[] =>
        Array.from({ length: units }, (_, u) => dataOf(name)?.[stateAt + u] ?? 0);
      const { states, hidden, cell } = direction(
        layer.operator,
        lengths,
        {
          W: part("W", rows * inputs),
          R: part("R", rows * units),
          B: part("B", 2 * rows),
          P: part("P", 3 * units),
          H: start("initial_h"),
          C: start("initial_c"),
        },
        x,
        way === "reverse" || d === 1,
        layer.attributes,
        act.slice(d * perDirection, (d + 1) * perDirection),
      );
      for (let u = 0; u < units; u++) {
        Y_h[stateAt + u] = hidden[u] as number;
        Y_c[stateAt + u] = cell[u] as number;
        for (const [t, values] of states.entries()) {
          const row = layout === 1 ? (b * times + t) * directions + d : (t * directions + d) * batches + b;
          Y[row * units + u] = values[u] as number;
        }
      }
    }
  }
  return layer.outputs.flatMap((name) => (name === "" ? [] : [{ Y, Y_h, Y_c }[name] as number[]]));
}

for (const operator of ["LSTM", "GRU", "RNN"] as const) {
  test(`${operator} is what ONNX's equations say, in all directions and layouts`, async () => {
    for (let seed = 0; seed < 25; seed++) {
      const drawn = draw(seed, operator);
      const expected = expectedOf(drawn);
      const actual = await run(drawn.layer);
      assert.is(actual.length, expected.length);
      for (const [i, values] of expected.entries()) {
        assert.is(actual[i]?.length, values.length, `seed ${seed}`);
        for (const [at, value] of values.entries()) {
          const error = Math.abs((actual[i]?.[at] as number) - value);
          assert.ok(error <= 1e-4 * Math.max(1, Math.abs(value)), `seed ${seed}, output ${i}, element ${at}`);
        }
      }
    }
  });
}

test("a sequence of 1000 times is one node, which stores no hidden states that nothing asks for", async () => {
  const tensor = (...shape: number[]): Given => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)),
  });
  const graph = await graphOf({
    operator: "LSTM",
    version: 14,
    attributes: { hidden_size: 8 },
    inputs: { X: { ...tensor(1000, 1, 4), isInput: true }, W: tensor(1, 32, 4), R: tensor(1, 32, 8) },
    outputs: ["", "Y_h"],
  });
  const layers = graph.nodes.filter(({ operator }) => operator === "lstmLayer");
  assert.is(layers.length, 1);
  const { outputs } = bind(graph, layers[0] as Graph["nodes"][number]);
  assert.equal(
    outputs.map(({ shape }) => shape),
    [
      [1, 8],
      [1, 8],
    ],
  );
});

test("what has no meaning is refused, with the reason", async () => {
  const refused = async (change: (layer: Layer) => void, pattern: RegExp): Promise<void> => {
    const tensor = (...shape: number[]): Given => ({
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b)),
    });
    const layer: Layer = {
      operator: "GRU",
      version: 14,
      attributes: { hidden_size: 2 },
      inputs: { X: { ...tensor(3, 1, 2), isInput: true }, W: tensor(1, 6, 2), R: tensor(1, 6, 2) },
      outputs: ["Y", ""],
    };
    change(layer);
    const error = await errorOf(graphOf(layer));
    assert.is(error.code, "model-unsupported");
    assert.match(error.message, pattern);
  };
  const zeros = (...shape: number[]): Given => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)),
  });
  await refused(({ attributes }) => {
    attributes.direction = "sideways";
  }, /direction is sideways; forward, reverse or bidirectional is expected/);
  await refused(({ attributes }) => {
    attributes.direction = "bidirectional";
  }, /W has 1 directions; 2 are expected of bidirectional/);
  await refused(({ attributes }) => {
    attributes.activations = { texts: ["Sigmoid", "Cube"] };
  }, /activation Cube is none of sigmoid, tanh/);
  await refused(({ attributes }) => {
    attributes.activations = { texts: ["Sigmoid"] };
  }, /1 activations; 2 are expected/);
  await refused(({ inputs }) => {
    inputs.W = { ...zeros(1, 6, 2), isInput: true };
  }, /weights must be constant/);
  await refused(({ inputs }) => {
    inputs.W = zeros(1, 7, 2);
  }, /7 rows of weights do not part into 3 gates/);
  await refused(({ inputs }) => {
    inputs.B = zeros(1, 7);
  }, /B has 7 numbers of a direction; 12 are expected/);
  await refused(({ attributes }) => {
    attributes.hidden_size = 3;
  }, /hidden_size is 3; R has 2 units/);
  await refused(({ inputs }) => {
    inputs.B = undefined;
    inputs.sequence_lens = zeros(1);
  }, /sequence_lens is 1 float32; one int32 for each batch is expected/);
  await refused(({ inputs }) => {
    inputs.X = { ...zeros(1, 1, 2), shape: [2 ** 30, 1, 2], isInput: true };
    inputs.B = undefined;
    inputs.sequence_lens = { data: Int32Array.of(1), shape: [1] };
  }, /1073741824/);
});

test.run();
