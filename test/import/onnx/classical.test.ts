import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../../host/graph/graph.js";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { runFloat } from "../../../host/quantize/float-executor.js";
import { openRunner } from "../../../host/run/index.js";
import { errorOf, refusalsOf } from "../../error-of.js";
import {
  constant,
  type WrittenAttribute,
  type WrittenConstant,
  type WrittenNode,
  writeOnnx,
} from "./onnx-writer.js";

/** A model of nodes, the last of which gives its outputs. */
function open(
  nodes: readonly WrittenNode[],
  { shape = [1, 2], constants = [] as WrittenConstant[], version = 3, dtype = "float32" } = {},
): Promise<Graph> {
  const outputs = nodes.at(-1)?.outputs ?? [];
  const graph = {
    nodes,
    inputs: [{ name: "x", dtype, shape }],
    outputs: outputs.map((name) => ({ name, dtype: "float32" })),
    constants,
  };
  return importModel(
    "m.onnx",
    writeOnnx({ graph, domains: { "ai.onnx.ml": version, "com.microsoft": 1 } }),
    () => {
      throw new Error("a model of one file");
    },
  );
}

const ml = (
  operator: string,
  attributes: Record<string, WrittenAttribute>,
  outputs = ["y"],
  inputs = ["x"],
): WrittenNode => ({ operator, domain: "ai.onnx.ml", inputs, outputs, attributes });

/** A tree of one branch on feature 0: what passes gets 1, what does not 2. */
const stump = (mode: string, threshold: number, missing: number): Record<string, WrittenAttribute> => ({
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [0, 0, 0],
  nodes_modes: { texts: [mode, "LEAF", "LEAF"] },
  nodes_values: { floats: [threshold, 0, 0] },
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
  nodes_missing_value_tracks_true: [missing, 0, 0],
  target_treeids: [0, 0],
  target_nodeids: [1, 2],
  target_ids: [0, 0],
  target_weights: { floats: [1, 2] },
  n_targets: 1,
});

const holds: Readonly<Record<string, (x: number, threshold: number) => boolean>> = {
  BRANCH_LEQ: (x, threshold) => x <= threshold,
  BRANCH_LT: (x, threshold) => x < threshold,
  BRANCH_GTE: (x, threshold) => x >= threshold,
  BRANCH_GT: (x, threshold) => x > threshold,
  BRANCH_EQ: (x, threshold) => x === threshold,
  BRANCH_NEQ: (x, threshold) => x !== threshold,
};

const least = 2 ** -149;
const numbers = [
  0,
  -0,
  least,
  -least,
  1,
  1 + 2 ** -23,
  1 - 2 ** -24,
  -1,
  -1 - 2 ** -23,
  Infinity,
  -Infinity,
  Number.NaN,
];

test("every mode of a branch decides as its comparison does, to the last bit and for NaN", async () => {
  const values = Float32Array.from(numbers.flatMap((x) => [x, 0]));
  for (const [mode, test] of Object.entries(holds)) {
    for (const threshold of numbers) {
      for (const missing of [0, 1]) {
        const node = ml("TreeEnsembleRegressor", stump(mode, threshold, missing));
        const graph = await open([node], { shape: [numbers.length, 2] });
        const output = runFloat(graph, [values])[graph.outputs[0] as number];
        const expected = numbers.map((x) =>
          test(x, threshold) || (Number.isNaN(x) && missing === 1) ? 1 : 2,
        );
        assert.equal([...(output as Float32Array)], expected, `${mode} ${threshold}, missing ${missing}`);
      }
    }
  }
});

/** A run of a model on V8: the outputs as numbers, int64 or float32. */
async function run(graph: Graph, input: Float32Array | BigInt64Array) {
  const { wasm, manifest } = await buildModel(graph);
  const runner = await openRunner("node", wasm, openModule(wasm));
  await runner.writeInput(0, new Uint8Array(input.buffer));
  await runner.run();
  const outputs: number[][] = [];
  for (const [i, { dtype }] of manifest.outputs.entries()) {
    const { buffer } = Uint8Array.from(await runner.readOutput(i));
    outputs.push(
      dtype === "int64" ? Array.from(new BigInt64Array(buffer), Number) : [...new Float32Array(buffer)],
    );
  }
  await runner.close();
  return { outputs, manifest: openModule(wasm).manifest };
}

