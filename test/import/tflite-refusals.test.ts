import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { fields } from "../../host/import/tflite/schema.js";
import { Table } from "../../host/import/tflite/table.js";
import { errorOf } from "../error-of.js";
import { smallModel, type WrittenModel, writeTflite } from "./tflite-writer.js";

const read = (bytes: Uint8Array) =>
  importModel("model.tflite", bytes, (name) => {
    throw new WasmoteError("file-unreadable", name);
  });

const changed = (change: (model: WrittenModel) => void): Uint8Array => {
  const model = smallModel();
  change(model);
  return writeTflite(model);
};

/** Importing must fail with this code and say this. */
async function refused(bytes: Uint8Array, code: string, text: string): Promise<void> {
  const error = await errorOf(read(bytes));
  assert.is(error.code, code, error.message);
  assert.match(error.message, text);
}

const tensor = (model: WrittenModel, index: number) =>
  model.tensors[index] as WrittenModel["tensors"][number];

test("schema versions other than 3 are refused", async () => {
  for (const version of [0, 2, 4]) {
    const bytes = changed((model) => {
      model.version = version;
    });
    await refused(bytes, "model-corrupt", `schema version ${version}; 3 is expected`);
  }
});

test("the numbers of the schema's fields are those of the public schema.fbs", () => {
  assert.equal(fields, {
    model: { version: 0, operatorCodes: 1, subgraphs: 2, description: 3, buffers: 4 },
    operatorCode: { deprecatedBuiltinCode: 0, customCode: 1, version: 2, builtinCode: 3 },
    subgraph: { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 },
    tensor: {
      shape: 0,
      type: 1,
      buffer: 2,
      name: 3,
      quantization: 4,
      isVariable: 5,
      sparsity: 6,
      shapeSignature: 7,
      hasRank: 8,
    },
    sparsity: {
      traversalOrder: 0,
      blockMap: 1,
      levels: 2,
      level: { format: 0, denseSize: 1, segments: 2, indices: 4 },
    },
    quantization: { scale: 2, zeroPoint: 3, details: 5, axis: 6 },
    operator: { opcodeIndex: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4, customOptions: 5 },
    buffer: { data: 0, offset: 1, size: 2 },
  });
});

test("scales and zero points are as many", async () => {
  for (const zeroPoint of [
    [0, 0],
    [0, 0, 0, 0],
  ]) {
    const bytes = changed((model) => {
      tensor(model, 1).zeroPoint = zeroPoint;
    });
    await refused(bytes, "model-invalid", `3 scales but ${zeroPoint.length} zero points`);
  }
});

test("scales and zero points are read each", async () => {
  const graph = await read(
    changed((model) => {
      tensor(model, 2).zeroPoint = [1, -2, 2 ** 40];
    }),
  );
  assert.equal(graph.tensors[2]?.quantization?.zeroPoint, [1, -2, 2 ** 40]);
  assert.equal(graph.tensors[1]?.quantization?.scale, [0.01, 0.02, 0.005].map(Math.fround));
});

test("a scale's axis is read", async () => {
  const graph = await read(
    changed((model) => {
      tensor(model, 2).axis = 0;
      tensor(model, 5).axis = 1;
    }),
  );
  assert.is(graph.tensors[5]?.quantization?.axis, 1);
  assert.is(graph.tensors[1]?.quantization?.axis, 0);
});

test("data is as long as its shape takes: a byte more is refused as well as one less", async () => {
  for (const length of [53, 55]) {
    const bytes = changed((model) => {
      tensor(model, 1).data = new Uint8Array(length);
    });
    await refused(bytes, "model-invalid", `${length} bytes of data, its shape takes 54`);
  }
});

test("an operator's number stands in the old field, the new one, or both", async () => {
  const operators = async (code: "deprecated" | "new" | undefined) => {
    const bytes = changed((model) => {
      for (const node of model.nodes) if (code !== undefined) node.code = code;
    });
    return (await read(bytes)).nodes.map(({ operator }) => operator);
  };
  for (const code of [undefined, "deprecated", "new"] as const)
    assert.equal(await operators(code), ["conv2d", "reshape", "fullyConnected"]);
});

/** A FlatBuffers file of one table with one field, its vtable at byte 10: root offset, identifier, vtable, table, what follows. */
function table(fieldOffset: number, rest: number[]): Uint8Array {
  const vtable = [6, 0, 8, 0, fieldOffset, 0];
  return Uint8Array.from([16, 0, 0, 0, 84, 70, 76, 51, 0, 0, ...vtable, 6, 0, 0, 0, ...rest]);
}

function outside(action: () => unknown): void {
  assert.throws(action, (error: unknown) => error instanceof WasmoteError && error.code === "model-corrupt");
}

test("what ends just at the file's end is read, a byte more is outside", () => {
  const bytes = table(4, [1, 2, 3, 4]);
  assert.is(bytes.length, 24);
  assert.is(Table.root(bytes).int32(0, 0), 0x04030201);
  outside(() => Table.root(bytes.subarray(0, 23)).int32(0, 0));
  const vector = table(4, [4, 0, 0, 0, 2, 0, 0, 0, 7, 8]);
  assert.equal([...(Table.root(vector).bytes(0) ?? [])], [7, 8]);
  outside(() => Table.root(vector.subarray(0, vector.length - 1)).bytes(0));
});

test("a vtable before the file's start is outside", () => {
  const bytes = table(4, [1, 2, 3, 4]);
  new DataView(bytes.buffer).setInt32(16, 16, true);
  assert.not.throws(() => Table.root(bytes), "a vtable at the file's first byte lies inside");
  new DataView(bytes.buffer).setInt32(16, 17, true);
  outside(() => Table.root(bytes));
});

test("a vtable's length counts: fields behind it are absent, and it ends inside the file", () => {
  const bytes = table(4, [1, 2, 3, 4]);
  assert.is(Table.root(bytes).int32(1, 77), 77);
  bytes[10] = 4;
  assert.is(Table.root(bytes).int32(0, 77), 77);
  bytes[10] = 14;
  assert.is(Table.root(bytes).int32(0, 77), 0x04030201, "14 bytes from byte 10 end with the file");
  bytes[10] = 15;
  outside(() => Table.root(bytes));
});

test.run();
