import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner, runners } from "../../host/run/index.js";
import { errorOf, refusalsOf } from "../error-of.js";
import type { WrittenModel, WrittenNode, WrittenSubgraph, WrittenTensor } from "./tflite-writer.js";
import { writeTflite } from "./tflite-writer.js";

const read = (model: WrittenModel): Promise<Graph> =>
  importModel("model.tflite", writeTflite(model), (name) => {
    throw new WasmoteError("file-unreadable", name);
  });

const tensor = (name: string, data?: readonly number[]): WrittenTensor => ({
  name,
  type: "INT8",
  shape: [1, 4],
  scale: [0.5],
  zeroPoint: [-3],
  ...(data === undefined ? {} : { data: Uint8Array.from(data) }),
});
const handle = (name: string): WrittenTensor => ({ name, type: "RESOURCE", shape: [] });
const truth = (name: string, data?: 0 | 1): WrittenTensor => ({
  name,
  type: "BOOL",
  shape: [1],
  ...(data === undefined ? {} : { data: Uint8Array.of(data) }),
});
const varHandle = (output: number, shared: string, container?: string): WrittenNode => ({
  builtin: "VAR_HANDLE",
  inputs: [],
  outputs: [output],
  optionsType: 111,
  options: [{ field: 1, text: shared }, ...(container === undefined ? [] : [{ field: 0, text: container }])],
});
const number = (field: number, value: number) => ({ field, bytes: 4 as const, value });
const node = (builtin: string, inputs: number[], outputs: number[]): WrittenNode => ({
  builtin,
  inputs,
  outputs,
});

/** What a model's output is over runs on these inputs, on every runner. */
async function outputs(graph: Graph, inputs: readonly (readonly number[])[]): Promise<number[][]> {
  const { wasm } = await buildModel(graph);
  const all = await Promise.all(
    Object.keys(runners).map(async (on) => {
      const runner = await openRunner(on, wasm, openModule(wasm));
      const results = inputs.map((input) => {
        runner.writeInput(0, Uint8Array.from(input));
        runner.run();
        return [...Int8Array.from(runner.readOutput(0))];
      });
      runner.close();
      return results;
    }),
  );
  for (const results of all) assert.equal(results, all[0]);
  return all[0] as number[][];
}

/** A model whose output is what its variable was before it is set to the input. */
function delay(): WrittenModel {
  return {
    tensors: [tensor("input"), handle("handle"), tensor("output"), handle("again")],
    nodes: [
      varHandle(1, "state", "room"),
      node("READ_VARIABLE", [1], [2]),
      varHandle(3, "state"),
      node("ASSIGN_VARIABLE", [3, 0], []),
    ],
    inputs: [0],
    outputs: [2],
  };
}

test("a resource variable starts with its zero point and keeps what is assigned", async () => {
  const graph = await read(delay());
  assert.equal(
    graph.variables?.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    [{ name: "state", dtype: "int8", shape: [1, 4] }],
  );
  const inputs = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 9, 9, 9],
  ];
  assert.equal(await outputs(graph, inputs), [[-3, -3, -3, -3], ...inputs.slice(0, 2)]);
});

test("handles of other containers are other variables", async () => {
  const model = delay();
  model.nodes[2] = varHandle(3, "state", "elsewhere");
  const unchanged = [-3, -3, -3, -3];
  assert.equal(
    await outputs(await read(model), [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]),
    [unchanged, unchanged],
  );
});

/** `delay` with a variable that CALL_ONCE sets by these nodes. */
function initialised(subgraph: WrittenSubgraph): WrittenModel {
  const model = delay();
  const options = [number(0, 1)];
  model.nodes.unshift({ ...node("CALL_ONCE", [], []), optionsType: 103, options });
  return { ...model, more: [subgraph] };
}

const start = (): WrittenSubgraph => ({
  tensors: [handle("handle"), tensor("start", [1, 2, 3, 4]), tensor("moved")],
  nodes: [varHandle(0, "state", "room"), node("RESHAPE", [1], [2]), node("ASSIGN_VARIABLE", [0, 2], [])],
  inputs: [],
  outputs: [],
});

