import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, UnsupportedModelError, WasmoteError } from "../../../host/errors.js";
import {
  importJson,
  importWritten,
  ints,
  list,
  runWritten,
  scalar,
  text,
  type WrittenGraphModel,
  type WrittenNode,
  type WrittenWeight,
  writeGraphModel,
} from "./graph-model-writer.js";

// biome-ignore lint/suspicious/noExplicitAny: the tests change any part of the document
type Json = Record<string, any>;

const node = (name: string, op: string, input: string[], attr = {}): WrittenNode => ({
  name,
  op,
  input,
  attr,
});
const model = (
  nodes: WrittenNode[],
  weights: Record<string, WrittenWeight> = {},
  shape: number[] = [2, 3],
): WrittenGraphModel => ({ nodes, weights, inputs: { x: { shape } }, outputs: { out: "y" } });

const plain = model([node("y", "AddV2", ["x", "row"])], { row: { shape: [3], values: [1, 2, 3] } });

async function refused(
  action: () => Promise<unknown>,
  code: ErrorCode,
  ...parts: string[]
): Promise<WasmoteError> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    assert.is(error.code, code, error.message);
    for (const part of parts) assert.ok(error.message.includes(part), `${error.message} has no ${part}`);
    return error;
  }
  throw new Error(`nothing was thrown; ${code} is expected`);
}

/** The plain model with its JSON changed. */
function changed(change: (json: Json) => void, weightsOf: WrittenGraphModel = plain) {
  const { json, shard } = writeGraphModel(weightsOf);
  const copy = structuredClone(json) as Json;
  change(copy);
  return () => importJson(copy, shard);
}

test("weights of uint8, uint16 and float16 stand for numbers; half precision stays so in the built model", async () => {
  const half = { dtype: "float16" };
  const written = model(
    [
      node("a", "AddV2", ["x", "bytes"]),
      node("b", "AddV2", ["a", "words"]),
      node("c", "AddV2", ["b", "halves"]),
      node("d", "GatherV2", ["c", "whole", "axis"]),
      node("y", "Identity", ["d"]),
    ],
    {
      bytes: { shape: [3], values: [0, 2, 255], quantization: { dtype: "uint8", scale: 0.5, min: -1 } },
      words: { shape: [3], values: [0, 1, 65535], quantization: { dtype: "uint16", scale: 2, min: 1 } },
      halves: { shape: [3], values: [0x3c00, 0xc200, 0x0000], quantization: half },
      whole: {
        shape: [3],
        dtype: "int32",
        values: [0, 1, 2],
        quantization: { dtype: "uint8", scale: 0.99, min: 0.01 },
      },
      axis: scalar(1),
    },
  );
  const found = await runWritten(written, [Float32Array.of(0, 0, 0, 1, 1, 1)]);
  const row = [-1 + 1 + 1, 0 + 3 - 3, 126.5 + 131071 + 0];
  assert.equal(found.get("out")?.values, [...row, ...row.map((value) => value + 1)]);
  const { tensors } = await importWritten(model([node("y", "AddV2", ["x", "halves"])], written.weights));
  assert.is(tensors.find(({ data }) => data !== undefined)?.stored, "float16");
});

test("an open batch is 1; other open lengths are given as INPUT:AXIS", async () => {
  const open = { ...plain, inputs: { x: { shape: [-1, -1, 3] } } };
  const error = await refused(() => importWritten(open), "model-open", 'axis 1 of "x"');
  assert.match(error.help, /--dim x:1=LENGTH/);
  const shapeOf = async (dims: Record<string, number>) => {
    const { tensors, inputs } = await importWritten(open, { dims });
    return tensors[inputs[0] as number]?.shape;
  };
  assert.equal(await shapeOf({ "x:1": 4 }), [1, 4, 3]);
  assert.equal(await shapeOf({ "x:0": 2, "x:1": 4 }), [2, 4, 3]);
});

test("without a signature placeholders are inputs, and what no node reads is an output", async () => {
  const { outputs, ...unsigned } = plain;
  const { tensors, ...graph } = await importWritten({
    ...unsigned,
    nodes: [...plain.nodes, node("z", "Neg", ["y"]), node("w", "Abs", ["y"])],
  });
  const names = (indices: readonly number[]) => indices.map((index) => tensors[index]?.name);
  assert.equal([names(graph.inputs), names(graph.outputs)], [["x"], ["z", "w"]]);
});

test("outputs that are inputs, constants or each other are tensors of their own", async () => {
  const written: WrittenGraphModel = {
    ...plain,
    nodes: [...plain.nodes, node("same", "Identity", ["x"])],
    outputs: { a: "y", b: "y", c: "same", d: "row" },
  };
  const found = await runWritten(written, [Float32Array.of(1, 2, 3, 4, 5, 6)]);
  assert.equal(
    [...found.values()].map(({ values }) => values.join()),
    ["2,4,6,5,7,9", "2,4,6,5,7,9", "1,2,3,4,5,6", "1,2,3"],
  );
});

