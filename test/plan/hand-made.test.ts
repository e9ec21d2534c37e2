import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { planMemory } from "../../host/plan/plan.js";
import type { Plan } from "../../host/plan/types.js";
import { anyLowering, GraphMaker } from "./graphs.js";
import { planned } from "./planned.js";

const test = suite("memory plans of hand-made graphs");

/** Plans, and asserts that the arena meets the bound, which is `bytes` at `step`. */
function meets(graph: Graph, bytes: number, step: number): Plan {
  const plan = planned(graph);
  assert.equal([plan.boundBytes, plan.boundStep, plan.arenaBytes], [bytes, step, bytes]);
  return plan;
}

test("a chain needs its largest neighbours", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const b = make.apply([a], 30);
  const c = make.apply([b], 20);
  const d = make.apply([c], 5);
  const plan = meets(make.graph(d), 50, 1);
  assert.equal(plan.order, [0, 1, 2]);
  assert.equal(plan.aliveBytes, [40, 50, 25]);
  assert.is(plan.memoryBytes, 64);
  const { first, last } = plan.tensors.get(b) as { first: number; last: number };
  assert.equal([first, last], [0, 1]);
});

test("the input of a residual block stays alive beside it", () => {
  const make = new GraphMaker();
  const a = make.input(100);
  const b = make.apply([a], 40);
  const c = make.apply([b], 100);
  const d = make.apply([c, a], 100);
  const plan = meets(make.graph(d), 300, 2);
  assert.is(plan.tensors.get(a)?.last, 2);
});

test("the sum of a residual block may take over an addend", () => {
  const make = new GraphMaker();
  const a = make.input(100);
  const b = make.apply([a], 40);
  const c = make.apply([b], 100);
  const d = make.apply([c, a], 100, { inPlace: [0, 1] });
  const plan = meets(make.graph(d), 240, 1);
  assert.is(plan.tensors.get(d)?.sharesWith, c);
  assert.is(plan.tensors.get(d)?.address, plan.tensors.get(c)?.address);
});

test("the arms of a diamond run in the order that needs less", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const wide = make.apply([a], 100);
  const hollow = make.apply([a], 200);
  const narrow = make.apply([wide], 1);
  const thin = make.apply([hollow], 1);
  const plan = meets(make.graph(make.apply([narrow, thin], 1)), 211, 2);
  assert.equal(plan.order, [0, 2, 1, 3, 4]);
});

test("a concatenation needs all its inputs and its output", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const arms = [10, 20, 30, 40].map((elements) => make.apply([a], elements));
  meets(make.graph(make.apply(arms, 100)), 200, 4);
});

test("an operator that may work in place takes its input over", () => {
  const make = new GraphMaker();
  const a = make.input(100);
  const b = make.apply([a], 100, { inPlace: [0] });
  const plan = meets(make.graph(b), 100, 0);
  assert.is(plan.tensors.get(b)?.sharesWith, a);
});

test("an input that is read later is not taken over", () => {
  const make = new GraphMaker();
  const a = make.input(100);
  const b = make.apply([a], 100, { inPlace: [0] });
  const c = make.apply([a, b], 1);
  const plan = meets(make.graph(c), 201, 1);
  assert.is(plan.tensors.get(b)?.sharesWith, undefined);
});

test("a model output, a constant and a smaller input are not taken over", () => {
  const output = new GraphMaker();
  const a = output.input(100);
  const b = output.apply([a], 100);
  const c = output.apply([b], 100, { inPlace: [0] });
  assert.is(planned(output.graph(b, c)).tensors.get(c)?.sharesWith, undefined);

  const constant = new GraphMaker();
  const d = constant.input(10);
  const e = constant.apply([d, constant.constant(10)], 10, { inPlace: [1] });
  const plan = meets(constant.graph(e), 20, 0);
  assert.is(plan.tensors.get(e)?.sharesWith, undefined);
  assert.is(plan.tensors.size, 2);

  const smaller = new GraphMaker();
  const f = smaller.input(9);
  assert.is(planned(smaller.graph(smaller.apply([f], 10, { inPlace: [0] }))).boundBytes, 19);
});

test("an input that is left out is not taken over", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const b = make.tensor(10);
  make.node([a, -1], [b], { inPlace: [1] });
  const plan = meets(make.graph(b), 20, 0);
  assert.is(plan.tensors.get(b)?.sharesWith, undefined);
});

test("a tensor read twice is taken over only where both reads allow it", () => {
  const both = new GraphMaker();
  const a = both.input(100);
  meets(both.graph(both.apply([a, a], 100, { inPlace: [0, 1] })), 100, 0);
  const one = new GraphMaker();
  const b = one.input(100);
  meets(one.graph(one.apply([b, b], 100, { inPlace: [0] })), 200, 0);
});

test("a smaller output that takes over gives the rest back", () => {
  const make = new GraphMaker();
  const a = make.input(25, "float32");
  const b = make.apply([a], 25, { inPlace: [0] });
  const c = make.apply([b], 75);
  const plan = meets(make.graph(c), 100, 0);
  assert.equal(plan.aliveBytes, [100, 100]);
});

test("reshape chains lie in one place", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const b = make.apply([a], 60);
  const views = [b];
  for (let i = 0; i < 3; i++) views.push(make.apply([views.at(-1) as number], 60, { inPlace: [0] }));
  const plan = meets(make.graph(views.at(-1) as number), 70, 0);
  assert.equal(new Set(views.map((index) => plan.tensors.get(index)?.address)).size, 1);
  assert.is(plan.tensors.get(views[3] as number)?.sharesWith, views[2]);
});

