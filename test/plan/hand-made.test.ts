import { test } from "uvu";
import * as assert from "uvu/assert";
import { planMemory } from "../../host/plan/plan.js";
import { anyOperator, GraphMaker } from "./graphs.js";

test("a chain needs its largest neighbours", () => {
  const make = new GraphMaker();
  const a = make.input(10);
  const b = make.apply([a], 30);
  const c = make.apply([b], 20);
  const d = make.apply([c], 5);
  const plan = planMemory(make.graph(d), anyOperator);
  assert.equal(plan.order, [0, 1, 2]);
  assert.equal([plan.boundBytes, plan.boundStep, plan.arenaBytes, plan.memoryBytes], [50, 1, 50, 64]);
});

test.run();
