import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { validateGraph } from "../../host/graph/validate.js";
import { requireGraph } from "../../host/import/imported.js";
import { buildGraph } from "../../host/import/keras/build-graph.js";
import type { KerasWeight } from "../../host/import/keras/container.js";
import { initialState, runFloat } from "../../host/quantize/float-executor.js";
import { refusalsOf } from "../error-of.js";
import { random } from "../ops/harness.js";

type Config = Record<string, unknown>;
type Kind = "LSTM" | "GRU" | "SimpleRNN";
type Version = 2 | 3;
type Vector = readonly number[];

const gatesOf = { LSTM: 4, GRU: 3, SimpleRNN: 1 };
const statesOf = { LSTM: 2, GRU: 1, SimpleRNN: 1 };

/** Keras's functions of gates. */
const functions: Record<string, (x: number, version: Version) => number> = {
  linear: (x) => x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: (x) => Math.tanh(x),
  relu: (x) => Math.max(0, x),
  hard_sigmoid: (x, version) => Math.min(1, Math.max(0, version === 2 ? 0.2 * x + 0.5 : x / 6 + 0.5)),
  elu: (x) => (x >= 0 ? x : Math.exp(x) - 1),
  selu: (x) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1)),
  softplus: (x) => Math.log(1 + Math.exp(x)),
  softsign: (x) => x / (1 + Math.abs(x)),
};

/** A cell with its weights as Keras has them: kernels [inputs, gates * units]. */
interface Cell {
  kind: Kind;
  units: number;
  inputs: number;
  activation: string;
  recurrent: string;
  resetAfter: boolean;
  kernel: number[];
  recurrentKernel: number[];
  bias: number[] | undefined;
}

type Source = ReturnType<typeof random>;
const numbers = ({ real }: Source, count: number): number[] =>
  Array.from({ length: count }, () => Math.fround(real() * 2 - 1));
const oneOf = <T>({ integer }: Source, choices: readonly T[]): T =>
  choices[integer(0, choices.length - 1)] as T;

function drawCell(source: Source, inputs: number, units = source.integer(1, 4)): Cell {
  const kind = oneOf(source, ["LSTM", "GRU", "SimpleRNN"] as const);
  const rows = gatesOf[kind] * units;
  const resetAfter = kind === "GRU" && source.integer(0, 1) === 1;
  return {
    kind,
    units,
    inputs,
    activation: oneOf(source, ["tanh", "tanh", ...Object.keys(functions)]),
    recurrent: oneOf(source, ["sigmoid", "hard_sigmoid"]),
    resetAfter,
    kernel: numbers(source, inputs * rows),
    recurrentKernel: numbers(source, units * rows),
    bias: source.integer(0, 3) === 0 ? undefined : numbers(source, (resetAfter ? 2 : 1) * rows),
  };
}

/** One step of a cell by Keras's equations: its new states. */
function stepOf(cell: Cell, x: Vector, states: readonly Vector[], version: Version): number[][] {
  const { kind, units, kernel, recurrentKernel, bias, resetAfter } = cell;
  const width = gatesOf[kind] * units;
  const act = (v: number): number => (functions[cell.activation] as (typeof functions)[string])(v, version);
  const gate = (v: number): number => (functions[cell.recurrent] as (typeof functions)[string])(v, version);
  const product = (matrix: Vector, vector: Vector, column: number): number =>
    vector.reduce((sum, value, i) => sum + value * (matrix[i * width + column] as number), 0);
  const [h, c] = states as [Vector, Vector];
  const each = (f: (u: number) => number): number[] => Array.from({ length: units }, (_, u) => f(u));
  const own = (g: number, u: number): number =>
    product(kernel, x, g * units + u) + (bias?.[g * units + u] ?? 0);
  const recurrent = (g: number, u: number, vector = h): number =>
    product(recurrentKernel, vector, g * units + u) + (resetAfter ? (bias?.[width + g * units + u] ?? 0) : 0);
  const both = (g: number, u: number): number => own(g, u) + recurrent(g, u);
  if (kind === "SimpleRNN") return [each((u) => act(both(0, u)))];
  if (kind === "GRU") {
    const [z, r] = [each((u) => gate(both(0, u))), each((u) => gate(both(1, u)))];
    const reset = h.map((value, u) => value * (r[u] as number));
    const n = each((u) =>
      act(own(2, u) + (resetAfter ? (r[u] as number) * recurrent(2, u) : recurrent(2, u, reset))),
    );
    return [each((u) => (z[u] as number) * (h[u] as number) + (1 - (z[u] as number)) * (n[u] as number))];
  }
  const next = each((u) => gate(both(1, u)) * (c[u] as number) + gate(both(0, u)) * act(both(2, u)));
  return [each((u) => gate(both(3, u)) * act(next[u] as number)), next];
}