test("a slice lies in what it is cut from, whose other bytes are free before it", () => {
  const make = new GraphMaker();
  const a = make.input(100);
  const top = make.slice(a, 0, 0.6);
  const b = make.apply([top], 50);
  const rest = make.slice(a, 0.6, 1);
  const c = make.apply([rest, b], 70);
  const plan = meets(make.graph(c), 160, 3);
  assert.equal(plan.tensors.get(rest)?.partOf, a);
  assert.is(plan.tensors.get(rest)?.address, (plan.tensors.get(a)?.address as number) + 60);
  assert.equal(plan.aliveBytes, [100, 150, 90, 160]);
});

test("what is joined is made in its place, and is there once", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const parts = [make.apply([a], 30), make.apply([a], 40)];
  const joined = make.join(parts);
  const plan = meets(make.graph(make.apply([joined], 5)), 80, 1);
  assert.equal(
    parts.map((part) => plan.tensors.get(part)?.partOf),
    [joined, joined],
  );
  const twice = new GraphMaker();
  const b = twice.input(10);
  const c = twice.apply([b], 30);
  assert.is(
    planned(twice.graph(twice.join([c, c]))).boundBytes,
    60 + 16,
    "a copy of the second, by its scratch memory",
  );
});

test("a part that is needed is not taken over with its whole, to the end where it is an output", () => {
  const make = new GraphMaker();
  const a = make.input(20);
  const cut = make.slice(a, 0.5, 1);
  const b = make.apply([a], 20, { inPlace: [0] });
  const plan = meets(make.graph(cut, b), 40, 1);
  assert.is(plan.tensors.get(b)?.sharesWith, undefined);
  const both = new GraphMaker();
  const c = both.input(20);
  const [left, right] = [both.slice(c, 0, 0.7), both.slice(c, 0.3, 1)];
  meets(both.graph(both.apply([left, right], 10, { inPlace: [0, 1] })), 30, 2);
});

test("an output in the middle stays to the end", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const b = make.apply([a], 20);
  const c = make.apply([b], 30);
  const d = make.apply([c], 40);
  const plan = meets(make.graph(b, d), 90, 2);
  assert.is(plan.tensors.get(b)?.last, 2);
});

test("a node with two outputs, one of which nobody reads", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const [b, c] = [make.tensor(20), make.tensor(50)];
  make.node([a], [b, c], { inPlace: [0] });
  const d = make.apply([b], 5);
  const plan = meets(make.graph(d), 80, 0);
  assert.equal(plan.aliveBytes, [80, 25]);
});

test("a model input that nobody reads, and one that is the output", () => {
  const unread = new GraphMaker();
  const a = unread.input(10);
  unread.input(30);
  meets(unread.graph(unread.apply([a], 5)), 45, 0);
  const through = new GraphMaker();
  const b = through.input(10);
  const c = through.apply([b], 5, { inPlace: [0] });
  meets(through.graph(b, c, b), 15, 0);
});

test("a graph without nodes holds its inputs", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const b = make.input(7);
  const plan = meets(make.graph(b, a), 17, 0);
  assert.equal([plan.order, plan.scratch], [[], []]);
  meets(new GraphMaker().graph(), 0, 0);
});

test("the smallest scratch memory counts, the largest that fits is given", () => {
  const make = new GraphMaker();
  const a = make.input(8);
  const b = make.apply([a], 8, { scratchBytes: [8, 64, 800] });
  const c = make.apply([b], 80, { scratchBytes: [8, 16, 24] });
  const plan = meets(make.graph(c), 96, 1);
  assert.equal(
    plan.scratch.map(({ bytes }) => bytes),
    [64, 8],
  );
});

test("scratch memory that a kernel can do without does not count", () => {
  const make = new GraphMaker();
  const a = make.input(64);
  const b = make.apply([a], 8, { scratchBytes: [0, 32] });
  const c = make.apply([b], 56, { scratchBytes: [0, 8] });
  const plan = meets(make.graph(c), 72, 0);
  assert.equal(
    plan.scratch.map(({ bytes }) => bytes),
    [0, 8],
  );
});

test("int8 tensors fill what alignment to words would waste", () => {
  const make = new GraphMaker();
  const a = make.input(3);
  const b = make.apply([a], 5);
  const c = make.apply([b], 7);
  meets(make.graph(c), 12, 1);
});

test("an order whose bound is lower, but whose arena is larger for want of alignment, is not taken", () => {
  const make = new GraphMaker();
  const a = make.input(23);
  const b = make.input(13, "float32");
  const c = make.apply([a], 25, { scratchBytes: [8] });
  const d = make.apply([b], 33, { scratchBytes: [48], inPlace: [0] });
  const e = make.tensor(12, "int16");
  make.node([d, c], [e], { scratchBytes: [48], inPlace: [0, 1] });
  const plan = meets(make.graph(e, d), 125, 1);
  assert.equal(plan.order, [0, 1, 2], "not [1, 0, 2], whose bound is 123 and whose arena is 127");
});

test("nodes that read what is not there are refused", () => {
  const backward = new GraphMaker();
  const late = backward.tensor(5);
  const early = backward.apply([late], 5);
  backward.node([backward.input(5)], [late]);
  assert.throws(
    () => planMemory(backward.graph(early), anyLowering),
    (error: { code: string; message: string }) =>
      error.code === "model-invalid" &&
      error.message.includes('"t0" is read before it is written (node "n0"'),
  );
  const twice = new GraphMaker();
  const a = twice.input(5);
  const b = twice.apply([a], 5);
  twice.node([a], [b]);
  assert.throws(
    () => planMemory(twice.graph(b), anyLowering),
    (error: { message: string }) => error.message.includes('"t1" is written a second time (node "n1"'),
  );
  const never = new GraphMaker();
  assert.throws(() => planMemory(never.graph(never.tensor(3)), anyLowering), /is never written/);
});

test.run();
