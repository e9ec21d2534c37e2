import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { loweringOf } from "../../host/lower/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { planMemory } from "../../host/plan/plan.js";
import { openRunner } from "../../host/run/index.js";

const [hop, frame] = [2, 16];
const [cut, view, sizes] = [1, 3, 4];

/** The sizes of the last sixteen numbers of a stream, as four by four. `abs` may take over its input's memory elsewhere. */
function sizesOfLast(outputs: readonly number[] = [sizes]): Graph {
  return {
    name: "sizes",
    tensors: [
      { name: "hop", dtype: "float32", shape: [hop] },
      { name: "cut", dtype: "float32", shape: [frame] },
      { name: "is there", dtype: "bool", shape: [] },
      { name: "view", dtype: "float32", shape: [4, 4] },
      { name: "sizes", dtype: "float32", shape: [4, 4] },
    ],
    nodes: [
      {
        name: "cut",
        operator: "frames",
        attributes: { hop, history: frame, frame, every: 1, shape: [frame], latest: true },
        inputs: [0],
        outputs: [1, 2],
        variables: [0, 1],
      },
      { name: "view", operator: "reshape", attributes: { shape: [4, 4] }, inputs: [1], outputs: [3] },
      { name: "sizes", operator: "abs", attributes: {}, inputs: [3], outputs: [4] },
    ],
    inputs: [0],
    outputs: [...outputs],
    variables: [
      { name: "history", dtype: "float32", shape: [1, frame] },
      { name: "countdown", dtype: "int32", shape: [] },
    ],
  };
}

test("what a node keeps is its output, and a view of that as well: nothing is planned for them", () => {
  const plan = planMemory(sizesOfLast(), loweringOf);
  const [history] = plan.variables;
  for (const index of [cut, view]) {
    const { address, variable } = plan.tensors.get(index) ?? {};
    assert.equal([address, variable], [history?.address, 0]);
  }
  assert.is.not(plan.tensors.get(sizes)?.address, history?.address);
  assert.equal(plan.order, [0, 1, 2]);
  assert.ok(plan.arenaBytes < frame * 4 + 100, `${plan.arenaBytes}`);
});

test("an output of the model lies elsewhere: who reads it may write there", () => {
  const plan = planMemory(sizesOfLast([sizes, cut]), loweringOf);
  assert.is(plan.tensors.get(cut)?.variable, undefined);
  assert.is(plan.tensors.get(view)?.variable, undefined);
});

for (const outputs of [[sizes], [sizes, cut]]) {
  test(`from run to run the stream stays what it is, with ${outputs.length} outputs`, async () => {
    const { wasm } = await buildModel(sizesOfLast(outputs));
    const runner = await openRunner("wasm3", wasm, openModule(wasm), { tier: "accelerated" });
    const stream: number[] = new Array(frame).fill(0);
    for (let run = 0; run < 12; run++) {
      const samples = Float32Array.of(-run - 1, run + 0.5);
      stream.push(...samples);
      runner.writeInput(0, new Uint8Array(samples.buffer));
      runner.run();
      const last = stream.slice(-frame);
      const read = (output: number) => [...new Float32Array(runner.readOutput(output).slice().buffer)];
      assert.equal(read(0), last.map(Math.abs));
      if (outputs.length > 1) assert.equal(read(1), last);
    }
    runner.close();
  });
}

test.run();