/** What a layer does with one batch's sequence, in the order in which it does. */
interface Options {
  goBackwards: boolean;
  zeroOutputs: boolean;
  version: Version;
  mask?: readonly boolean[] | undefined;
}

function walk(cells: readonly Cell[], x: readonly Vector[], start: readonly Vector[], options: Options) {
  const order = options.goBackwards ? [...x.keys()].reverse() : [...x.keys()];
  let states = start.map((state) => [...state]);
  const outputs: number[][] = [];
  for (const t of order) {
    const before = outputs.at(-1) ?? Array.from({ length: cells.at(-1)?.units ?? 0 }, () => 0);
    if (options.mask?.[t] === false) {
      outputs.push(options.zeroOutputs ? before.map(() => 0) : before);
      continue;
    }
    let current: Vector = x[t] as Vector;
    const next: number[][] = [];
    for (const cell of cells) {
      const made = stepOf(
        cell,
        current,
        states.slice(next.length, next.length + statesOf[cell.kind]),
        options.version,
      );
      next.push(...made);
      current = made[0] as Vector;
    }
    states = next;
    outputs.push([...current]);
  }
  return { outputs, states };
}

const cellConfig = (cell: Cell): Config => ({
  units: cell.units,
  activation: cell.activation,
  use_bias: cell.bias !== undefined,
  ...(cell.kind === "SimpleRNN" ? {} : { recurrent_activation: cell.recurrent }),
  ...(cell.kind === "GRU" ? { reset_after: cell.resetAfter } : {}),
});

/** Weights of a cell under a path; by position, as archives of Keras 3 have them, or by name. */
function put(weights: Map<string, KerasWeight>, path: string, cell: Cell, byPosition: boolean): void {
  const rows = gatesOf[cell.kind] * cell.units;
  const add = (position: number, name: string, shape: number[], values: number[]): void => {
    const full = `${path}/${byPosition ? position : name}`;
    weights.set(full, { shape, values: Float32Array.from(values), listedUnder: "layer" });
  };
  add(0, "kernel", [cell.inputs, rows], cell.kernel);
  add(1, "recurrent_kernel", [cell.units, rows], cell.recurrentKernel);
  if (cell.bias !== undefined) add(2, "bias", cell.resetAfter ? [2, rows] : [rows], cell.bias);
}

const pathName = { LSTM: "lstm_cell", GRU: "gru_cell", SimpleRNN: "simple_rnn_cell" };

/** The cells of one direction: one, or a stack. */
interface Direction {
  cells: Cell[];
  goBackwards: boolean;
}

/** An entry of a layer's class, and its weights below a path. */
function layerEntry(
  { cells, goBackwards }: Direction,
  config: Config,
  paths: { position: string; name: string },
  byPosition: boolean,
  weights: Map<string, KerasWeight>,
) {
  const base = byPosition ? paths.position : paths.name;
  const [first] = cells as [Cell];
  if (cells.length === 1) {
    put(weights, byPosition ? `${base}/cell` : `${base}/${pathName[first.kind]}_7`, first, byPosition);
    return { class_name: first.kind, config: { ...config, ...cellConfig(first), go_backwards: goBackwards } };
  }
  const counts = new Map<Kind, number>();
  const entries = cells.map((cell) => {
    const count = counts.get(cell.kind) ?? 0;
    counts.set(cell.kind, count + 1);
    const name = `${pathName[cell.kind]}${count === 0 ? "" : `_${count}`}`;
    put(weights, byPosition ? `${base}/cell/cells/${name}` : `${base}/stack/${name}`, cell, byPosition);
    return { class_name: `${cell.kind}Cell`, config: { name, ...cellConfig(cell) } };
  });
  const cell = { class_name: "StackedRNNCells", config: { name: "stack", cells: entries } };
  return { class_name: "RNN", config: { ...config, cell, go_backwards: goBackwards } };
}