const linear: Record<string, WrittenAttribute> = {
  coefficients: { floats: [1, 0, 0, 1, -1, -1] },
  intercepts: { floats: [0, 0, 0] },
};

test("labels that are texts are positions, and the manifest has the texts and the names of the classes", async () => {
  const names = { texts: ["ash", "beech", "cedar"] };
  const node = ml("LinearClassifier", { ...linear, classlabels_strings: names }, ["label", "scores"]);
  const { outputs, manifest } = await run(
    await open([node], { shape: [3, 2] }),
    Float32Array.of(1, 0, 0, 2, -1, -1),
  );
  assert.equal(outputs[0], [0, 1, 2]);
  assert.equal(manifest.outputs[0]?.texts, names.texts);
  assert.equal(manifest.outputs[1]?.labels, names.texts);
});

test("labels that are numbers name the classes unless they are their positions", async () => {
  const of = async (labels: number[]) => {
    const node = ml("LinearClassifier", { ...linear, classlabels_ints: labels }, ["label", "scores"]);
    return run(await open([node], { shape: [2, 2] }), Float32Array.of(1, 0, -1, -1));
  };
  const { outputs, manifest } = await of([7, -4, 2]);
  assert.equal(outputs[0], [7, 2]);
  assert.equal(manifest.outputs[1]?.labels, ["7", "-4", "2"]);
  assert.is(manifest.outputs[0]?.texts, undefined);
  assert.is((await of([0, 1, 2])).manifest.outputs[1]?.labels, undefined);
});

test("texts are moved and encoded: those of constants by positions, and to numbers and back", async () => {
  const classes: WrittenConstant = { name: "c", dtype: "string", shape: [3], texts: ["b", "a", "b"] };
  const chosen = ml("ArrayFeatureExtractor", {}, ["chosen"], ["c", "i"]);
  const shaped: WrittenNode = { operator: "Reshape", inputs: ["chosen", "s"], outputs: ["label"] };
  const kept: WrittenNode = { operator: "Cast", inputs: ["label"], outputs: ["text"], attributes: { to: 8 } };
  const toNumbers = { keys_strings: { texts: ["a", "b"] }, values_int64s: [10, 20] };
  const encoded = ml("LabelEncoder", toNumbers, ["n"], ["text"]);
  const index: WrittenNode = { operator: "ArgMax", inputs: ["x"], outputs: ["i"], attributes: { axis: 1 } };
  const constants = [classes, constant("s", "int64", [1], [-1])];
  const moved = await run(
    await open([index, chosen, shaped, kept], { shape: [2, 3], constants }),
    Float32Array.of(0, 1, 0, 0, 0, 1),
  );
  assert.equal(moved.outputs, [[1, 0]]);
  assert.equal(moved.manifest.outputs[0]?.texts, ["b", "a"]);
  const numbered = await run(
    await open([index, chosen, shaped, kept, encoded], { shape: [2, 3], constants }),
    Float32Array.of(0, 1, 0, 0, 0, 1),
  );
  assert.equal(numbered.outputs, [[10, 20]]);
  const toTexts = { keys_int64s: [5, 6], values_strings: { texts: ["five", "six"] }, default_string: "none" };
  const named = await run(
    await open([ml("LabelEncoder", toTexts)], { shape: [3], dtype: "int64" }),
    BigInt64Array.of(6n, 7n, 5n),
  );
  assert.equal(named.outputs, [[2, 0, 1]]);
  assert.equal(named.manifest.outputs[0]?.texts, ["none", "five", "six"]);
});

