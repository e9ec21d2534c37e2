import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../../host/errors.js";
import { type ImportOptions, importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { errorOf, refusalsOf } from "../../error-of.js";
import { constant, type WrittenNode, type WrittenOnnx, writeOnnx } from "./onnx-writer.js";

const floats = (name: string, shape?: (number | string | undefined)[]) => ({
  name,
  dtype: "float32",
  ...(shape === undefined ? {} : { shape }),
});

/** A model of one input and one output. */
const model = (
  nodes: WrittenNode[],
  shape: (number | string | undefined)[] = [2, 3],
  more: Partial<WrittenOnnx["graph"]> = {},
): WrittenOnnx => ({ graph: { nodes, inputs: [floats("x", shape)], outputs: [floats("y")], ...more } });

const noFile = (path: string): never => {
  throw new WasmoteError("file-unreadable", "no such file", { file: path });
};

const open = (
  written: WrittenOnnx,
  options: ImportOptions = {},
  read = noFile as (path: string) => Uint8Array,
) => importModel("folder/model.onnx", writeOnnx(written), read, options);

/** What a model answers to an input. */
async function answer(
  written: WrittenOnnx,
  input: readonly number[],
  options: ImportOptions = {},
): Promise<number[]> {
  const { wasm } = await buildModel(await open(written, options));
  const runner = await openRunner("node", wasm, openModule(wasm));
  runner.writeInput(0, new Uint8Array(Float32Array.from(input).buffer));
  runner.run();
  const output = new Float32Array(runner.readOutput(0).slice().buffer);
  runner.close();
  return [...output];
}

const relu: WrittenNode = { operator: "Relu", inputs: ["x"], outputs: ["y"] };

test("an open batch is 1, other open lengths are given by name or by place", async () => {
  const graph = await open(model([relu], ["batch", 3]));
  assert.equal(graph.tensors[graph.inputs[0] as number]?.shape, [1, 3]);
  const error = await errorOf(open(model([relu], ["batch", "time", undefined])));
  assert.is(error.code, "model-open");
  assert.match(error.message, /"time" \(axis 1 of "x"\), "x:2" \(axis 2 of "x"\)/);
  assert.match(error.help, /--dim time=LENGTH --dim x:2=LENGTH/);
  const fixed = await open(model([relu], ["batch", "time", undefined]), { dims: { time: 4, "x:2": 5 } });
  assert.equal(fixed.tensors[fixed.inputs[0] as number]?.shape, [1, 4, 5]);
  const sameName = await open(model([relu], ["batch", 3, "?", "?"]), { dims: { "?": 4, "x:3": 5 } });
  assert.equal(sameName.tensors[sameName.inputs[0] as number]?.shape, [1, 3, 4, 5]);
  const named = await errorOf(open(model([relu], ["batch", "2*(t+1)", "it's", "constructor"]), { dims: {} }));
  assert.match(named.message, /"constructor" \(axis 3 of "x"\)/);
  assert.match(named.help, "--dim '2*(t+1)=LENGTH' --dim 'it'\\''s=LENGTH' --dim constructor=LENGTH");
});

test("the axis that is called batch is the batch, wherever it is", async () => {
  const options = { dims: { time: 7 } };
  const graph = await open(model([relu], ["time", "batch_size", 3]), options);
  assert.equal(graph.tensors[graph.inputs[0] as number]?.shape, [7, 1, 3]);
});

test("the layout is the file's, or NHWC where that is asked for", async () => {
  const swap: WrittenNode = {
    operator: "Transpose",
    inputs: ["x"],
    outputs: ["y"],
    attributes: { perm: [0, 1, 3, 2] },
  };
  const input = Array.from({ length: 12 }, (_, i) => i);
  const plain = await answer(model([swap], [1, 2, 2, 3]), input);
  assert.equal(plain, [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
  const graph = await open(model([swap], [1, 2, 2, 3]), { layout: "nhwc" });
  assert.equal(graph.tensors[graph.inputs[0] as number]?.shape, [1, 2, 3, 2]);
  assert.equal(graph.tensors[graph.outputs[0] as number]?.shape, [1, 3, 2, 2]);
  const channelsLast = [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11];
  const moved = await answer(model([swap], [1, 2, 2, 3]), channelsLast, { layout: "nhwc" });
  assert.equal(moved, [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]);
});

test("an initializer that is an input, too, is its default value: a constant", async () => {
  const add: WrittenNode = { operator: "Add", inputs: ["x", "w"], outputs: ["y"] };
  const constants = [constant("w", "float32", [3], [1, 2, 3])];
  const inputs = [floats("x", [2, 3]), floats("w", [3])];
  assert.equal(await answer(model([add], [], { inputs, constants }), [0, 0, 0, 1, 1, 1]), [1, 2, 3, 2, 3, 4]);
});

test("nodes that no output is made of are not read, whatever they are", async () => {
  const dead: WrittenNode = { operator: "NoSuchThing", inputs: ["x"], outputs: ["z"] };
  assert.equal(await answer(model([dead, relu], [3]), [-1, 0, 2]), [0, 0, 2]);
});

test("every node that cannot be run is told, those behind one of unknown outputs too", async () => {
  const nodes: WrittenNode[] = [
    { operator: "NoSuchThing", inputs: ["x"], outputs: ["a"] },
    { operator: "Relu", inputs: ["a"], outputs: ["b"] },
    { operator: "Other", domain: "com.example", inputs: ["b"], outputs: ["y"] },
  ];
  const refusals = await refusalsOf(open({ ...model(nodes), domains: { "com.example": 1 } }));
  assert.equal(
    refusals.map(({ node, operator }) => [node, operator]),
    [
      ["a", "NoSuchThing"],
      ["y", "com.example.Other"],
    ],
  );
});

test("a branch that a constant takes, and a loop that constants count, are taken apart", async () => {
  const branch = (operator: string) => ({
    graph: { nodes: [{ operator, inputs: ["x"], outputs: ["r"] }], inputs: [], outputs: [floats("r")] },
  });
  const chosen: WrittenNode = {
    operator: "If",
    inputs: ["c"],
    outputs: ["y"],
    attributes: { then_branch: branch("Relu"), else_branch: branch("NoSuchThing") },
  };
  const constants = [constant("c", "bool", [], [1])];
  assert.equal(await answer(model([chosen], [3], { constants }), [-1, 0, 2]), [0, 0, 2]);
  const body = {
    nodes: [
      { operator: "Add", inputs: ["v", "x"], outputs: ["v2"] },
      { operator: "Identity", inputs: ["on"], outputs: ["on2"] },
    ],
    inputs: [
      { name: "i", dtype: "int64", shape: [] },
      { name: "on", dtype: "bool", shape: [] },
      floats("v", [3]),
    ],
    outputs: [{ name: "on2", dtype: "bool" }, floats("v2"), floats("v2")],
  };
  const loop: WrittenNode = {
    operator: "Loop",
    inputs: ["n", "", "x"],
    outputs: ["last", "y"],
    attributes: { body: { graph: body } },
  };
  const count = [constant("n", "int64", [], [3])];
  assert.equal(
    await answer(model([loop], [3], { constants: count }), [1, 2, 3]),
    [2, 4, 6, 3, 6, 9, 4, 8, 12],
  );
});

test("a loop that takes no turn collects nothing, which is told", async () => {
  const body = {
    nodes: [{ operator: "Identity", inputs: ["on"], outputs: ["on2"] }],
    inputs: [
      { name: "i", dtype: "int64", shape: [] },
      { name: "on", dtype: "bool", shape: [] },
    ],
    outputs: [{ name: "on2", dtype: "bool" }, floats("x")],
  };
  const loop: WrittenNode = {
    operator: "Loop",
    inputs: ["n"],
    outputs: ["y"],
    attributes: { body: { graph: body } },
  };
  const constants = [constant("n", "int64", [], [0])];
  const [refusal] = await refusalsOf(open(model([loop], [3], { constants })));
  assert.match(refusal?.reason ?? "", /the loop takes no turn/);
});

test("a function of the model stands for its nodes, and its attributes for those of calls", async () => {
  const scaled = {
    name: "Flip",
    domain: "own",
    inputs: ["a"],
    outputs: ["b"],
    attributes: ["to"],
    nodes: [{ operator: "Reshape", inputs: ["a", "s"], outputs: ["b"] } as WrittenNode],
  };
  scaled.nodes.unshift({
    operator: "Transpose",
    inputs: ["a"],
    outputs: ["t"],
    attributes: { perm: { reference: "to" } },
  });
  scaled.nodes[1] = { operator: "Relu", inputs: ["t"], outputs: ["b"] };
  const call: WrittenNode = {
    operator: "Flip",
    domain: "own",
    inputs: ["x"],
    outputs: ["y"],
    attributes: { to: [1, 0] },
  };
  const written = { ...model([call]), domains: { own: 1 }, functions: [scaled] };
  assert.equal(await answer(written, [1, 2, 3, 4, 5, 6]), [1, 4, 2, 5, 3, 6]);
});

test("a function that calls itself ends with a clear error", async () => {
  const call = (inputs: string[], outputs: string[]): WrittenNode => ({
    operator: "F",
    domain: "own",
    inputs,
    outputs,
  });
  const itself = { name: "F", domain: "own", inputs: ["a"], outputs: ["b"], nodes: [call(["a"], ["b"])] };
  const error = await errorOf(
    open({ ...model([call(["x"], ["y"])]), domains: { own: 1 }, functions: [itself] }),
  );
  assert.is(error.code, "model-too-large");
  assert.match(error.message, /functions call each other more than 32 deep/);
});

test("data in files beside the model are read, never those outside of its folder", async () => {
  const add: WrittenNode = { operator: "Add", inputs: ["x", "w"], outputs: ["y"] };
  const written = (location: string, more: Record<string, string> = {}) =>
    model([add], [2], {
      constants: [{ name: "w", dtype: "float32", shape: [2], external: { location, ...more } }],
    });
  const files: Record<string, Uint8Array> = {
    "folder/w.bin": new Uint8Array(Float32Array.of(9, 1, 2).buffer),
  };
  const read = (path: string): Uint8Array => files[path] ?? noFile(path);
  const graph = await open(written("w.bin", { offset: "4", length: "8" }), {}, read);
  assert.equal(graph.tensors.find(({ name }) => name === "w")?.data, Float32Array.of(1, 2));
  for (const location of ["../w.bin", "/etc/passwd", "a/../../w.bin", "C:\\w.bin"]) {
    const error = await errorOf(open(written(location), {}, read));
    assert.is(error.code, "model-invalid");
    assert.match(error.message, /leaves the model's folder/);
  }
  assert.is((await errorOf(open(written("no.bin"), {}, read))).code, "shard-missing");
  assert.is((await errorOf(open(written("w.bin", { offset: "8" }), {}, read))).code, "shard-short");
  assert.is((await errorOf(open(written("w.bin", { offset: "-1" }), {}, read))).code, "model-invalid");
});

test("nodes that read what comes later, and names given twice, contradict themselves", async () => {
  const cycle: WrittenNode[] = [
    { operator: "Add", inputs: ["x", "b"], outputs: ["a"] },
    { operator: "Relu", inputs: ["a"], outputs: ["b"] },
    { operator: "Relu", inputs: ["b"], outputs: ["y"] },
  ];
  const error = await errorOf(open(model(cycle)));
  assert.is(error.code, "model-invalid");
  assert.match(error.message, /reads "b", which nothing before gives/);
  const twice = [relu, { ...relu, operator: "Identity" }];
  assert.match((await errorOf(open(model(twice)))).message, /"y" is given twice/);
});

test("inputs of strings, and graphs whose output is an input or a constant", async () => {
  const inputs = [{ name: "x", dtype: "string", shape: [1] }];
  const [refusal] = await refusalsOf(open(model([relu], [], { inputs })));
  assert.match(refusal?.reason ?? "", /the input is of string/);
  const outputs = [floats("x"), floats("w"), floats("y")];
  const constants = [constant("w", "float32", [1], [7])];
  const { wasm } = await buildModel(await open(model([relu], [2], { outputs, constants })));
  const runner = await openRunner("node", wasm, openModule(wasm));
  runner.writeInput(0, new Uint8Array(Float32Array.of(-3, 4).buffer));
  runner.run();
  const read = (i: number) => [...new Float32Array(runner.readOutput(i).slice().buffer)];
  assert.equal([read(0), read(1), read(2)], [[-3, 4], [7], [0, 4]]);
  runner.close();
});

test.run();
