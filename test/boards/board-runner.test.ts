import { test } from "uvu";
import * as assert from "uvu/assert";
import { count } from "../../host/bench/index.js";
import { Device } from "../../host/device/device.js";
import type { WasmoteError } from "../../host/errors.js";
import { openModule } from "../../host/package/open.js";
import { openBoardRunner } from "../../host/run/board.js";
import type { Tier } from "../../host/run/types.js";
import { modelFile, refuseRun, SimulatedBoard } from "../device/simulated-board.js";
import { makeStatefulModel } from "./made-modules.js";

const wasm = modelFile("kws", 2000);
const opened = openModule(wasm);

const open = (board: SimulatedBoard, options = {}) =>
  openBoardRunner("simulated", new Device(board.connect(), { timeoutMillis: 50 }), wasm, opened, options);

const uploads = (board: SimulatedBoard): number => board.requests.filter((key) => key === "1.1").length;

async function refusal(work: Promise<unknown>): Promise<WasmoteError> {
  return work.then(
    () => assert.unreachable("it must be refused"),
    (error) => error,
  ) as Promise<WasmoteError>;
}

test("a model is sent, made active, and runs", async () => {
  const board = new SimulatedBoard();
  const progress: number[] = [];
  const runner = await open(board, { onUpload: (done: number) => progress.push(done) });
  assert.equal(new Uint8Array(board.activeModel!), wasm);
  assert.is(progress.at(-1), wasm.length);
  const input = Uint8Array.from({ length: 16 }, (_, i) => i);
  await runner.writeInput(0, input);
  await runner.run();
  assert.equal(
    await runner.readOutput(0),
    input.map((byte) => byte + 1),
  );
  assert.is(runner.runtimeBytes, 9000);
  await runner.close();
});

test("a model that the board has is not sent again", async () => {
  const board = new SimulatedBoard();
  await open(board);
  const before = uploads(board);
  await open(board);
  assert.is(uploads(board), before);
  const other = modelFile("other", 100);
  await openBoardRunner("simulated", new Device(board.connect()), other, openModule(other));
  const between = uploads(board);
  await open(board);
  assert.is(uploads(board), between, "it is in the other slot");
  assert.equal(new Uint8Array(board.activeModel!), wasm);
});

test("what does not fit is refused before anything is sent", async () => {
  const cases: [Partial<SimulatedBoard>, string, RegExp][] = [
    [{ ram: 3000 }, "board-too-small", /RAM: at least [\d,]+ bytes needed, 3,000 available/],
    [{ slotBytes: 2000 }, "board-too-small", /flash: [\d,]+ bytes needed, 2,000 available/],
    [{ imports: [] }, "board-abi", /lacks: wasmote\.read_weights/],
  ];
  for (const [limits, code, message] of cases) {
    const board = Object.assign(new SimulatedBoard(), limits);
    const error = await refusal(open(board));
    assert.is(error.code, code);
    assert.match(error.message, message);
    assert.is(uploads(board), 0);
  }
});

test("a model that keeps state is reset by firmware that can, and not sent to other", async () => {
  const stateful = makeStatefulModel("stateful");
  const openStateful = (board: SimulatedBoard) => {
    const device = new Device(board.connect(), { timeoutMillis: 50 });
    return openBoardRunner("simulated", device, stateful, openModule(stateful));
  };
  const old = Object.assign(new SimulatedBoard(), { abi: 1 });
  const error = await refusal(openStateful(old));
  assert.is(error.code, "board-abi");
  assert.match(error.message, /ABI 1, which resets no model's state/);
  assert.is(uploads(old), 0);

  const board = new SimulatedBoard();
  board.answers.set("64.6", {});
  const runner = await openStateful(board);
  await runner.reset();
  assert.is(board.requests.at(-1), "64.6");
});

test("an input of the wrong size is refused here, a code other than 0 and the board's limit there", async () => {
  const board = new SimulatedBoard();
  const runner = await open(board, { limit: 500 });
  assert.is((await refusal(Promise.resolve(runner.writeInput(0, new Uint8Array(15))))).code, "input-size");
  const limits: unknown[] = [];
  board.onRun = (_first, _last, limit) => {
    limits.push(limit);
    return { code: 7, count: 1 };
  };
  const error = await refusal(Promise.resolve(runner.run(0, 1)));
  assert.is(error.code, "run-failed");
  assert.match(error.message, "steps 0 to 1 on simulated returned 7");
  assert.equal(limits, [500]);
  board.onRun = () => refuseRun(10);
  assert.is((await refusal(Promise.resolve(runner.run()))).code, "board-limit");
});

test("by default the tier is the accelerated one where board and model offer it", async () => {
  const optional = ["wasmote.accel_conv_s8"];
  const calls = modelFile("calls", 100, 1, optional);
  const tierOf = async (offered: readonly string[], file: Uint8Array, tier?: Tier): Promise<Tier> => {
    const board = new SimulatedBoard();
    board.imports = ["wasmote.read_weights", ...offered];
    const device = new Device(board.connect());
    return (await openBoardRunner("simulated", device, file, openModule(file), { tier })).tier;
  };
  assert.is(await tierOf(optional, calls), "accelerated");
  assert.is(await tierOf(optional, calls, "portable"), "portable");
  assert.is(await tierOf([], calls), "portable");
  assert.is(await tierOf(optional, wasm), "portable");
  assert.is((await refusal(tierOf([], calls, "accelerated") as Promise<never>)).code, "tier-unavailable");
});

test("a count is the board's own, of the whole and of each step, after a first inference", async () => {
  const board = new SimulatedBoard();
  const runner = await open(board);
  const runs: string[] = [];
  board.onRun = (first, last) => {
    runs.push(`${first}-${last}`);
    return { code: 0, count: runs.length * 100 };
  };
  const steps: number[] = [];
  const report = await count(runner, opened.manifest, wasm.length, { onStep: (done) => steps.push(done) });
  assert.equal(runs, ["0-2", "0-2", "0-1", "1-2"]);
  assert.equal(steps, [1, 2]);
  assert.equal(report, {
    model: "kws",
    on: "simulated",
    tier: "portable",
    unit: "cycles",
    total: 200,
    steps: [
      { name: "a", operator: "conv2d", macs: 100, count: 300 },
      { name: "b", operator: "softmax", macs: 0, count: 400 },
    ],
    memory: { linearBytes: 64, runtimeBytes: 9000, peakRamBytes: 9064, flashBytes: wasm.length },
  });
});

test.run();
