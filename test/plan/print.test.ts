import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planMemory } from "../../host/plan/plan.js";
import { printPlan } from "../../host/plan/print.js";
import { anyLowering, GraphMaker } from "./graphs.js";

const test = suite("memory plans as text");

test("table, totals and map", () => {
  const make = new GraphMaker();
  const a = make.input(16);
  const b = make.apply([a], 32, { scratchBytes: [16] });
  const c = make.apply([b], 32, { inPlace: [0] });
  const [d, e] = [make.tensor(16), make.tensor(8)];
  make.node([c], [d, e]);
  const graph = make.graph(d, e);
  assert.is(
    printPlan(graph, planMemory(graph, anyLowering)),
    `
step  node  operator       address  bytes  scratch at  bytes  in place     alive
      t0    (model input)       32     16
   0  n0    anything             0     32          48     16                  64
   1  n1    anything             0     32                     over step 0     32
   2  n2    anything            32     16                                     56
                                48      8
arena 64 bytes, lower bound 64 bytes (step 0), with state 64 bytes

addresses 0 to 63, 1 byte a column
i input  o output  + in place  - kept for later  s scratch  . free
0 |ooooooooooooooooooooooooooooooooiiiiiiiiiiiiiiiissssssssssssssss| <- lower bound
1 |++++++++++++++++++++++++++++++++................................|
2 |iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiioooooooooooooooooooooooo........|
`.trim(),
  );
});

test("a model input that is constant has no line, and one that is given twice has one", () => {
  const make = new GraphMaker();
  const a = make.input(4);
  const b = make.apply([a], 4);
  const graph = make.graph(b);
  const twice = { ...graph, inputs: [a, a, make.constant(4)] };
  const lines = (of: typeof graph) => printPlan(of, planMemory(of, anyLowering));
  assert.is(lines(twice), lines(graph));
});

test("a graph without nodes has no map", () => {
  const make = new GraphMaker();
  const graph = make.graph(make.input(4));
  const lines = printPlan(graph, planMemory(graph, anyLowering)).split("\n");
  assert.is(lines.length, 3);
  assert.is(lines[2], "arena 4 bytes, lower bound 4 bytes (step 0), with state 16 bytes");
});

test.run();