test("categories are mapped from numbers to texts, and classes of the first version likewise", async () => {
  const categories = ml("CategoryMapper", { cats_int64s: [4, 9], cats_strings: { texts: ["four", "nine"] } });
  const classes = ml("LabelEncoder", { classes_strings: { texts: ["zero", "one"] } });
  const of = async (node: WrittenNode) =>
    run(await open([node], { shape: [3], dtype: "int64", version: 1 }), BigInt64Array.of(9n, 1n, 4n));
  const mapped = await of(categories);
  assert.equal(mapped.outputs, [[2, 0, 1]]);
  assert.equal(mapped.manifest.outputs[0]?.texts, ["_Unused", "four", "nine"]);
  const numbered = await of(classes);
  assert.equal(numbered.outputs, [[0, 2, 0]]);
  assert.equal(numbered.manifest.outputs[0]?.texts, ["_Unused", "zero", "one"]);
});

test("a forest of many trees is imported and built in the time of its nodes", async () => {
  const [trees, leaves] = [100, 64];
  const lists: Record<string, number[]> = {
    trees: [],
    nodes: [],
    passed: [],
    failed: [],
    leafTrees: [],
    leafNodes: [],
  };
  for (let tree = 0; tree < trees; tree++) {
    for (let node = 0; node < 2 * leaves - 1; node++) {
      const isLeaf = node >= leaves - 1;
      lists.trees?.push(tree);
      lists.nodes?.push(node);
      lists.passed?.push(isLeaf ? 0 : 2 * node + 1);
      lists.failed?.push(isLeaf ? 0 : 2 * node + 2);
      if (isLeaf) {
        lists.leafTrees?.push(tree);
        lists.leafNodes?.push(node);
      }
    }
  }
  const { nodes = [], leafNodes = [] } = lists;
  const node = ml("TreeEnsembleRegressor", {
    nodes_treeids: lists.trees as number[],
    nodes_nodeids: nodes,
    nodes_featureids: nodes.map((i) => i % 2),
    nodes_modes: { texts: nodes.map((i) => (i >= leaves - 1 ? "LEAF" : "BRANCH_LEQ")) },
    nodes_values: { floats: nodes.map((i) => (i * 37) % 11) },
    nodes_truenodeids: lists.passed as number[],
    nodes_falsenodeids: lists.failed as number[],
    target_treeids: lists.leafTrees as number[],
    target_nodeids: leafNodes,
    target_ids: leafNodes.map(() => 0),
    target_weights: { floats: leafNodes.map((i) => i / 8) },
    n_targets: 1,
  });
  const { wasm, manifest } = await buildModel(await open([node]));
  // Records of 8 bytes for each node, a root and a target for each tree, and one base value.
  assert.ok(wasm.length < trees * ((2 * leaves - 1) * 8 + 8) + 4096, `${wasm.length} bytes`);
  assert.is(manifest.steps[0]?.macs, trees * 7);
  assert.ok(manifest.memoryBytes < 256);
});

test("trees compare bytes where a model's own dequantization comes before, with the numbers of the floats", async () => {
  const constants = [
    constant("s", "float32", [], [0.25]),
    { name: "z", dtype: "uint8", shape: [], data: Uint8Array.of(100) },
  ];
  const real: WrittenNode = { operator: "DequantizeLinear", inputs: ["x", "s", "z"], outputs: ["real"] };
  const tree = ml("TreeEnsembleRegressor", stump("BRANCH_LT", 0.75, 0), ["y"], ["real"]);
  const graph = await open([real, tree], { shape: [256, 1], dtype: "uint8", constants });
  const { wasm, program, manifest } = await buildModel(graph);
  assert.equal([manifest.inputs[0]?.interface, manifest.inputs[0]?.dtype], ["uint8", "int8"]);
  assert.ok(program.steps.some(({ calls }) => calls.some(({ kernel }) => kernel === "treeEnsembleInt8")));
  const runner = await openRunner("node", wasm, openModule(wasm));
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  // In memory the bytes are signed: 128 less.
  await runner.writeInput(
    0,
    bytes.map((byte) => byte ^ 128),
  );
  await runner.run();
  const output = new Float32Array(Uint8Array.from(await runner.readOutput(0)).buffer);
  await runner.close();
  assert.equal(
    [...output],
    Array.from(bytes, (byte) => (0.25 * (byte - 100) < 0.75 ? 1 : 2)),
  );
});

