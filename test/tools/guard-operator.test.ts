import { test } from "uvu";
import * as assert from "uvu/assert";
import { block } from "../../host/abi/block.js";
import { WasmoteError } from "../../host/errors.js";
import type { BoundNode } from "../../host/graph/node.js";
import { NotRunnable } from "../../host/ops/operator.js";
import { guardOperator } from "../../host/tools/guard-operator.js";

const mapping = {
  builtin: "CUSTOM:X",
  optionsType: 0,
  maxVersion: 1,
  read: () => ({ attributes: { a: 1 } }),
};
const good = {
  name: "x",
  quantization: { output: "as-input" },
  tflite: [mapping],
  infer: () => [{ dtype: "int8", shape: [1, 2] }],
  macs: () => 3,
  reference: () => [new Float32Array(2)],
  emit: () => [],
  scratchBytes: () => [8],
};
const parameters = [block("XParameters", "Of x.", { input: "address" })];
const node = {} as BoundNode;

const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.instance(error, WasmoteError, `${error}`);
    assert.is((error as WasmoteError).code, "operators-invalid");
    assert.is((error as WasmoteError).place.file, "x.mts");
    return (error as WasmoteError).detail;
  }
  return assert.unreachable("it is taken") as never;
};

test("an operator that keeps to its type is passed on, refusals and all", () => {
  const { operator } = guardOperator("x.mts", { operator: good, parameters });
  assert.equal(operator.infer(node), [{ dtype: "int8", shape: [1, 2] }]);
  assert.is(operator.macs(node), 3);
  assert.equal(operator.scratchBytes?.(node), [8]);
  assert.is(operator.inPlace, undefined);
  assert.equal(operator.tflite?.[0]?.read({} as never), { attributes: { a: 1 } });
  const refusing = {
    ...good,
    infer: () => {
      throw new NotRunnable("no");
    },
  };
  assert.throws(
    () => guardOperator("x.mts", { operator: refusing, parameters }).operator.infer(node),
    (error: unknown) => error instanceof NotRunnable,
  );
});

test("functions see their operator as `this`", () => {
  const own = {
    ...good,
    count: 5,
    macs() {
      return this.count;
    },
  };
  assert.is(guardOperator("x.mts", { operator: own, parameters }).operator.macs(node), 5);
});

test("what is missing is listed whole", () => {
  assert.is(
    refused(() => guardOperator("x.mts", undefined)),
    "it gives no operator.name, operator.quantization, operator.infer, operator.macs, operator.reference, operator.emit, parameters as a list of what block gives, of named fields",
  );
  for (const wrong of [
    { name: "" },
    { macs: 1 },
    { scratchBytes: 4 },
    { tflite: {} },
    { tflite: [{ ...mapping, read: 1 }] },
  ])
    refused(() => guardOperator("x.mts", { operator: { ...good, ...wrong }, parameters }));
  for (const wrong of [
    ["XParameters"],
    [{ name: "X Y", note: "", fields: {} }],
    [{ name: "X", note: "", fields: { "a b": "int32" } }],
    [{ name: "X", note: "", fields: { a: "int16" } }],
    [{ name: "X", note: "", fields: { a: undefined } }],
  ])
    refused(() => guardOperator("x.mts", { operator: good, parameters: wrong }));
});

test("results that are none, and what is thrown, name the function", () => {
  for (const [name, result] of [
    ["infer", undefined],
    ["infer", [{ dtype: "int8", shape: [1.5] }]],
    ["macs", undefined],
    ["macs", 0.5],
    ["macs", -1],
    ["reference", [[1]]],
    ["emit", undefined],
    ["emit", { kernel: "k", block: 0 }],
    ["emit", ["k"]],
    ["scratchBytes", 4],
    ["inPlace", [undefined]],
    ["byteTable", new Uint8Array(3)],
  ] as const) {
    const { operator } = guardOperator("x.mts", { operator: { ...good, [name]: () => result }, parameters });
    const member = operator[name] as (node: BoundNode) => unknown;
    assert.match(
      refused(() => member(node)),
      new RegExp(`^${name} gives `),
    );
  }
  const throwing = {
    ...good,
    emit: () => {
      throw new TypeError("mine");
    },
  };
  const { operator } = guardOperator("x.mts", { operator: throwing, parameters });
  assert.is(
    refused(() => operator.emit(node as never, {} as never)),
    "emit throws TypeError: mine",
  );
  const reading = { ...good, tflite: [{ ...mapping, read: () => undefined }] };
  const read = guardOperator("x.mts", { operator: reading, parameters }).operator.tflite?.[0]?.read;
  assert.match(
    refused(() => read?.({} as never)),
    /^tflite CUSTOM:X: read gives undefined/,
  );
});

test.run();
