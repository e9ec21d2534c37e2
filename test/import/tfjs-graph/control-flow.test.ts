import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError, WasmoteError } from "../../../host/errors.js";
import { examineModel } from "../../../host/import/index.js";
import {
  func,
  importWritten,
  list,
  readerOf,
  runWritten,
  scalar,
  text,
  type WrittenFunction,
  type WrittenGraphModel,
  type WrittenNode,
  writeGraphModel,
} from "./graph-model-writer.js";

const node = (name: string, op: string, input: string[], attr = {}): WrittenNode => ({
  name,
  op,
  input,
  attr,
});
const unary = (name: string, op: string): WrittenFunction => ({
  name,
  inputs: ["a"],
  results: { r: "done:y:0" },
  nodes: [node("done", op, ["a"])],
});

const weights = {
  yes: { shape: [], dtype: "bool", values: [1] },
  zero: scalar(0),
  one: scalar(1),
  three: scalar(3),
  shape: list(3),
  number: { shape: [], values: [10] },
};
const model = (
  nodes: WrittenNode[],
  output: string,
  functions: WrittenFunction[] = [],
): WrittenGraphModel => ({
  nodes,
  weights,
  functions,
  inputs: { x: { shape: [3] } },
  outputs: { out: output },
});
const x = Float32Array.of(1, -2, 4);
const valuesOf = async (written: WrittenGraphModel) => (await runWritten(written, [x])).get("out")?.values;

async function reasons(written: WrittenGraphModel): Promise<string[]> {
  const { json, shard } = writeGraphModel(written);
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  const { refusals } = await examineModel("model.json", bytes, readerOf({ "shard.bin": shard }));
  return refusals.map(({ operator, reason }) => `${operator}: ${reason}`);
}

