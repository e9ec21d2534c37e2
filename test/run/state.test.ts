import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";

/** Adds its input to a sum that it keeps, which starts with 1, and gives that entry of a table of four. */
const sums: Graph = {
  name: "sums",
  tensors: [
    { name: "step", dtype: "int32", shape: [1] },
    { name: "before", dtype: "int32", shape: [1] },
    { name: "sum", dtype: "int32", shape: [1] },
    { name: "table", dtype: "int32", shape: [4], data: Int32Array.of(10, 11, 12, 13) },
    { name: "entry", dtype: "int32", shape: [1] },
  ] satisfies Tensor[],
  nodes: [
    { name: "read", operator: "readVariable", attributes: {}, inputs: [], outputs: [1], variables: [0] },
    { name: "add", operator: "add", attributes: { activation: "none" }, inputs: [0, 1], outputs: [2] },
    { name: "keep", operator: "assignVariable", attributes: {}, inputs: [2], outputs: [], variables: [0] },
    {
      name: "look up",
      operator: "gather",
      attributes: { axis: 0, batchDims: 0, axes: 1 },
      inputs: [3, 2],
      outputs: [4],
    },
  ],
  inputs: [0],
  outputs: [4],
  variables: [{ name: "kept", dtype: "int32", shape: [1], data: Int32Array.of(1) }],
};

for (const [on, tier] of engines) {
  test(`${on}, ${tier}: state lasts from run to run until it is reset`, async () => {
    const { wasm, manifest } = await buildModel(sums);
    assert.equal(
      manifest.variables?.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      [{ name: "kept", dtype: "int32", shape: [1] }],
    );
    const runner = await openRunner(on, wasm, openModule(wasm), { tier });
    const run = (step: number): number => {
      runner.writeInput(0, new Uint8Array(Int32Array.of(step).buffer));
      runner.run();
      return new DataView(runner.readOutput(0).slice().buffer).getInt32(0, true);
    };
    assert.equal([run(0), run(1), run(1)], [11, 12, 13]);
    runner.reset();
    assert.equal([run(1), run(-1)], [12, 11]);
    runner.close();
  });

  test(`${on}, ${tier}: a run that traps resets state, and says so`, async () => {
    const { wasm } = await buildModel(sums);
    const runner = await openRunner(on, wasm, openModule(wasm), { tier });
    const run = (step: number): number => {
      runner.writeInput(0, new Uint8Array(Int32Array.of(step).buffer));
      runner.run();
      return new DataView(runner.readOutput(0).slice().buffer).getInt32(0, true);
    };
    assert.is(run(2), 13);
    assert.throws(
      () => run(1),
      (error: WasmoteError) =>
        error instanceof WasmoteError &&
        error.code === "run-failed" &&
        /; its state was reset$/.test(error.detail),
    );
    assert.is(run(0), 11);
    runner.close();
  });
}

test.run();
