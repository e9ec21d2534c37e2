import { PbfWriter } from "pbf";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../../host/import/index.js";
import { constantOf } from "../../../host/import/onnx/tensors.js";
import { errorOf } from "../../error-of.js";
import {
  constant,
  type WrittenConstant,
  type WrittenNode,
  type WrittenOnnx,
  writeOnnx,
} from "./onnx-writer.js";

const open = (bytes: Uint8Array) => importModel("model.onnx", bytes, () => new Uint8Array(0));

const end = (name: string, shape: number[]) => ({ name, dtype: "float32", shape });
const model = (nodes: readonly WrittenNode[], more: Partial<WrittenOnnx["graph"]> = {}): Uint8Array =>
  writeOnnx({ graph: { nodes, inputs: [end("x", [2])], outputs: [end("y", [2])], ...more } });

test("every cut of a file is refused", async () => {
  const bytes = model([{ operator: "Relu", inputs: ["x"], outputs: ["y"] }]);
  const codes = new Set<string>();
  for (let length = 1; length < bytes.length; length++)
    codes.add((await errorOf(open(bytes.subarray(0, length)))).code);
  assert.ok(
    [...codes].every((code) => /^(model-(corrupt|invalid|unsupported)|format-.*)$/.test(code)),
    [...codes].join(),
  );
});

test("lengths that reach beyond the file, and groups, are damage", async () => {
  for (const bytes of [
    [0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x08, 8, 0x3a, 4, 0x0a, 0x7f, 0, 0],
    [0x08, 8, 0x3b, 0x3c],
    [0x08, 8, 0x3a, 2, 0x0a, 1, 0],
  ])
    assert.is((await errorOf(open(Uint8Array.from(bytes)))).code, "model-corrupt", bytes.join());
});

test("millions of empty messages, and of numbers, are refused before they fill the memory", async () => {
  const empty = new Uint8Array(2 ** 22);
  for (let at = 0; at < empty.length; at += 2) empty[at] = 0x0a;
  const graph = new PbfWriter();
  graph.writeTag(1, 0);
  graph.writeVarint(8);
  graph.writeTag(7, 2);
  graph.writeBytes(empty);
  assert.is((await errorOf(open(graph.finish()))).code, "model-too-large");
  const node: WrittenNode = {
    operator: "Relu",
    inputs: ["x"],
    outputs: ["y"],
    attributes: { many: { floats: new Array(2 ** 22 + 1).fill(0) } },
  };
  assert.is((await errorOf(open(model([node])))).code, "model-too-large");
});

test("graphs in each other are read so deep", async () => {
  let inner: WrittenOnnx["graph"] = { nodes: [], inputs: [], outputs: [] };
  for (let depth = 0; depth < 40; depth++)
    inner = {
      nodes: [
        { operator: "If", inputs: ["x"], outputs: ["y"], attributes: { then_branch: { graph: inner } } },
      ],
      inputs: [],
      outputs: [],
    };
  assert.is((await errorOf(open(model(inner.nodes)))).code, "model-too-large");
});

test("shapes whose elements overflow, constants without their bytes", async () => {
  const shaped = (shape: number[], data = new Uint8Array(8)) =>
    model([{ operator: "Add", inputs: ["x", "w"], outputs: ["y"] }], {
      constants: [{ name: "w", dtype: "float32", shape, data }],
    });
  assert.is((await errorOf(open(shaped([2 ** 31, 2 ** 31])))).code, "model-invalid");
  assert.is((await errorOf(open(shaped([-1, 2])))).code, "model-invalid");
  assert.is((await errorOf(open(shaped([3])))).code, "model-corrupt");
  assert.is((await errorOf(open(shaped(new Array(40).fill(1), new Uint8Array(4))))).code, "model-too-large");
  const large = writeOnnx({
    graph: {
      nodes: [{ operator: "Relu", inputs: ["x"], outputs: ["y"] }],
      inputs: [end("x", [2 ** 20, 2 ** 20])],
      outputs: [end("y", [])],
    },
  });
  assert.is((await errorOf(open(large))).code, "model-invalid");
});

