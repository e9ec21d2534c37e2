import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { Execution } from "../../host/evaluate/execution.js";
import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { packageKernels } from "../../host/kernels/library.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";

/** Adds its input to what it keeps, where the first flag is set, and once more where both are; gives what is kept. */
const counts: Graph = {
  name: "counts",
  tensors: [
    { name: "step", dtype: "int32", shape: [1] },
    { name: "first", dtype: "bool", shape: [] },
    { name: "second", dtype: "bool", shape: [1] },
    { name: "before", dtype: "int32", shape: [1] },
    { name: "sum", dtype: "int32", shape: [1] },
    { name: "more", dtype: "int32", shape: [1] },
    { name: "kept", dtype: "int32", shape: [1] },
  ] satisfies Tensor[],
  nodes: [
    {
      name: "read",
      operator: "readVariable",
      attributes: {},
      inputs: [],
      outputs: [3],
      variables: [0],
      when: [1],
    },
    {
      name: "add",
      operator: "add",
      attributes: { activation: "none" },
      inputs: [0, 3],
      outputs: [4],
      when: [1],
    },
    {
      name: "keep",
      operator: "assignVariable",
      attributes: {},
      inputs: [4],
      outputs: [],
      variables: [0],
      when: [1],
    },
    {
      name: "add again",
      operator: "add",
      attributes: { activation: "none" },
      inputs: [0, 4],
      outputs: [5],
      when: [1, 2],
    },
    {
      name: "keep again",
      operator: "assignVariable",
      attributes: {},
      inputs: [5],
      outputs: [],
      variables: [0],
      when: [2, 1],
    },
    { name: "give", operator: "readVariable", attributes: {}, inputs: [], outputs: [6], variables: [0] },
  ],
  inputs: [0, 1, 2],
  outputs: [6],
  variables: [{ name: "sum", dtype: "int32", shape: [1] }],
};

const runs = [
  { step: 1, first: 1, second: 0, kept: 1 },
  { step: 10, first: 0, second: 0, kept: 1 },
  { step: 100, first: 0, second: 1, kept: 1 },
  { step: 1000, first: 1, second: 1, kept: 2001 },
  { step: 5, first: 1, second: 0, kept: 2006 },
] as const;

for (const [on, tier] of engines) {
  test(`${on}, ${tier}: nodes run where all of their conditions are true`, async () => {
    const { wasm } = await buildModel(counts);
    const runner = await openRunner(on, wasm, openModule(wasm), { tier });
    for (const { step, first, second, kept } of runs) {
      runner.writeInput(0, new Uint8Array(Int32Array.of(step).buffer));
      runner.writeInput(1, Uint8Array.of(first));
      runner.writeInput(2, Uint8Array.of(second));
      runner.run();
      assert.is(new DataView(runner.readOutput(0).slice().buffer).getInt32(0, true), kept);
    }
    runner.close();
  });
}

test("an execution, node by node, does the same", async () => {
  const execution = await Execution.open(counts, [packageKernels()]);
  for (const { step, first, second, kept } of runs) {
    for (const [index, value] of [step, first, second].entries()) execution.elements(index)[0] = value;
    execution.run();
    assert.is(execution.elements(6)[0], kept);
  }
});

const changed = (at: number, change: Partial<Node>): Graph => ({
  ...counts,
  nodes: counts.nodes.map((node, i) => (i === at ? { ...node, ...change } : node)),
});

function refusal(graph: Graph): string {
  try {
    validateGraph(graph);
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "model-invalid") return error.detail;
    throw error;
  }
  return "";
}

test("what may not be there is not read, and conditions are single bools", () => {
  assert.is(refusal(counts), "");
  assert.match(refusal(changed(3, { when: [2] })), /"sum" is written on condition of "first"/);
  assert.match(refusal({ ...counts, outputs: [4] }), /written on a condition only/);
  assert.match(refusal(changed(1, { when: [1, 0] })), /condition is 1 int32; one bool/);
  assert.match(refusal(changed(1, { when: [1, 9] })), /names tensor 9 of 7/);
  assert.match(refusal(changed(0, { when: [-1] })), /names tensor -1 of 7/);
});

test.run();
