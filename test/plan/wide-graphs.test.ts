import { suite } from "uvu";
import * as assert from "uvu/assert";
import { maxNodes } from "../../host/graph/limits.js";
import { GraphMaker } from "./graphs.js";
import { planned } from "./planned.js";

const test = suite("memory plans of graphs that branch widely");

test("a model of as many nodes as there may be, all of which branch from one, is planned in its given order", () => {
  const make = new GraphMaker();
  const input = make.input(8);
  const branches = Array.from({ length: maxNodes / 2 }, (_, i) => make.apply([input], 8 + (i % 5)));
  const sum = branches.reduce((before, branch) => make.apply([before, branch], 8));
  const plan = planned(make.graph(sum));
  assert.equal(
    plan.order,
    plan.order.map((_, step) => step),
  );
});

test("a model that branches widely is planned in an order that needs less, as long as that can be found", () => {
  const make = new GraphMaker();
  const input = make.input(8);
  const branches = Array.from({ length: 300 }, () => make.apply([input], 8));
  const sum = branches.reduce((before, branch) => make.apply([before, branch], 8));
  const plan = planned(make.graph(sum));
  assert.ok(plan.boundBytes <= 40, `${plan.boundBytes} bytes; 8 for each of 300 branches in the given order`);
});

test.run();