test("what the file contradicts itself in is told with its place", async () => {
  const nodesOf = (json: Json): Json[] => json.modelTopology.node;
  await refused(
    changed((json) => nodesOf(json).push({ name: "y", op: "Neg", input: ["x"] })),
    "model-invalid",
    'two nodes are named "y"',
  );
  await refused(
    changed((json) => {
      json.modelTopology.node[2].input = ["x", "nowhere"];
    }),
    "model-invalid",
    'node "nowhere" is read, which is missing',
  );
  await refused(
    changed((json) => {
      json.modelTopology.node[2].input = ["x:3", "row"];
    }),
    "model-invalid",
    "output 3 of node",
  );
  await refused(
    changed((json) => {
      json.weightsManifest[0].weights[0].name = "other";
    }),
    "model-invalid",
    "its value is missing in the weightsManifest",
    '"row"',
  );
  await refused(
    changed((json) => {
      json.signature.outputs.out.name = "gone:0";
    }),
    "model-invalid",
    '"gone"',
  );
  await refused(
    changed(
      (json) => {
        json.modelTopology.node[0].attr.shape.shape.dim[0].size = 1.5;
      },
      { ...plain, outputs: undefined as never },
    ),
    "model-invalid",
    "an integer is expected",
  );
  for (const strides of [3, { list: 3 }, { list: { i: ["a"] } }]) {
    const kernel = { kernel: { shape: [1, 1, 1, 1], values: [1] } };
    const attr = { strides, padding: text("SAME") };
    const written = model([node("y", "Conv2D", ["x", "kernel"], attr)], kernel, [1, 2, 2, 1]);
    await refused(() => importWritten(written), "model-invalid", "strides", '"y"');
  }
});

test("texts among the weights are refused by name, not-a-number by place", async () => {
  const error = await refused(
    changed((json) => json.weightsManifest[0].weights.push({ name: "words", shape: [2], dtype: "string" })),
    "model-unsupported",
    '"words"',
  );
  assert.ok(error instanceof UnsupportedModelError);
  const odd = (value: number) => model(plain.nodes, { row: { shape: [3], values: [1, value, 3] } });
  await refused(() => importWritten(odd(Number.NaN)), "weights-not-finite", "NaN at element 1");
  assert.is((await importWritten(odd(Number.NEGATIVE_INFINITY))).nodes.length, 1);
});

test("what a small file could ask for without end is refused", async () => {
  const big = list(2 ** 20, 2 ** 20);
  const one = { shape: [], values: [1] };
  const bombs: WrittenNode[] = [
    node("y", "Fill", ["big", "one"]),
    node("y", "Tile", ["x", "big"]),
    node("y", "BroadcastTo", ["one", "big"]),
    node("y", "Range", ["zero", "huge", "step"]),
    node("y", "LinSpace", ["one", "one", "huge"]),
    node("y", "OneHot", ["zero", "huge", "one", "one"]),
    node("y", "ResizeNearestNeighbor", ["picture", "big"]),
    node("y", "ResizeBilinear", ["picture", "big"]),
    node("y", "Pad", ["x", "borders"]),
  ];
  const weights: Record<string, WrittenWeight> = {
    big,
    one,
    zero: scalar(0),
    step: scalar(1),
    huge: scalar(2 ** 30),
    picture: { shape: [1, 1, 1, 1], values: [1] },
    borders: { shape: [2, 2], dtype: "int32", values: [2 ** 30, 0, 0, 2 ** 30] },
  };
  for (const bomb of bombs) {
    await refused(() => importWritten(model([bomb], weights)), "model-unsupported", bomb.op);
  }
  const many = Array.from({ length: 16 * 2048 + 1 }, (_, i) => node(`n${i}`, "NoOp", []));
  await refused(() => importWritten(model(many)), "model-too-large", "nodes in the file");
  const deep = Array.from({ length: 3000 }, (_, i) =>
    node(i === 2999 ? "y" : `n${i}`, "Neg", [i === 0 ? "x" : `n${i - 1}`]),
  );
  await refused(() => importWritten(model(deep)), "model-too-large");
  const wide = model([node("y", "IdentityN", Array(300_000).fill("x"))]);
  await refused(() => importWritten(wide), "model-too-large", "inputs");
  await refused(
    () => importWritten({ ...plain, inputs: { x: { shape: Array<number>(40).fill(1) } } }),
    "model-too-large",
    "axes",
  );
  await refused(
    () => importWritten({ ...plain, inputs: { x: { shape: [2 ** 30, 2 ** 30, 3] } } }),
    "model-invalid",
  );
});

test("a name that every object has is no operator, no function and no weight", async () => {
  const names = ["__proto__", "constructor", "toString"];
  for (const name of names) {
    await refused(() => importWritten(model([node("y", name, ["x"])])), "model-unsupported", name);
    await refused(() => importWritten(model([node("y", "Neg", [name])])), "model-invalid");
    const call = node("y", "PartitionedCall", ["x"], { f: { func: { name } } });
    await refused(() => importWritten(model([call])), "model-unsupported");
    const fused = {
      fused_ops: { list: { s: [btoa(name)] } },
      strides: ints(1, 1, 1, 1),
      padding: text("SAME"),
    };
    const kernel = { kernel: { shape: [1, 1, 1, 1], values: [1] } };
    await refused(
      () => importWritten(model([node("y", "_FusedConv2D", ["x", "kernel"], fused)], kernel, [1, 2, 2, 1])),
      "model-unsupported",
    );
  }
});

test.run();