test("a variable starts with what is called once, nodes on constants computed", async () => {
  const graph = await read(initialised(start()));
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["readVariable", "assignVariable"],
  );
  assert.equal(await outputs(graph, [[7, 7, 7, 7]]), [[1, 2, 3, 4]]);
});

async function reasonsOf(model: WrittenModel): Promise<string[]> {
  return (await refusalsOf(read(model))).map(({ reason }) => reason);
}

/** A model that multiplies its input by weights that are a variable which nothing changes. */
function frozen(): WrittenModel {
  const weights = { ...tensor("weights"), shape: [2, 4], zeroPoint: [0] };
  return {
    tensors: [tensor("input"), handle("handle"), weights, { ...tensor("output"), shape: [1, 2] }],
    nodes: [
      { ...node("CALL_ONCE", [], []), optionsType: 103, options: [number(0, 1)] },
      varHandle(1, "weights"),
      node("READ_VARIABLE", [1], [2]),
      { ...node("FULLY_CONNECTED", [0, 2, -1], [3]), version: 4 },
    ],
    inputs: [0],
    outputs: [3],
    more: [
      {
        tensors: [
          handle("handle"),
          { ...weights, name: "start", data: Uint8Array.of(1, 0, 0, 0, 0, 2, 0, 0) },
        ],
        nodes: [varHandle(0, "weights"), node("ASSIGN_VARIABLE", [0, 1], [])],
        inputs: [],
        outputs: [],
      },
    ],
  };
}

test("a variable that nothing changes is a constant", async () => {
  const graph = await read(frozen());
  assert.is(graph.variables, undefined);
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["fullyConnected"],
  );
  assert.equal(await outputs(graph, [[1, 5, 0, 0]]), [[-1, 5]]);
});

test("where such variables are read, refusals name the nodes that they name elsewhere", async () => {
  const model = frozen();
  model.nodes.push(node("CONV_3D", [3], [3]));
  const refusals = await refusalsOf(read(model));
  assert.is(refusals.map(({ operator, index }) => `${operator} ${index}`).join(), "CONV_3D 1");
});

test("a variable that is read and assigned stays beside one that is not", async () => {
  const model = delay();
  model.tensors.push(handle("other"), tensor("never"));
  model.nodes.unshift(varHandle(4, "other"), node("READ_VARIABLE", [4], [5]));
  const graph = await read(model);
  assert.equal(
    graph.variables?.map(({ name }) => name),
    ["state"],
  );
  assert.equal(
    await outputs(graph, [
      [1, 2, 3, 4],
      [0, 0, 0, 0],
    ]),
    [
      [-3, -3, -3, -3],
      [1, 2, 3, 4],
    ],
  );
});

test("what is called once and is not constant, or unknown, is refused with the reason", async () => {
  const computed = start();
  computed.nodes[1] = node("READ_VARIABLE", [0], [2]);
  assert.equal(await reasonsOf(initialised(computed)), [
    'what variable "state" starts with is not made of constants alone',
  ]);
  const unknown = start();
  unknown.nodes[1] = node("CONV_3D", [1], [2]);
  assert.equal(await reasonsOf(initialised(unknown)), [
    'in what is called once, CONV_3D "moved": the operator is not supported',
  ]);
  const late = initialised(start());
  late.nodes.push(late.nodes.shift() as WrittenNode);
  assert.equal(await reasonsOf(late), ['nodes before it use variable "state"']);
  const other = start();
  other.tensors[2] = { ...tensor("moved"), shape: [2] };
  other.tensors[1] = { ...tensor("start", [1, 2]), shape: [2] };
  assert.match(
    (await reasonsOf(initialised(other))).join(),
    /variable "state" is 2 int8, its value 1x4 int8/,
  );
});

test("a handle is no tensor, and a tensor is no handle", async () => {
  const model = delay();
  model.nodes[1] = node("RESHAPE", [1], [2]);
  assert.match((await reasonsOf(model)).join(), /tensor "handle" has dtype RESOURCE, which is not supported/);
  const swapped = delay();
  swapped.nodes[3] = node("ASSIGN_VARIABLE", [0, 0], []);
  assert.match((await reasonsOf(swapped)).join(), /tensor "input" is no variable/);
});