async function error(written: WrittenGraphModel): Promise<WasmoteError> {
  try {
    await importWritten(written);
  } catch (thrown) {
    if (thrown instanceof WasmoteError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

test("calls are inlined, and the branch that a constant takes", async () => {
  const functions = [unary("negate", "Neg"), unary("magnitude", "Abs")];
  const branches = { then_branch: func("negate"), else_branch: func("magnitude") };
  const nodes = [
    node("called", "StatefulPartitionedCall", ["x"], { f: func("negate") }),
    node("taken", "StatelessIf", ["is_three", "called"], branches),
    node("is_three", "Equal", ["rank", "three"]),
    node("rank", "Size", ["x"]),
    node("else", "If", ["not", "taken"], branches),
    node("not", "LogicalNot", ["yes"]),
  ];
  assert.equal(await valuesOf(model(nodes, "taken:0", functions)), [1, -2, 4]);
  assert.equal(await valuesOf(model(nodes, "else:0", functions)), [1, 2, 4]);
});

test("a condition that is computed while the model runs is refused", async () => {
  const nodes = [
    node("positive", "Any", ["above", "zero"]),
    node("above", "Greater", ["x", "number"]),
    node("out", "If", ["positive", "x"], { then_branch: func("negate"), else_branch: func("negate") }),
  ];
  const [reason, ...more] = await reasons(model(nodes, "out", [unary("negate", "Neg")]));
  assert.match(reason ?? "", /^If: the condition is computed while the model runs/);
  assert.equal(more, []);
});

test("a loop is taken as often as its condition, a constant each time, says", async () => {
  const condition: WrittenFunction = {
    name: "condition",
    inputs: ["i", "list", "sum"],
    results: { again: "less:z:0" },
    nodes: [node("less", "Less", ["i", "limit:output:0"]), node("limit", "Const", [])],
  };
  const body: WrittenFunction = {
    name: "body",
    inputs: ["i", "list", "sum"],
    results: { next: "next:z:0", list: "kept:output_handle:0", sum: "added:z:0" },
    nodes: [
      node("next", "AddV2", ["i", "step:output:0"]),
      node("step", "Const", []),
      node("item", "TensorListGetItem", ["list", "i", "i"]),
      node("added", "AddV2", ["sum", "item:item:0"]),
      node("kept", "TensorListSetItem", ["list", "i", "added:z:0"]),
    ],
  };
  const written = model(
    [
      node("list", "TensorListFromTensor", ["x", "shape"]),
      node("loop", "StatelessWhile", ["zero", "list", "number"], {
        cond: func("condition"),
        body: func("body"),
      }),
      node("stacked", "TensorListStack", ["loop:1", "shape"]),
    ],
    "stacked",
    [condition, body],
  );
  const found = await valuesOf({ ...written, weights: { ...weights, limit: scalar(3), step: scalar(1) } });
  assert.equal(found, [11, 9, 13]);
});

test("switches of TensorFlow 1 are decided by constants: what is not taken is dropped", async () => {
  const nodes = [
    node("switch", "Switch", ["x", "yes"]),
    node("taken", "Neg", ["switch:1"]),
    node("dropped", "NotAnOperator", ["switch:0"]),
    node("out", "Merge", ["dropped", "taken"]),
  ];
  assert.equal(await valuesOf(model(nodes, "out:0")), [-1, 2, -4]);
  // A constant of a branch has no input, but waits for its switch.
  const constant = [
    node("switch", "Switch", ["yes", "yes"]),
    node("pivot", "Identity", ["switch:0"]),
    node("far", "Fill", ["shape", "number", "^pivot"]),
    node("out", "Merge", ["far", "x"]),
  ];
  assert.equal(await valuesOf(model(constant, "out")), [1, -2, 4]);
});

/** A loop of TensorFlow 1 that doubles x while a counter is below a limit, after another within has added 2. */
const frame = (condition: WrittenNode): WrittenNode[] => {
  const enter = (name: string, from: string, frame_name = "outer") =>
    node(name, "Enter", [from], { frame_name: text(frame_name) });
  return [
    enter("i0", "zero"),
    enter("x0", "x"),
    enter("limit", "three"),
    node("i", "Merge", ["i0", "i_next"]),
    node("v", "Merge", ["x0", "v_next"]),
    condition,
    node("again", "LoopCond", ["less"]),
    node("i_taken", "Switch", ["i", "again"]),
    node("v_taken", "Switch", ["v", "again"]),
    node("body", "Identity", ["i_taken:1"]),
    node("two", "Fill", ["shape", "step", "^body"]),
    node("i_next", "NextIteration", ["i_more"]),
    node("i_more", "AddV2", ["i_taken:1", "one"]),
    enter("j0", "zero", "inner"),
    enter("w0", "v_taken:1", "inner"),
    node("j", "Merge", ["j0", "j_next"]),
    node("w", "Merge", ["w0", "w_next"]),
    node("j_less", "Less", ["j", "one"]),
    node("j_again", "LoopCond", ["j_less"]),
    node("j_taken", "Switch", ["j", "j_again"]),
    node("w_taken", "Switch", ["w", "j_again"]),
    node("j_next", "NextIteration", ["j_more"]),
    node("j_more", "AddV2", ["j_taken:1", "one"]),
    node("w_next", "NextIteration", ["w_more"]),
    node("w_more", "AddV2", ["w_taken:1", "t0"]),
    enter("t0", "two", "inner"),
    node("inner", "Exit", ["w_taken"]),
    node("v_next", "NextIteration", ["twice"]),
    node("twice", "AddV2", ["inner", "inner"]),
    node("out", "Exit", ["v_taken"]),
    node("count", "Exit", ["i_taken"]),
  ];
};

test("a loop of TensorFlow 1 is taken as often as constants say, and one within it", async () => {
  const written = {
    ...model(frame(node("less", "Less", ["i", "limit"])), "out"),
    outputs: { out: "out", count: "count" },
    weights: { ...weights, step: { shape: [], values: [2] } },
  };
  const found = await runWritten(written, [x]);
  // Three turns of v -> 2 (v + 2).
  assert.equal(found.get("out")?.values, [8 + 28, -16 + 28, 32 + 28]);
  assert.equal(found.get("count")?.values, [3]);
});

test("a loop of TensorFlow 1 whose condition is computed, or that is no loop, is refused once", async () => {
  const above = node("less", "Any", ["above", "zero"]);
  const computed = model([...frame(above), node("above", "Greater", ["v", "number"])], "out");
  const step = { step: { shape: [], values: [2] } };
  const reason = await reasons({ ...computed, weights: { ...weights, ...step } });
  assert.is(reason.length, 1);
  assert.match(reason[0] ?? "", /^Exit: the condition of the loop is computed while the model runs/);
  const [odd] = await reasons(model([node("out", "Exit", ["x"])], "out"));
  assert.match(odd ?? "", /^Exit: it leaves no loop/);
});

test("a loop within itself, and one without end, end", async () => {
  const enter = (name: string, from: string) => node(name, "Enter", [from], { frame_name: text("f") });
  const loop = (next: string) => [
    enter("a", "x"),
    enter("c", "yes"),
    node("m", "Merge", ["a", "n"]),
    node("again", "LoopCond", ["c"]),
    node("s", "Switch", ["m", "again"]),
    node("n", "NextIteration", [next]),
    node("out", "Exit", ["s"]),
  ];
  assert.match((await error(model(loop("out"), "out"))).message, /may call itself/);
  assert.match((await error(model(loop("m"), "out"))).message, /without end|more than 4096 turns/);
});

test("all that cannot be run is told: what follows it is not guessed at", async () => {
  const nodes = [
    node("table", "LookupTableFindV2", ["x", "x"]),
    node("odd", "NotAnOperator", ["table"]),
    node("fine", "Neg", ["odd"]),
  ];
  assert.match((await error(model(nodes, "fine"))).message, /: 2 nodes/);
  const [table, odd, ...more] = await reasons(model(nodes, "fine"));
  assert.match(table ?? "", /^LookupTableFindV2: tables that are looked up are not supported/);
  assert.is(odd, "NotAnOperator: the operator is not supported");
  assert.equal(more, []);
});

test("functions that call themselves, loops without end and cycles are refused at once", async () => {
  const itself: WrittenFunction = {
    name: "itself",
    inputs: ["a"],
    results: { r: "again:output:0" },
    nodes: [node("again", "PartitionedCall", ["a"], { f: func("itself") })],
  };
  const call = (name: string) => [node("out", "PartitionedCall", ["x"], { f: func(name) })];
  assert.match((await error(model(call("itself"), "out", [itself]))).message, /may call itself/);
  const twice: WrittenFunction[] = Array.from({ length: 30 }, (_, i) => ({
    name: `f${i}`,
    inputs: ["a"],
    results: { r: "second:output:0" },
    nodes: [
      node("first", "PartitionedCall", ["a"], { f: func(`f${i + 1}`) }),
      node("second", "PartitionedCall", ["first:output:0"], { f: func(`f${i + 1}`) }),
    ],
  }));
  const bomb = await error(model(call("f0"), "out", [...twice, unary("f30", "Neg")]));
  assert.is(bomb.code, "model-too-large");
  const forever: WrittenFunction = {
    name: "forever",
    inputs: ["a"],
    results: { r: "yes_too:output:0" },
    nodes: [node("yes_too", "Const", [])],
  };
  const endless = model(
    [node("out", "While", ["x"], { cond: func("forever"), body: func("negate") })],
    "out",
    [forever, unary("negate", "Neg")],
  );
  const found = await error({
    ...endless,
    weights: { ...weights, yes_too: { shape: [], dtype: "bool", values: [1] } },
  });
  assert.match(found.message, /a loop may be without end|more than \d+ turns|nodes/);
  const cycle = await error(model([node("a", "Neg", ["b"]), node("b", "Neg", ["a"])], "a"));
  assert.is(cycle.code, "model-invalid");
  assert.match(cycle.message, /form a cycle/);
  assert.ok((await error(model([node("a", "NotAnOperator", ["x"])], "a"))) instanceof UnsupportedModelError);
});

test.run();