test("what has no meaning is refused, with the reason", async () => {
  const refused = async (node: WrittenNode, pattern: RegExp, options = {}): Promise<void> => {
    const [refusal] = await refusalsOf(open([node], options));
    assert.match(refusal?.reason ?? "", pattern);
  };
  const regressor = (change: Record<string, WrittenAttribute>) =>
    ml("TreeEnsembleRegressor", { ...stump("BRANCH_LEQ", 0, 0), ...change });
  await refused(regressor({ nodes_modes: { texts: ["BRANCH_SO", "LEAF", "LEAF"] } }), /mode BRANCH_SO/);
  await refused(regressor({ nodes_truenodeids: [0, 0, 0] }), /from node 0 back to node 0/);
  await refused(regressor({ nodes_truenodeids: [9, 0, 0] }), /tree 0 has no node 9/);
  await refused(regressor({ nodes_nodeids: [0, 1, 1] }), /two nodes of a tree have one number/);
  await refused(regressor({ nodes_values: { floats: [1] } }), /nodes_treeids has 3 nodes and nodes_values 1/);
  await refused(regressor({ target_ids: [0, 3] }), /target 3 of 1/);
  await refused(regressor({ nodes_featureids: [5, 0, 0] }), /feature 5 of 2/);
  await refused(regressor({ aggregate_function: "MEDIAN" }), /MEDIAN does not exist/);
  await refused(regressor({ post_transform: "TANH" }), /TANH does not exist/);
  await refused(regressor({ base_values: { floats: [1, 2] } }), /base_values has 2 numbers/);
  await refused(regressor({ target_nodeids: [1, 1] }), /several numbers to one target/);
  await refused(
    regressor({ n_targets: 2, target_ids: [0, 1], base_values: { floats: [1, 2] } }),
    /decides whether target 0/,
  );
  await refused(regressor({}), /3 axes/, { shape: [1, 1, 2] });
  await refused(regressor({ n_targets: 2 ** 31 }), /2147483648 targets/);
  const { target_treeids, target_nodeids, target_ids, target_weights, n_targets, ...tree } = stump(
    "BRANCH_LEQ",
    0,
    0,
  );
  const classifier = (ids: number[], count: number, weights: number[]) =>
    ml(
      "TreeEnsembleClassifier",
      {
        ...tree,
        class_treeids: [0, 0],
        class_nodeids: [1, 2],
        class_ids: ids,
        class_weights: { floats: weights },
        classlabels_int64s: Array.from({ length: count }, (_, i) => i),
      },
      ["l", "p"],
    );
  await refused(classifier([0, 0], 1, [1, 2]), /1 class/);
  await refused(classifier([0, 1], 3, [-1, 2]), /decides whether class 0 has a score/);
  await refused(classifier([0, 1], 2, [1, 2]), /decides whether class 0 has a score/);
  await refused(ml("LinearClassifier", linear, ["l", "p"]), /neither classlabels_ints nor/);
  await refused(ml("LinearRegressor", { ...linear, targets: 2 }), /6 coefficients; 2 times 2/);
  const vectors = { support_vectors: { floats: [1, 2] }, n_supports: 1, rho: { floats: [0] } };
  const svm = { ...vectors, coefficients: { floats: [1] }, kernel_params: { floats: [1, 0, 2] } };
  await refused(ml("SVMRegressor", { ...svm, kernel_type: "COSINE" }), /COSINE does not exist/);
  await refused(
    ml("SVMRegressor", { ...svm, support_vectors: { floats: [1] } }),
    /1 numbers of 1 vectors; 2/,
  );
  await refused(ml("SVMRegressor", { ...svm, coefficients: { floats: [1, 2] } }), /2 coefficients; 1/);
  await refused(ml("Normalizer", { norm: "L3" }), /L3 does not exist/);
  await refused(
    ml("Scaler", { offset: { floats: [1, 2, 3] }, scale: { floats: [1] } }),
    /offset has 3 numbers; 1 or 2/,
  );
  await refused(ml("OneHotEncoder", { cats_strings: { texts: ["a"] } }), /no cats_int64s/);
  await refused(ml("FeatureVectorizer", { inputdimensions: [1, 2] }), /2 numbers for 1 inputs/);
  await refused(
    ml("LabelEncoder", { keys_int64s: [1], values_int64s: [1] }),
    /keys are int64, the input is float32/,
  );
  await refused(
    ml("LabelEncoder", { keys_floats: { floats: [1] }, values_int64s: [1, 2] }),
    /1 keys and 2 values/,
  );
  await refused(ml("LabelEncoder", { keys_strings: { texts: ["a"] }, values_int64s: [1] }), /keys are texts/);
});

