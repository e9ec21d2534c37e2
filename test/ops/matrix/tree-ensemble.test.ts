import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoundNode } from "../../../host/graph/node.js";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { packForest } from "../../../host/lower/matrix/tree-records.js";
import {
  forestOf,
  type TreeEnsembleAttributes,
  treeEnsemble,
} from "../../../host/ops/matrix/tree-ensemble.js";
import { runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";
import { constant, type Drawn, draw, expected, inputsOf, type Tree } from "./forests.js";

const nodeOf = (drawn: Drawn): BoundNode<TreeEnsembleAttributes> => ({
  name: "n",
  attributes: { aggregate: drawn.aggregate },
  inputs: inputsOf(drawn),
  outputs: [],
});

async function run(drawn: Drawn): Promise<number[]> {
  const node = nodeOf(drawn);
  const [type] = treeEnsemble.infer(node);
  const [bytes] = await runCase({
    operator: "treeEnsemble",
    attributes: node.attributes,
    inputs: node.inputs,
    outputs: [plain(type?.shape ?? [])],
    activations: [drawn.values],
  });
  return [...new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer)];
}

test("trees of float32 and int8 give the bits of a plain walk, in narrow and wide records", async () => {
  const kernels = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const dtype = seed % 2 === 0 ? "float32" : "int8";
    const wide = dtype === "float32" ? 2 ** 15 : 256;
    const drawn = draw(seed, { dtype, features: seed % 10 < 2 ? wide : 1 + (seed % 7) });
    assert.equal(await run(drawn), expected(drawn), `seed ${seed}`);
    kernels.add(packForest(forestOf(nodeOf(drawn))).kernel);
  }
  assert.equal([...kernels].sort(), ["Float32", "Int8", "WideFloat32", "WideInt8"]);
});

test("a tree of more records than 16 bits count is walked to its last leaf", async () => {
  const depth = 16;
  const leaves = Array.from({ length: 2 ** depth }, (_, i) => [i]);
  const tree = (from: number, level: number): Tree =>
    level === depth
      ? from
      : {
          feature: level,
          threshold: 0,
          missing: false,
          first: tree(from, level + 1),
          second: tree(from + 2 ** (depth - 1 - level), level + 1),
        };
  const rows = [0, 2 ** depth - 1, 0b1010_0110_0111_0001];
  const bits = rows.flatMap((row) =>
    Array.from({ length: depth }, (_, level) => (row >> (depth - 1 - level)) & 1),
  );
  for (const input of [plain([rows.length, depth]), quantized([rows.length, depth], 1, 0)]) {
    const values = input.dtype === "int8" ? Int8Array.from(bits) : Float32Array.from(bits);
    const trees = [{ root: tree(0, 0), target: 0 }];
    assert.equal(await run({ input, values, aggregate: "sum", trees, leaves, base: [0] }), rows);
  }
});

test("records are as small as they can be: 8 bytes of float32, 4 of int8, without what no int8 reaches", () => {
  const branch = (threshold: number, first: Tree, second: Tree): Tree => ({
    feature: 0,
    threshold,
    missing: false,
    first,
    second,
  });
  const root = branch(0.25, branch(-3, 0, 1), branch(9, 0, 2));
  const drawn = {
    values: new Float32Array(1),
    aggregate: "sum",
    leaves: [[1], [2], [1]],
    base: [0],
  } as const;
  const bytes = (input: Tensor): number =>
    packForest(
      forestOf(
        nodeOf({
          ...drawn,
          leaves: drawn.leaves.map((leaf) => [...leaf]),
          base: [0],
          input,
          trees: [{ root, target: 0 }],
        }),
      ),
    ).records.length;
  // Leaf 0 is shared. Of int8 that hold -1 to 0.992, -3 and 9 decide nothing.
  assert.is(bytes(plain([1])), 7 * 8);
  assert.is(bytes(quantized([1], 1 / 128, 0)), 3 * 4);
});

test("the reference is the kernel's arithmetic, and MACs are the deepest ways", () => {
  for (let seed = 100; seed < 120; seed++) {
    const drawn = draw(seed, { dtype: "float32", features: 5 });
    const [result] = treeEnsemble.reference(nodeOf(drawn), [drawn.values as Float32Array]);
    assert.equal([...(result as Float32Array)], expected(drawn), `seed ${seed}`);
  }
  const chain: Tree = {
    feature: 0,
    threshold: 1,
    missing: false,
    first: 0,
    second: { feature: 1, threshold: 1, missing: false, first: 0, second: 1 },
  };
  const drawn: Drawn = {
    input: plain([3, 2]),
    values: new Float32Array(6),
    aggregate: "sum",
    trees: [
      { root: chain, target: 0 },
      { root: 1, target: 0 },
    ],
    leaves: [[1], [2]],
    base: [0],
  };
  assert.is(treeEnsemble.macs(nodeOf(drawn)), 3 * (2 + 1 + 1));
});

test("treeEnsemble refuses tables that lead nowhere, with the reason", () => {
  const drawn = draw(3, { dtype: "float32", features: 4 });
  const refused = (change: (inputs: Tensor[]) => void, pattern: RegExp): void => {
    const inputs = inputsOf(drawn);
    change(inputs);
    assert.throws(
      () => treeEnsemble.infer({ ...nodeOf(drawn), inputs }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
      String(pattern),
    );
  };
  const branch =
    (...numbers: number[]) =>
    (inputs: Tensor[]): void => {
      inputs[1] = constant(Int32Array.from(numbers), [1, 4], "int32");
      inputs[2] = constant(new Float32Array(1), [1], "float32");
      inputs[3] = constant(Int32Array.of(0, 0), [1, 2], "int32");
    };
  refused(branch(4, -1, -1, 0), /branch 0 asks feature 4 of 4/);
  refused(branch(0, 0, -1, 0), /branch 0 leads to branch 0 of 1; .* from 1 on/);
  refused(branch(0, -1, -99, 0), /branch 0 leads to leaf 98/);
  refused((inputs) => inputs.splice(4, 1, plain([2, 1])), /leaves must be constant/);
  refused((inputs) => inputs.splice(5, 1, plain([0])), /base values must be constant/);
  refused(
    (inputs) => inputs.splice(3, 1, constant(Int32Array.of(0, 9), [1, 2], "int32")),
    /tree 0 gives to . targets from 9 on/,
  );
  refused((inputs) => inputs.splice(2, 1, constant(new Float32Array(0), [0], "float32")), /and 0 thresholds/);
  refused(
    (inputs) => inputs.splice(0, 1, plain([4], "int32")),
    /input is int32; float32 or int8 is expected/,
  );
  refused((inputs) => inputs.splice(0, 1, plain([])), /scalar/);
  refused(
    (inputs) => inputs.splice(5, 1, constant(Float32Array.of(Number.NaN), [1], "float32")),
    /base value is not finite|targets/,
  );
});

test.run();
