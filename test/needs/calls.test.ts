import { test } from "uvu";
import * as assert from "uvu/assert";
import { recordCalls } from "../../host/needs/calls.js";
import { openModule } from "../../host/package/open.js";
import { bodies, makeModel, makeStatefulModel, sumOfCalls } from "../boards/made-modules.js";

const record = (wasm: Uint8Array) => recordCalls(wasm, openModule(wasm), "portable");

test("calls are recorded in order, equal ones in a row once with how many they are", async () => {
  const functions = [sumOfCalls([2, 2, 3]), bodies.sum, bodies.sum];
  const { runs, callees, failed } = await record(makeModel("made", sumOfCalls([1, 1, 3, 1]), { functions }));
  assert.is(failed, undefined);
  const leaf = (index: number) => ({ function: index, calls: [] });
  const one = {
    function: 1,
    calls: [
      { call: leaf(2), times: 2 },
      { call: leaf(3), times: 1 },
    ],
  };
  const expected = [
    { call: one, times: 2 },
    { call: leaf(3), times: 1 },
    { call: one, times: 1 },
  ];
  assert.equal(runs, [expected, expected]);
  assert.equal(callees.get(1), [2, 3]);
  assert.equal(callees.get(2), []);
});

test("a run that traps is said to have failed, with what it called", async () => {
  const { runs, failed } = await record(
    makeModel("made", [...sumOfCalls([1]), ...bodies.trap], { functions: [bodies.sum] }),
  );
  assert.match(failed ?? "", /unreachable/);
  assert.equal(runs, []);
});

test("a run that calls nothing, of a model with state", async () => {
  const { failed, runs } = await record(makeStatefulModel("stateful"));
  assert.is(failed, undefined);
  assert.equal(runs, [[], []]);
});

test.run();