function modelOf(
  topologyLayers: unknown[],
  inputs: string[],
  outputs: number,
  weights: Map<string, KerasWeight>,
  version: Version,
): Graph {
  const topology = {
    class_name: "Functional",
    config: {
      name: "m",
      layers: topologyLayers,
      input_layers: inputs.map((name) => [name, 0, 0]),
      output_layers: Array.from({ length: outputs }, (_, i) => ["layer", 0, i]),
    },
  };
  const graph = requireGraph(buildGraph({ topology, weights, version }, "m"));
  validateGraph(graph);
  return graph;
}

const inputEntry = (name: string, shape: number[], dtype = "float32") => ({
  class_name: "InputLayer",
  name,
  config: { name, batch_input_shape: shape, dtype },
  inbound_nodes: [],
});

/** A model of one recurrent layer with whatever it may have, its inputs, and what it has to answer. */
function draw(seed: number, version: Version) {
  const source = random(seed);
  const { integer } = source;
  const [batches, times, inputs] = [integer(1, 3), integer(1, 5), integer(1, 4)] as const;
  const isBidirectional = integer(0, 2) === 0;
  const stack = integer(0, 3) === 0 ? integer(2, 3) : 1;
  const cells: Cell[] = [];
  for (let i = 0; i < stack; i++) cells.push(drawCell(source, cells.at(-1)?.units ?? inputs));
  const goBackwards = !isBidirectional && integer(0, 2) === 0;
  const other = cells.map((cell) => ({
    ...cell,
    kernel: numbers(source, cell.kernel.length),
    recurrentKernel: numbers(source, cell.recurrentKernel.length),
    bias: cell.bias && numbers(source, cell.bias.length),
  }));
  const directions: Direction[] = [
    { cells, goBackwards },
    ...(isBidirectional ? [{ cells: other, goBackwards: true }] : []),
  ];
  const returnsSequences = integer(0, 1) === 1;
  const returnsState = integer(0, 2) === 0;
  const isMasked = integer(0, 1) === 0;
  const isTable = isMasked && integer(0, 1) === 0;
  const hasStates = integer(0, 2) === 0;
  const merge = oneOf(source, ["concat", "sum", "mul", "ave", null]);
  const zeroOutputs = isBidirectional ? returnsSequences : integer(0, 2) === 0;
  const byPosition = integer(0, 1) === 1;
  const config = {
    name: "layer",
    return_sequences: returnsSequences,
    return_state: returnsState,
    // Two directions decide by themselves.
    zero_output_for_mask: isBidirectional ? integer(0, 1) === 1 : zeroOutputs,
  };
  const weights = new Map<string, KerasWeight>();
  const [forward, backward] = directions as [Direction, Direction | undefined];
  const paths = (direction: string) => ({
    position: `layer/${direction}_layer`,
    name: `layer/${direction}_inner`,
  });
  const plain = { position: "layer", name: "layer" };
  const entry = layerEntry(
    forward,
    backward === undefined ? config : { ...config, name: "inner" },
    backward === undefined ? plain : paths("forward"),
    byPosition,
    weights,
  );
  if (backward !== undefined) layerEntry(backward, {}, paths("backward"), byPosition, weights);
  const layer =
    backward === undefined
      ? entry
      : { class_name: "Bidirectional", config: { name: "layer", layer: entry, merge_mode: merge } };
  const units = directions.flatMap((direction) =>
    direction.cells.flatMap((cell) => Array.from({ length: statesOf[cell.kind] }, () => cell.units)),
  );
  const stateNames = hasStates ? units.map((_, i) => `state ${i}`) : [];
  const indices = Array.from({ length: batches * times }, () => integer(0, 2));
  const table = numbers(source, 3 * inputs);
  if (!isTable) table.fill(0, 0, inputs);
  const sequence = isMasked
    ? indices.flatMap((index) => table.slice(index * inputs, (index + 1) * inputs))
    : numbers(source, batches * times * inputs);
  if (isTable) weights.set("table/embeddings", { shape: [3, inputs], values: Float32Array.from(table) });
  const [own, given] = isMasked ? ["table", "x"] : ["x", "x"];
  const states = units.map((length) => numbers(source, batches * length));
  const embedding = {
    class_name: "Embedding",
    config: { name: "table", input_dim: 3, output_dim: inputs, mask_zero: true },
  };
  const graph = modelOf(
    [
      isTable ? inputEntry("x", [batches, times], "int32") : inputEntry("x", [batches, times, inputs]),
      ...stateNames.map((name, i) => inputEntry(name, [batches, units[i] as number])),
      ...(isMasked
        ? [
            {
              ...(isTable ? embedding : { class_name: "Masking", config: { name: "table" } }),
              name: "table",
              inbound_nodes: [[["x", 0, 0, {}]]],
            },
          ]
        : []),
      { ...layer, name: "layer", inbound_nodes: [[own, ...stateNames].map((name) => [name, 0, 0, {}])] },
    ],
    [given, ...stateNames],
    (isBidirectional && merge === null ? 2 : 1) + (returnsState ? units.length : 0),
    weights,
    version,
  );
  const isGiven = isMasked && !(version === 3 && hasStates);
  const expected = answerOf({
    ...{ batches, times, inputs, directions, sequence, returnsSequences, returnsState, merge },
    states: hasStates ? states : undefined,
    mask: isGiven ? indices.map((index) => index !== 0) : undefined,
    options: { zeroOutputs, version },
  });
  return { graph, values: [isTable ? indices : sequence, ...(hasStates ? states : [])], expected };
}

