import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { errorOf } from "../error-of.js";
import { smallModel, type WrittenModel, type WrittenTensor, writeTflite } from "./tflite-writer.js";

/** The graph of the small model with a change to it. */
function graphOf(change: (model: WrittenModel) => void): Promise<Graph> {
  const model = smallModel();
  change(model);
  return importModel("model.tflite", writeTflite(model), (name) => {
    throw new WasmoteError("file-unreadable", name);
  });
}

/** The small model's layer has its weights, 5 x 48, as given. */
const withWeights =
  (own: Partial<WrittenTensor>) =>
  ({ tensors }: WrittenModel): void => {
    Object.assign(tensors[5] as object, own);
  };

function weightsOf(graph: Graph): Int8Array {
  return graph.tensors.find(({ name }) => name === "weights")?.data as Int8Array;
}

async function refused(change: (model: WrittenModel) => void, code: string, reason: RegExp): Promise<void> {
  const error = await errorOf(graphOf(change));
  assert.is(error.code, code);
  assert.match(error.message, reason);
}

test("data may lie behind the flatbuffer", async () => {
  const expected = await graphOf(() => {});
  const outside = await graphOf(({ tensors }) => {
    for (const i of [1, 2, 5]) (tensors[i] as WrittenTensor).outside = true;
  });
  assert.equal(outside, expected);
  const bytes = writeTflite({
    ...smallModel(),
    tensors: smallModel().tensors.map((tensor, i) => (i === 5 ? { ...tensor, outside: true } : tensor)),
  });
  const shortened = bytes.subarray(0, bytes.length - 1);
  const error = await errorOf(importModel("model.tflite", shortened, () => new Uint8Array(0)));
  assert.is(error.code, "model-corrupt");
  assert.match(error.message, /buffer of 240 bytes/);
});

test("sparse weights get their zeros back, by rows and by blocks, with indices of every width", async () => {
  for (const kind of [1, 2, 3] as const) {
    const rows = await graphOf(
      withWeights({
        data: Uint8Array.of(1, 2, 3, 253),
        sparsity: {
          order: [0, 1],
          levels: [5, { segments: [0, 2, 2, 3, 3, 4], indices: [0, 47, 5, 9], kind }],
        },
      }),
    );
    const expected = new Int8Array(240);
    for (const [at, value] of [
      [0, 1],
      [47, 2],
      [2 * 48 + 5, 3],
      [4 * 48 + 9, -3],
    ] as const)
      expected[at] = value;
    assert.equal(weightsOf(rows), expected);
  }
  const blocks = await graphOf(
    withWeights({
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      sparsity: {
        order: [0, 1, 2],
        blockMap: [1],
        levels: [5, { segments: [0, 1, 1, 1, 1, 2], indices: [2, 0] }, 4],
      },
    }),
  );
  const expected = new Int8Array(240);
  expected.set([1, 2, 3, 4], 8);
  expected.set([5, 6, 7, 8], 4 * 48);
  assert.equal(weightsOf(blocks), expected);
});

test("what a sparse tensor of 64 bits leaves out is its zero point", async () => {
  const graph = await graphOf(({ tensors }) => {
    tensors.push({
      name: "sparse",
      type: "INT64",
      shape: [4],
      scale: [1],
      zeroPoint: [3],
      data: new Uint8Array(BigInt64Array.of(9n).buffer),
      sparsity: { order: [0], levels: [{ segments: [0, 1], indices: [2] }] },
    });
  });
  assert.equal(graph.tensors.find(({ name }) => name === "sparse")?.data, BigInt64Array.of(3n, 3n, 9n, 3n));
});

test("sparse weights whose parts contradict each other are refused", async () => {
  const rows = { segments: [0, 1, 1, 1, 1, 1], indices: [3] };
  const cases: [NonNullable<WrittenTensor["sparsity"]>, RegExp][] = [
    [{ order: [0, 1], levels: [5] }, /has 1 levels/],
    [{ order: [0, 0], levels: [5, rows] }, /in the order \[0, 0\]/],
    [{ order: [0, 1], levels: [4, rows] }, /a level of 4 for an axis of 5/],
    [{ order: [0, 1], levels: [5, { ...rows, indices: [48] }] }, /index 48 in an axis of 48/],
    [{ order: [0, 1], levels: [5, { ...rows, indices: [-1] }] }, /index -1/],
    [
      { order: [0, 1], levels: [5, { segments: [0, 2, 2, 2, 2, 2], indices: [1, 1] }] },
      /index 1 behind 1; larger and larger/,
    ],
    [{ order: [0, 1], levels: [5, { ...rows, segments: [0, 2] }] }, /without the indices/],
    [
      { order: [0, 1], levels: [5, { segments: [0, 2, 2, 2, 2, 2], indices: [1, 2] }] },
      /its levels name more/,
    ],
    [{ order: [0, 1, 2], blockMap: [1], levels: [5, rows, 5] }, /blocks of 5 along an axis of 48/],
    [{ order: [0, 1, 2], blockMap: [2], levels: [5, rows, 4] }, /levels in the order/],
  ];
  for (const [sparsity, reason] of cases)
    await refused(withWeights({ data: Uint8Array.of(1), sparsity }), "model-corrupt", reason);
});

test("a tensor without elements that nothing gives is a constant", async () => {
  const graph = await graphOf(({ tensors }) => {
    tensors.push({ name: "none", type: "INT32", shape: [0] });
  });
  assert.equal(graph.tensors.at(-1)?.data, new Int32Array(0));
});

test("nodes and tensors of one name are told apart, and an output may be read inside", async () => {
  const graph = await graphOf(({ tensors, outputs }) => {
    for (const tensor of tensors) tensor.name = "same";
    outputs.push(3);
  });
  assert.is(new Set(graph.nodes.map(({ name }) => name)).size, graph.nodes.length);
  assert.equal(graph.outputs, [6, 3]);
});

test("a model of uint8 is one of int8 between nodes that convert", async () => {
  const graph = await graphOf(({ tensors }) => {
    for (const i of [0, 1, 3, 4, 5, 6]) {
      const tensor = tensors[i] as WrittenTensor;
      tensor.type = "UINT8";
      tensor.zeroPoint = (tensor.zeroPoint ?? tensor.scale?.map(() => 0) ?? []).map((point) => point + 128);
      if (tensor.data !== undefined) tensor.data = tensor.data.map((byte) => byte ^ 128);
    }
  });
  const signed = await graphOf(() => {});
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["quantize", "conv2d", "reshape", "fullyConnected", "quantize"],
  );
  assert.equal(graph.tensors.slice(1, 6), signed.tensors.slice(1, 6));
  const ends = [...graph.inputs, ...graph.outputs].map((index) => graph.tensors[index]);
  assert.equal(
    ends.map((tensor) => [tensor?.dtype, tensor?.quantization?.zeroPoint]),
    [
      ["uint8", [123]],
      ["uint8", [128]],
    ],
  );
});

test.run();