test("distances of rows are those to constants or to each other", async () => {
  const of = (metric: string, other: string): WrittenNode => ({
    ...ml("CDist", { metric }, ["y"], ["x", other]),
    domain: "com.microsoft",
  });
  const constants = [constant("c", "float32", [1, 2], [0, 0])];
  const from = async (node: WrittenNode) =>
    (await run(await open([node], { shape: [2, 2], constants }), Float32Array.of(3, 4, 0, 0))).outputs;
  assert.equal(await from(of("euclidean", "c")), [[5, 0]]);
  assert.equal(await from(of("sqeuclidean", "c")), [[25, 0]]);
  assert.equal(await from(of("euclidean", "x")), [[0, 5, 5, 0]]);
  const [refusal] = await refusalsOf(open([of("cosine", "x")]));
  assert.match(refusal?.reason ?? "", /metric cosine is not supported/);
});

test("trees that share all of their branches are refused before they are taken apart", async () => {
  const [branches, trees] = [2000, 5000];
  const list = (of: (i: number) => number) => Array.from({ length: branches }, (_, i) => of(i));
  const node = ml("TreeEnsemble", {
    nodes_featureids: list(() => 0),
    nodes_splits: {
      tensor: constant(
        "s",
        "float32",
        [branches],
        list((i) => i),
      ),
    },
    nodes_modes: {
      tensor: constant(
        "m",
        "uint8",
        [branches],
        list(() => 0),
      ),
    },
    nodes_truenodeids: list((i) => (i === branches - 1 ? 0 : i + 1)),
    nodes_trueleafs: list((i) => Number(i === branches - 1)),
    nodes_falsenodeids: list(() => 0),
    nodes_falseleafs: list(() => 1),
    leaf_targetids: [0],
    leaf_weights: { tensor: constant("w", "float32", [1], [1]) },
    tree_roots: Array.from({ length: trees }, () => 0),
  });
  const [refusal] = await refusalsOf(open([node], { version: 5 }));
  assert.match(refusal?.reason ?? "", /more than 4194304 nodes/);
});

test("texts are refused where more than moving is asked for, or they are too many or too long", async () => {
  const texts: WrittenConstant = { name: "c", dtype: "string", shape: [2], texts: ["a", "b"] };
  const others: WrittenConstant = { name: "d", dtype: "string", shape: [2], texts: ["c", "d"] };
  const reason = async (node: WrittenNode) =>
    (await refusalsOf(open([node], { constants: [texts, others] })))[0]?.reason ?? "";
  const of = (operator: string, ...inputs: string[]): WrittenNode => ({ operator, inputs, outputs: ["y"] });
  assert.match(await reason(of("Equal", "c", "d")), /reads texts, which are moved only/);
  assert.match(await reason({ ...of("Concat", "c", "d"), attributes: { axis: 0 } }), /different lists/);
  assert.match(await reason({ ...of("Cast", "c"), attributes: { to: 1 } }), /cast of texts to float/);
  const long: WrittenConstant = { name: "c", dtype: "string", shape: [1], texts: ["x".repeat(5000)] };
  const error = await errorOf(open([of("Identity", "c")], { constants: [long] }));
  assert.is(error.code, "model-too-large");
  const few = { ...texts, shape: [3] };
  assert.is((await errorOf(open([of("Identity", "c")], { constants: [few] }))).code, "model-corrupt");
});

test.run();