function answerOf(given: {
  batches: number;
  times: number;
  inputs: number;
  directions: readonly Direction[];
  sequence: Vector;
  states: readonly Vector[] | undefined;
  mask: readonly boolean[] | undefined;
  returnsSequences: boolean;
  returnsState: boolean;
  merge: string | null;
  options: Omit<Options, "goBackwards" | "mask">;
}): number[][] {
  const { batches, times, inputs, directions } = given;
  const results: number[][][] = directions.map(() => []);
  const after: number[][] = [];
  for (let b = 0; b < batches; b++) {
    const x = Array.from({ length: times }, (_, t) =>
      given.sequence.slice((b * times + t) * inputs, (b * times + t + 1) * inputs),
    );
    let place = 0;
    for (const [d, { cells, goBackwards }] of directions.entries()) {
      const lengths = cells.flatMap((cell) => Array.from({ length: statesOf[cell.kind] }, () => cell.units));
      const start = lengths.map((length, i) =>
        Array.from({ length }, (_, u) => given.states?.[place + i]?.[b * length + u] ?? 0),
      );
      const mask = given.mask?.slice(b * times, (b + 1) * times);
      const { outputs, states } = walk(cells, x, start, { ...given.options, goBackwards, mask });
      const inTime = d === 1 ? outputs.toReversed() : outputs;
      results[d]?.push(...(given.returnsSequences ? inTime : [outputs.at(-1) as number[]]));
      for (const [i, state] of states.entries()) after[place + i] = [...(after[place + i] ?? []), ...state];
      place += lengths.length;
    }
  }
  const [first, second] = results as [number[][], number[][] | undefined];
  const pairs: Record<string, (a: number, b: number) => number> = {
    sum: (a, b) => a + b,
    mul: (a, b) => a * b,
    ave: (a, b) => (a + b) / 2,
  };
  const merged =
    second === undefined
      ? [first.flat()]
      : given.merge === null
        ? [first.flat(), second.flat()]
        : given.merge === "concat"
          ? [first.flatMap((row, i) => [...row, ...(second[i] as number[])])]
          : [
              first.flatMap((row, i) =>
                row.map((value, u) =>
                  (pairs[given.merge as string] as (a: number, b: number) => number)(
                    value,
                    second[i]?.[u] as number,
                  ),
                ),
              ),
            ];
  return [...merged, ...(given.returnsState ? after : [])];
}

