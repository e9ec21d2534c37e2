import { test } from "uvu";
import * as assert from "uvu/assert";
import { measure } from "../../host/bench/index.js";
import type { Manifest } from "../../host/package/manifest.js";
import type { LocalRunner } from "../../host/run/types.js";

const manifest: Manifest = {
  version: 1,
  name: "two-steps",
  inputs: [{ name: "in", dtype: "int8", shape: [1, 8], address: 0 }],
  outputs: [{ name: "out", dtype: "int8", shape: [1, 8], address: 8 }],
  memoryBytes: 64,
  steps: [
    { name: "a", operator: "conv2d", macs: 100, weightBytes: 10 },
    { name: "b", operator: "softmax", macs: 0, weightBytes: 0 },
  ],
  imports: { required: [], optional: [] },
};

/** A runner on a clock that it moves itself: each step takes its own time, plus what disturbs it. */
function simulate(
  stepNanoseconds: readonly number[],
  disturbance: (call: number) => number,
  runtimeBytes?: number,
) {
  let now = 0;
  let calls = 0;
  const inputs: Uint8Array[] = [];
  const runner: LocalRunner = {
    name: "simulated",
    runtimeBytes,
    writeInput: (_, bytes) => inputs.push(bytes),
    readOutput: () => new Uint8Array(8),
    run: (first = 0, last = stepNanoseconds.length) => {
      for (const cost of stepNanoseconds.slice(first, last)) now += cost;
      now += disturbance(calls++);
    },
    reset: () => undefined,
    close: () => undefined,
    limitMillis: 1000,
    within: (_, work) => work(),
  };
  return { runner, inputs, clock: () => now };
}

test("each step and the whole are told apart, and what disturbs is left out", () => {
  const { runner, clock } = simulate([3_000_000, 1_000_000], (call) => (call % 2 === 0 ? 0 : 700_000), 1000);
  const report = measure(runner, manifest, 5000, { clock });
  assert.equal(report, {
    model: "two-steps",
    on: "simulated",
    tier: "portable",
    unit: "nanoseconds",
    total: 4_000_000,
    steps: [
      { name: "a", operator: "conv2d", macs: 100, count: 3_000_000 },
      { name: "b", operator: "softmax", macs: 0, count: 1_000_000 },
    ],
    memory: { linearBytes: 64, runtimeBytes: 1000, peakRamBytes: 1064, flashBytes: 5000 },
  });
});

test("a step far below the clock's resolution is measured in batches", () => {
  const { runner, clock } = simulate([90, 30], () => 0);
  const coarse = () => Math.floor(clock() / 1000) * 1000;
  const { total, steps } = measure(runner, manifest, 1, { clock: coarse });
  assert.ok(Math.abs(total - 120) <= 2, `${total}`);
  assert.ok(Math.abs(steps[0]!.count - 90) <= 2, `${steps[0]!.count}`);
  assert.ok(Math.abs(steps[1]!.count - 30) <= 2, `${steps[1]!.count}`);
});

test("the budget bounds the rounds, but never below the fewest", () => {
  const slow = simulate([5e9, 5e9], () => 0);
  const rounds: number[] = [];
  measure(slow.runner, manifest, 1, {
    clock: slow.clock,
    minRounds: 3,
    onRound: (done) => rounds.push(done),
  });
  assert.equal(rounds, [1, 2, 3]);
  const quick = simulate([1000, 1000], () => 0);
  let last = 0;
  measure(quick.runner, manifest, 1, { clock: quick.clock, maxRounds: 7, onRound: (_, all) => (last = all) });
  assert.is(last, 7);
});

test("a runner that cannot tell its memory gives null, and inputs are the same bytes every time", () => {
  const { runner, inputs, clock } = simulate([1e6, 1e6], () => 0);
  const { memory } = measure(runner, manifest, 1, { clock });
  assert.is(memory.runtimeBytes, null);
  assert.is(memory.peakRamBytes, null);
  assert.ok(inputs.length >= 2);
  for (const bytes of inputs) assert.equal(bytes, inputs[0]);
  assert.is(inputs[0]!.length, 8);
});

test.run();
