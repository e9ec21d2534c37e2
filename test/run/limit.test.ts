import { test } from "uvu";
import * as assert from "uvu/assert";
import { measure } from "../../host/bench/index.js";
import { WasmoteError } from "../../host/errors.js";
import { openModule } from "../../host/package/open.js";
import { openRunner, runners } from "../../host/run/index.js";
import { defaultLimitMillis, type Interrupt, TimeOver } from "../../host/run/limit.js";
import { memoryRunner } from "../../host/run/memory-runner.js";
import { bodies, makeModel } from "../boards/made-modules.js";

/** Counts its runs at address 0, and never ends from the third on. */
const endlessLater = [
  ...[0x41, 0, 0x41, 0, 0x2d, 0, 0, 0x41, 1, 0x6a, 0x3a, 0, 0],
  ...[0x03, 0x40, 0x41, 0, 0x2d, 0, 0, 0x41, 2, 0x4b, 0x0d, 0, 0x0b, 0x41, 0],
];

/** Calls itself twice, sixty deep: loops nowhere, and ends in years. */
const recursiveTwice = [
  ...[0x20, 0, 0x41, 60, 0x46, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b],
  ...[0x20, 0, 0x41, 1, 0x6a, 0x20, 1, 0x10, 0, 0x1a, 0x20, 0, 0x41, 1, 0x6a, 0x20, 1, 0x10, 0],
];

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "done";
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    assert.match(error.help, /--limit/);
    return error.code;
  }
};

for (const on of Object.keys(runners)) {
  const open = (body: readonly number[], limitMillis?: number) => {
    const wasm = makeModel("m", body);
    return openRunner(on, wasm, openModule(wasm), { limitMillis });
  };

  test(`${on}: a run without end reaches its limit, and the runner can run on`, async () => {
    for (const body of [bodies.endless, recursiveTwice]) {
      const runner = await open(body, 30);
      for (let round = 0; round < 2; round++)
        assert.is(
          codeOf(() => runner.run(0, 1)),
          "run-limit",
        );
      runner.close();
    }
  });

  test(`${on}: a model that never ends only later does not keep the measuring`, async () => {
    const runner = await open(endlessLater, 30);
    const { manifest } = openModule(makeModel("m", endlessLater));
    const clock = () => Number(process.hrtime.bigint());
    const options = { clock, budgetNanoseconds: 1e6 };
    assert.is(
      codeOf(() => measure(runner, manifest, 0, options)),
      "run-limit",
    );
  });

  test(`${on}: a run in time is not disturbed, and errors in it stay what they are`, async () => {
    const runner = await open(bodies.trap);
    assert.is(runner.limitMillis, 5000);
    for (const work of [() => runner.run(), () => runner.within(60_000, () => runner.run())]) {
      try {
        work();
        assert.unreachable();
      } catch (error) {
        assert.is((error as WasmoteError).code, "run-failed");
      }
    }
    assert.is(
      runner.within(60_000, () => 7),
      7,
    );
  });
}

/** A runner on an engine of which these are the functions, and which takes `TimeOver` for the end of its time. */
function runnerOf(run: () => number, reset: () => void) {
  const memory = new Uint8Array(1);
  const interrupt: Interrupt = (_, work) => work();
  const engine = { name: "fake", memory: () => memory, run, reset, interrupt, close: () => {} };
  return memoryRunner(engine, openModule(makeModel("m", bodies.trap)).manifest, 30);
}

test("a reset that traps, or takes too long, is a clear error, also after a run that was stopped", () => {
  const over = (): never => {
    throw new TimeOver();
  };
  const failure = (work: () => unknown): string => {
    try {
      work();
      return "done";
    } catch (error) {
      assert.instance(error, WasmoteError);
      return (error as WasmoteError).message;
    }
  };
  assert.match(
    failure(() =>
      runnerOf(
        () => 0,
        () => assert.unreachable("trapped"),
      ),
    ),
    /stopped while running: its reset on fake: .*trapped/,
  );
  assert.match(
    failure(() => runnerOf(() => 0, over)),
    /m on fake ran for 30 ms$/,
  );
  let resets = 0;
  const runner = runnerOf(over, () => (++resets > 1 ? over() : undefined));
  assert.match(
    failure(() => runner.run()),
    /m on fake ran for 30 ms$/,
  );
  assert.match(
    failure(() => runnerOf(over, () => {}).run()),
    /its state was reset/,
  );
});

test("the default limit grows with the work that the manifest claims, up to a minute", () => {
  const limit = (macs: number): number =>
    defaultLimitMillis(
      openModule(makeModel("m", bodies.sum, { steps: [{ name: "s", operator: "o", macs, weightBytes: 0 }] }))
        .manifest,
    );
  assert.equal([0, 2e7, Number.MAX_SAFE_INTEGER].map(limit), [5000, 7000, 60_000]);
});

test.run();