for (const version of [2, 3] as const) {
  test(`recurrent layers are what Keras ${version} defines, in all their forms`, () => {
    for (let seed = 0; seed < 80; seed++) {
      const { graph, values, expected } = draw(seed * 2 + version, version);
      const found = runFloat(
        graph,
        values.map((value) => Float32Array.from(value)),
      );
      assert.is(graph.outputs.length, expected.length);
      for (const [i, output] of expected.entries()) {
        const actual = found[graph.outputs[i] as number] as Float32Array;
        assert.is(actual.length, output.length, `seed ${seed}, output ${i}`);
        for (const [at, value] of output.entries())
          assert.ok(
            Math.abs((actual[at] as number) - value) <= 1e-4 * Math.max(1, Math.abs(value)),
            `seed ${seed}, output ${i}, element ${at}: ${actual[at]}, not ${value}`,
          );
      }
    }
  });
}

test("a stateful layer goes on where it ended, run after run", () => {
  const source = random(40);
  const cell = { ...drawCell(source, 2, 3), kind: "GRU" as const, activation: "tanh", resetAfter: false };
  const rows = 9;
  Object.assign(cell, {
    kernel: numbers(source, 2 * rows),
    recurrentKernel: numbers(source, 3 * rows),
    bias: numbers(source, rows),
  });
  const weights = new Map<string, KerasWeight>();
  const config = { name: "layer", stateful: true, return_sequences: true };
  const entry = layerEntry(
    { cells: [cell], goBackwards: false },
    config,
    { position: "layer", name: "layer" },
    true,
    weights,
  );
  const graph = modelOf(
    [inputEntry("x", [1, 4, 2]), { ...entry, name: "layer", inbound_nodes: [[["x", 0, 0, {}]]] }],
    ["x"],
    1,
    weights,
    3,
  );
  const state = initialState(graph);
  const inputs = [numbers(source, 8), numbers(source, 8)];
  const answers = inputs.flatMap((input) => {
    const found = runFloat(graph, [Float32Array.from(input)], undefined, state);
    return Array.from(found[graph.outputs[0] as number] as Float32Array);
  });
  const x = Array.from({ length: 8 }, (_, t) => inputs.flat().slice(2 * t, 2 * t + 2));
  const { outputs } = walk([cell], x, [[0, 0, 0]], { goBackwards: false, zeroOutputs: false, version: 3 });
  for (const [i, value] of outputs.flat().entries())
    assert.ok(Math.abs((answers[i] as number) - value) < 1e-5, `element ${i}`);
});

test("what cannot be run is refused, with the reason", async () => {
  const reasons = async (class_name: string, config: Config): Promise<string[]> => {
    const layer = { class_name, name: "layer", config: { name: "layer", units: 2, ...config } };
    const refusals = await refusalsOf(
      (async () =>
        modelOf(
          [inputEntry("x", [1, 3, 2]), { ...layer, inbound_nodes: [[["x", 0, 0, {}]]] }],
          ["x"],
          1,
          new Map(),
          3,
        ))(),
    );
    return refusals.map(({ reason }) => reason);
  };
  const [softmax] = await reasons("LSTM", { activation: "softmax" });
  assert.match(softmax as string, /activation "softmax" is not supported; linear, sigmoid, tanh/);
  const [own] = await reasons("RNN", { cell: { class_name: "MyCell", config: {} } });
  assert.is(own, 'cell "MyCell" is not supported; LSTMCell, GRUCell, SimpleRNNCell are');
  const [dense] = await reasons("Bidirectional", {
    layer: { class_name: "Dense", config: { name: "d", units: 2 } },
  });
  assert.is(dense, "it wraps a Dense, which has no direction");
  const [merge] = await reasons("Bidirectional", {
    layer: { class_name: "GRU", config: { name: "g", units: 2 } },
    merge_mode: "max",
  });
  assert.is(merge, 'merge_mode "max" is not supported; concat, sum, mul, ave and null are');
});

test.run();
