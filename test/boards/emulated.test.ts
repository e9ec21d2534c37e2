import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type BenchReport, count } from "../../host/bench/index.js";
import { type Board, loadBoards } from "../../host/boards/index.js";
import { importModel } from "../../host/import/index.js";
import { predictFit, predictNeeds } from "../../host/needs/index.js";
import { type OpenedModule, openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { type BoardRunner, openBoardRunner } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { type Tier, tiers } from "../../host/run/types.js";
import type { Results } from "../bench/board-pages.js";
import { type GoldenModel, goldenModels, int8Models, modelsEndingIn } from "../models/golden-cases.js";
import { availableBoards, startBoard } from "./emulators.js";

/** Emulators are slow, and the suites of the host run all cases; so does this one where WASMOTE_BOARD_TESTS is `all`. */
const all = process.env.WASMOTE_BOARD_TESTS === "all";

/** Cycles of a run in rp2040js from which on a model is left out: some 15 seconds. */
const slowCycles = 200e6;

/** Cases of each model that run on a board. */
function casesOn(board: Board): number {
  if (all) return Number.POSITIVE_INFINITY;
  return board.emulator?.kind === "rp2040js" ? 1 : 2;
}

const emulated = loadBoards().filter(({ proven }) => proven === "emulator");
const boards = availableBoards(emulated.map(({ id }) => id));
const models = goldenModels(int8Models);

/** Models of float32, with state, or with signal operators, that are small enough for emulators. */
const wide = goldenModels(
  [
    "microwakeword-okay_nabu-v2",
    "tflm-audio_preprocessor_int8",
    "tflm-hello_world_float",
    "tinymaix-mnist_valid_f",
  ].filter((name) => modelsEndingIn(".tflite").includes(name)),
);

/** Models whose counts are compared with those that were recorded: quick ones. */
const guarded = ["tflm-hello_world_int8", "mlperf-tiny-ad01_int8", "tflm-micro_speech_quantized"];

const results = JSON.parse(
  readFileSync(new URL("../../docs/benchmarks/results.json", import.meta.url), "utf8"),
) as Results;

/** What docs/benchmarks has for a model on a board. */
function recordedCount(board: Board, model: GoldenModel, tier: Tier): number | undefined {
  const found = results.boards.find((each) => each.board.id === board.id)?.results;
  return found?.find((result) => result.model === model.name && result.tier === tier)?.total;
}

/** Consecutive frames of a model that run on a board. */
function framesOn(board: Board): number {
  return board.emulator?.kind === "rp2040js" ? 2 : 6;
}
const built = new Map<string, Promise<{ wasm: Uint8Array; opened: OpenedModule }>>();

function build(model: GoldenModel): Promise<{ wasm: Uint8Array; opened: OpenedModule }> {
  let result = built.get(model.name);
  if (result === undefined) {
    result = importModel(model.path, readFileSync(model.path), (path) => readFileSync(path))
      .then((graph) => buildModel(graph))
      .then(({ wasm }) => ({ wasm, opened: openModule(wasm) }));
    built.set(model.name, result);
  }
  return result;
}

/**
 * @param sameCalls whether the kernels that the inputs make it call are those that the prediction's inputs did; else it may take less
 */
async function withRunner<T>(
  board: Board,
  model: GoldenModel,
  tier: Tier,
  use: (runner: BoardRunner, opened: OpenedModule, wasm: Uint8Array) => Promise<T>,
  { sameCalls = true }: { readonly sameCalls?: boolean } = {},
): Promise<T | undefined> {
  const { wasm, opened } = await build(model);
  if (!(await predictFit(wasm, opened, board)).fits) {
    console.error(`SKIPPED: ${model.name} does not fit ${board.id}`);
    return undefined;
  }
  const device = await startBoard(board, wasm);
  try {
    const runner = await openBoardRunner(board.id, device, wasm, opened, { tier });
    const result = await use(runner, opened, wasm);
    const { ram } = await predictNeeds(wasm, opened, board, tier);
    const found = runner.runtimeBytes + opened.manifest.memoryBytes;
    if (ram.bound === "exact" && sameCalls) assert.is(found, ram.totalBytes, "RAM as it was predicted");
    else assert.ok(ram.bound !== "least" && found <= ram.totalBytes, `${found} of ${ram.totalBytes}`);
    return result;
  } finally {
    await device.close();
  }
}

for (const board of boards) {
  for (const [model, tier] of models.flatMap((each) => tiers.map((one) => [each, one] as const))) {
    const slow = board.emulator?.kind === "rp2040js" && (recordedCount(board, model, tier) ?? 0) > slowCycles;
    if (slow && !all) {
      console.error(`SKIPPED: ${model.name} on ${board.id}, ${tier}: slow; WASMOTE_BOARD_TESTS=all runs it`);
      continue;
    }
    test(`${model.name} on ${board.id}, ${tier}: the same bytes as on the host`, async () => {
      await withRunner(board, model, tier, async (runner) => {
        for (const { name, inputs, outputs } of model.cases.slice(0, casesOn(board))) {
          for (const [i, bytes] of inputs.entries()) await runner.writeInput(i, bytes);
          await runner.run();
          for (const [i, expected] of outputs.entries()) {
            assert.is(Buffer.compare(await runner.readOutput(i), expected), 0, `${name}, output ${i}`);
          }
          assert.ok(outputs.length > 0, name);
        }
      });
    });
  }

  for (const [model, tier] of wide.flatMap((each) => tiers.map((one) => [each, one] as const))) {
    test(`${model.name} on ${board.id}, ${tier}: frames in a row give the host's bytes`, async () => {
      const { opened: found } = await build(model);
      if (tier === "accelerated" && found.manifest.imports.optional.length === 0) return;
      await withRunner(
        board,
        model,
        tier,
        async (runner, opened, wasm) => {
          const host = await openRunner("node", wasm, opened);
          const [{ steps, inputs, outputs }] = model.cases.slice(-1) as [GoldenModel["cases"][number]];
          for (let step = 0; step < Math.min(steps, framesOn(board)); step++) {
            for (const [i, bytes] of inputs.entries()) {
              const frame = bytes.subarray(
                (step * bytes.length) / steps,
                ((step + 1) * bytes.length) / steps,
              );
              host.writeInput(i, frame);
              await runner.writeInput(i, frame);
            }
            host.run();
            await runner.run();
            for (const i of outputs.keys()) {
              assert.equal(await runner.readOutput(i), host.readOutput(i), `frame ${step}, output ${i}`);
            }
          }
          host.close();
        },
        { sameCalls: false },
      );
    });
  }

  const small = models.find(({ name }) => name === "tflm-hello_world_int8");
  if (small !== undefined) {
    test(`${board.id}: it tells of the RAM and flash that it was predicted to have`, async () => {
      const { wasm, opened } = await build(small);
      const device = await startBoard(board, wasm);
      try {
        const { ram, file, flash } = await device.status();
        const predicted = await predictNeeds(wasm, opened, board);
        const { variableBytes, stackBytes } = predicted.ram.parts;
        assert.is(ram, predicted.ram.availableBytes - variableBytes - stackBytes);
        assert.equal([file, flash], [predicted.flash.modelBytes, predicted.flash.slotBytes]);
      } finally {
        await device.close();
      }
    });

    test(`${board.id}: counts are repeatable to the digit, in the unit of its emulator`, async () => {
      const reports: BenchReport[] = [];
      for (let i = 0; i < 2; i++) {
        await withRunner(board, small, "portable", async (runner, opened, wasm) => {
          reports.push(await count(runner, opened.manifest, wasm.length));
        });
      }
      assert.is(reports.length, 2);
      assert.equal(reports[0], reports[1]);
      assert.is(reports[0]?.unit, board.emulator?.kind === "rp2040js" ? "cycles" : "instructions");
      assert.ok(reports[0]!.total > 0 && reports[0]!.steps.every((step) => step.count > 0));
    });
  }

  for (const [model, tier] of models
    .filter(({ name }) => guarded.includes(name))
    .flatMap((each) => tiers.map((one) => [each, one] as const))) {
    const recorded = recordedCount(board, model, tier);
    if (recorded === undefined || (board.emulator?.kind === "rp2040js" && model !== small)) continue;
    test(`${model.name} on ${board.id}, ${tier}: no more instructions than docs/benchmarks says, within 1 %`, async () => {
      await withRunner(board, model, tier, async (runner, opened, wasm) => {
        const { total } = await count(runner, opened.manifest, wasm.length);
        assert.ok(total <= recorded * 1.01, `${total}, ${recorded} were recorded`);
      });
    });
  }
}

test.run();
