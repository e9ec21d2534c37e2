import { test } from "uvu";
import * as assert from "uvu/assert";
import { block } from "../../host/abi/block.js";
import { WasmoteError } from "../../host/errors.js";
import type { BoundNode } from "../../host/graph/node.js";
import { NotRunnable } from "../../host/graph/not-runnable.js";
import { guardOperator } from "../../host/tools/guard-operator.js";

const mapping = {
  builtin: "CUSTOM:X",
  optionsType: 0,
  maxVersion: 1,
  read: () => ({ operator: "x", attributes: { a: 1 } }),
};
const operator = {
  name: "x",
  quantization: { output: "as-input" },
  infer: () => [{ dtype: "int8", shape: [1, 2] }],
  macs: () => 3,
  reference: () => [new Float32Array(2)],
};
const lowering = { operator: "x", emit: () => [], scratchBytes: () => [8] };
const parameters = [block("XParameters", "Of x.", { input: "address" })];
const good = { operator, lowering, tflite: [mapping], parameters };
const guarded = (change: object) => guardOperator("x.mts", { ...good, ...change });
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
  const { operator: passed, lowering: runs, tflite } = guarded({});
  assert.equal(passed.infer(node), [{ dtype: "int8", shape: [1, 2] }]);
  assert.is(passed.macs(node), 3);
  assert.equal(runs.scratchBytes?.(node), [8]);
  assert.is(runs.inPlace, undefined);
  assert.equal(tflite[0]?.read({} as never), { operator: "x", attributes: { a: 1 } });
  assert.equal(guarded({ tflite: undefined }).tflite, []);
  const refusing = {
    ...operator,
    infer: () => {
      throw new NotRunnable("no");
    },
  };
  assert.throws(
    () => guarded({ operator: refusing }).operator.infer(node),
    (error: unknown) => error instanceof NotRunnable,
  );
});

test("functions see what they are members of as `this`", () => {
  const counting = {
    ...operator,
    count: 5,
    macs() {
      return this.count;
    },
  };
  assert.is(guarded({ operator: counting }).operator.macs(node), 5);
});

test("what is missing is listed whole", () => {
  assert.is(
    refused(() => guardOperator("x.mts", undefined)),
    "it gives no operator.name, operator.quantization, operator.infer, operator.macs, operator.reference, lowering.emit, parameters as a list of what block gives, of named fields",
  );
  for (const wrong of [
    { operator: { ...operator, name: "" } },
    { operator: { ...operator, macs: 1 } },
    { lowering: { ...lowering, scratchBytes: 4 } },
    { lowering: { ...lowering, operator: "y" } },
    { lowering: undefined },
    { tflite: {} },
    { tflite: [{ ...mapping, read: 1 }] },
    { parameters: ["XParameters"] },
    { parameters: [{ name: "X Y", note: "", fields: {} }] },
    { parameters: [{ name: "X", note: "", fields: { "a b": "int32" } }] },
    { parameters: [{ name: "X", note: "", fields: { a: "int16" } }] },
    { parameters: [{ name: "X", note: "", fields: { a: undefined } }] },
  ])
    refused(() => guarded(wrong));
});

test("results that are none, and what is thrown, name the function", () => {
  for (const [name, result] of [
    ["infer", undefined],
    ["infer", [{ dtype: "int8", shape: [1.5] }]],
    ["macs", undefined],
    ["macs", 0.5],
    ["macs", -1],
    ["reference", [[1]]],
    ["byteTable", new Uint8Array(3)],
  ] as const) {
    const made = guarded({ operator: { ...operator, [name]: () => result } }).operator;
    const member = made[name] as (node: BoundNode) => unknown;
    assert.match(
      refused(() => member(node)),
      new RegExp(`^${name} gives `),
    );
  }
  for (const [name, result] of [
    ["emit", undefined],
    ["emit", { kernel: "k", block: 0 }],
    ["emit", ["k"]],
    ["scratchBytes", 4],
    ["inPlace", [undefined]],
  ] as const) {
    const made = guarded({ lowering: { ...lowering, [name]: () => result } }).lowering;
    const member = made[name] as (node: BoundNode, placement: never) => unknown;
    assert.match(
      refused(() => member(node, {} as never)),
      new RegExp(`^${name} gives `),
    );
  }
  const throwing = {
    ...lowering,
    emit: () => {
      throw new TypeError("mine");
    },
  };
  assert.is(
    refused(() => guarded({ lowering: throwing }).lowering.emit(node, {} as never)),
    "emit throws TypeError: mine",
  );
  const { read } = guarded({ tflite: [{ ...mapping, read: () => ({ attributes: {} }) }] }).tflite[0] ?? {};
  assert.match(
    refused(() => read?.({} as never)),
    /^tflite CUSTOM:X: read gives \[object Object\]/,
  );
});

test.run();