test("functions that call others twice at each level, and long chains, are refused in time", async () => {
  const levels = Array.from({ length: 30 }, (_, i) => ({
    name: `f${i}`,
    domain: "own",
    inputs: ["a"],
    outputs: ["c"],
    nodes: [
      { operator: `f${i + 1}`, domain: "own", inputs: ["a"], outputs: ["b"] },
      { operator: `f${i + 1}`, domain: "own", inputs: ["b"], outputs: ["c"] },
    ],
  }));
  levels.push({
    name: "f30",
    domain: "own",
    inputs: ["a"],
    outputs: ["c"],
    nodes: [{ operator: "Relu", domain: "", inputs: ["a"], outputs: ["c"] }],
  });
  const graph = {
    nodes: [{ operator: "f0", domain: "own", inputs: ["x"], outputs: ["y"] }],
    inputs: [end("x", [2])],
    outputs: [end("y", [2])],
  };
  const bytes = writeOnnx({ graph, domains: { own: 1 }, functions: levels });
  assert.is((await errorOf(open(bytes))).code, "model-too-large");
  const chain = Array.from({ length: 40_000 }, (_, i) => ({
    operator: "Relu",
    inputs: [i === 0 ? "x" : `t${i}`],
    outputs: [i === 39_999 ? "y" : `t${i + 1}`],
  }));
  assert.is((await errorOf(open(model(chain)))).code, "model-too-large");
});

test("constants that grow without end are refused", async () => {
  const constants = [
    { name: "s", dtype: "int64", shape: [2], data: BigInt64Array.of(2n ** 20n, 2n ** 10n) },
    { name: "one", dtype: "float32", shape: [1, 1], data: Float32Array.of(1) },
  ];
  const nodes: WrittenNode[] = [
    { operator: "Expand", inputs: ["one", "s"], outputs: ["big"] },
    { operator: "Add", inputs: ["x", "big"], outputs: ["y"] },
  ];
  assert.match((await errorOf(open(model(nodes, { constants })))).code, /^model-(too-large|unsupported)$/);
});

test("products and sums of constants that take long are left to the model", async () => {
  const ones = constant("w", "float32", [700, 700], new Float32Array(700 * 700).fill(1));
  const products: WrittenNode[] = [
    { operator: "MatMul", inputs: ["w", "w"], outputs: ["p"] },
    { operator: "Add", inputs: ["x", "p"], outputs: ["y"] },
  ];
  const operators = async (nodes: WrittenNode[], w: WrittenConstant) =>
    (await open(model(nodes, { constants: [w], inputs: [end("x", [1])] }))).nodes.map(
      ({ operator }) => operator,
    );
  assert.equal(await operators(products, ones), ["batchMatmul", "add"]);
  const sums = Array.from({ length: 300 }, (_, i): WrittenNode[] => [
    { operator: "ReduceSum", inputs: ["w"], outputs: [`s${i}`] },
    { operator: "Add", inputs: [i === 0 ? "x" : `t${i - 1}`, `s${i}`], outputs: [i === 299 ? "y" : `t${i}`] },
  ]).flat();
  assert.ok((await operators(sums, ones)).includes("sum"));
  const few = constant("w", "float32", [2, 2], [1, 2, 3, 4]);
  assert.equal(await operators(products, few), ["add"]);
});

test("integers of a constant that are cut off, or longer than any, are damage", async () => {
  const lists = { name: "c", floats: [], doubles: [], single: [], texts: [] };
  for (const bytes of [new Uint8Array(11).fill(255), Uint8Array.of(255)]) {
    const proto = { ...lists, dims: [1], dataType: 7, integers: [bytes] };
    const error = await errorOf(() => constantOf(proto, "c", () => new Uint8Array(0)));
    assert.is(error.code, "model-corrupt");
  }
});

test.run();