/** A model that gives the input where its condition holds, else a constant. */
function choice(condition: WrittenTensor): WrittenModel {
  return {
    tensors: [tensor("input"), condition, tensor("output")],
    nodes: [{ ...node("IF", [1, 0], [2]), optionsType: 92, options: [number(0, 1), number(1, 2)] }],
    inputs: condition.data === undefined ? [0, 1] : [0],
    outputs: [2],
    more: [
      { tensors: [tensor("taken")], nodes: [], inputs: [0], outputs: [0] },
      {
        tensors: [tensor("unused"), tensor("constant", [4, 3, 2, 1]), tensor("moved")],
        nodes: [node("RESHAPE", [1], [2])],
        inputs: [0],
        outputs: [2],
      },
    ],
  };
}

test("of an IF with a constant condition the branch that is taken is left", async () => {
  assert.equal(await outputs(await read(choice(truth("condition", 1))), [[9, 8, 7, 6]]), [[9, 8, 7, 6]]);
  assert.equal(await outputs(await read(choice(truth("condition", 0))), [[9, 8, 7, 6]]), [[4, 3, 2, 1]]);
});

test("a condition that is computed is refused, as is one that is no truth value", async () => {
  assert.match(
    (await reasonsOf(choice(truth("condition")))).join(),
    /condition is computed from inputs or variables/,
  );
  assert.match(
    (await reasonsOf(choice({ ...tensor("n", [1, 1, 1, 1]) }))).join(),
    /one of dtype bool is expected/,
  );
});

/** A model that limits its input from below as often as its conditions, one after another, hold. */
function repeated(conditions: readonly (0 | 1)[]): WrittenModel {
  const state = () => [truth("again"), truth("then"), tensor("value")];
  return {
    tensors: [
      tensor("input"),
      ...[0, 1].map((i) => truth(`condition ${i}`, conditions[i] as 0 | 1)),
      truth("again"),
      truth("then"),
      tensor("output"),
    ],
    nodes: [
      { ...node("WHILE", [1, 2, 0], [3, 4, 5]), optionsType: 93, options: [number(0, 1), number(1, 2)] },
    ],
    inputs: [0],
    outputs: [5],
    more: [
      { tensors: state(), nodes: [], inputs: [0, 1, 2], outputs: [0] },
      {
        tensors: [...state(), truth("over", 0), tensor("least", [7, 7, 7, 7]), tensor("limited")],
        nodes: [node("MAXIMUM", [2, 4], [5])],
        inputs: [0, 1, 2],
        outputs: [1, 3, 5],
      },
    ],
  };
}

test("a WHILE with constant conditions is its body as often as they hold", async () => {
  const run = async (first: 0 | 1, second: 0 | 1) =>
    outputs(await read(repeated([first, second])), [[9, 8, 7, 6]]);
  assert.equal(await run(0, 1), [[9, 8, 7, 6]]);
  assert.equal(await run(1, 0), [[9, 8, 7, 7]]);
  const count = async (first: 0 | 1, second: 0 | 1) => (await read(repeated([first, second]))).nodes.length;
  assert.equal([await count(0, 1), await count(1, 0), await count(1, 1)], [3, 4, 5]);
});

test("subgraphs that are missing, call themselves, never end or take other inputs are refused", async () => {
  const codeOf = async (model: WrittenModel): Promise<string> => {
    const { code, detail } = await errorOf(read(model));
    return `${code}: ${detail}`;
  };
  const options = (index: number) => ({ optionsType: 92, options: [number(0, index), number(1, index)] });
  const naming = (index: number): WrittenModel => {
    const model = choice(truth("condition", 1));
    model.nodes[0] = { ...node("IF", [1, 0], [2]), ...options(index) };
    return model;
  };
  assert.match(await codeOf(naming(7)), /model-invalid: subgraph 7 is named; the model has 3/);
  assert.match(await codeOf(naming(0)), /model-invalid: subgraph 0 calls itself/);
  const inputs = naming(1);
  (inputs.more?.[0] as WrittenSubgraph).inputs = [0, 0];
  assert.match(await codeOf(inputs), /subgraph 1 has 2 inputs; the node that names it gives 1/);
  const endless = repeated([1, 1]);
  (endless.more?.[1] as WrittenSubgraph).outputs = [0, 1, 5];
  assert.match(await codeOf(endless), /model-too-large: 2049 nodes; up to 2048 are taken/);
});

test.run();
