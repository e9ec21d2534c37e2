import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type BenchReport, count } from "../../host/bench/index.js";
import { boardOffer, fit, loadBoards } from "../../host/boards/index.js";
import { buildModel } from "../../host/build.js";
import { connectBoard } from "../../host/device/connect.js";
import { importModel } from "../../host/import/index.js";
import { type OpenedModule, openModule } from "../../host/package/open.js";
import { type BoardRunner, modelNeeds, openBoardRunner } from "../../host/run/board.js";
import { type GoldenModel, goldenModels, int8Models } from "../models/golden-cases.js";
import { availableBoards } from "./emulators.js";

/** Models that an emulator is too slow for in every run of the tests, with the reason. */
const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pico: {
    "mlperf-tiny-pretrainedResnet_quant": "rp2040js takes minutes for its 12.5 million MACs",
    "tflm-person_detect": "rp2040js takes minutes for its 7.2 million MACs",
    "tinymaix-cifar10_q": "rp2040js takes minutes for its MACs",
  },
};

/** With WASMOTE_BOARD_TESTS=all nothing is left out, which takes several minutes more. */
const all = process.env.WASMOTE_BOARD_TESTS === "all";

/** Cases of each model that run on a board: emulators are slow, and the suites of the host run all of them. */
const casesPerModel = all ? Number.POSITIVE_INFINITY : 2;

const emulated = loadBoards().filter(({ proven }) => proven === "emulator");
const boards = availableBoards(emulated.map(({ id }) => id));
const models = goldenModels(int8Models);
const built = new Map<string, Promise<{ wasm: Uint8Array; opened: OpenedModule }>>();

function build(model: GoldenModel): Promise<{ wasm: Uint8Array; opened: OpenedModule }> {
  let result = built.get(model.name);
  if (result === undefined) {
    const graph = importModel(model.path, readFileSync(model.path), (path) => readFileSync(path));
    result = buildModel(graph).then(({ wasm }) => ({ wasm, opened: openModule(wasm) }));
    built.set(model.name, result);
  }
  return result;
}

async function withRunner<T>(
  board: (typeof boards)[number],
  model: GoldenModel,
  use: (runner: BoardRunner, opened: OpenedModule, wasm: Uint8Array) => Promise<T>,
): Promise<T | undefined> {
  const { wasm, opened } = await build(model);
  const verdict = fit(modelNeeds(wasm, opened), boardOffer(board));
  if (!verdict.fits) {
    console.error(`SKIPPED: ${model.name} does not fit ${board.id}`);
    return undefined;
  }
  const device = await connectBoard(board, { model: wasm });
  try {
    return await use(await openBoardRunner(board.id, device, wasm, opened), opened, wasm);
  } finally {
    await device.close();
  }
}

for (const board of boards) {
  for (const model of models) {
    const reason = all ? undefined : leftOut[board.id]?.[model.name];
    if (reason !== undefined) {
      console.error(`SKIPPED: ${model.name} on ${board.id}: ${reason}`);
      continue;
    }
    test(`${model.name} on ${board.id}: the same bytes as on the host`, async () => {
      await withRunner(board, model, async (runner) => {
        for (const { name, inputs, outputs } of model.cases.slice(0, casesPerModel)) {
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

  const small = models.find(({ name }) => name === "tflm-hello_world_int8");
  if (small !== undefined) {
    test(`${board.id}: counts are repeatable to the digit, in the unit that the board's file says`, async () => {
      const reports: BenchReport[] = [];
      for (let i = 0; i < 2; i++) {
        await withRunner(board, small, async (runner, opened, wasm) => {
          reports.push(await count(runner, opened.manifest, wasm.length));
        });
      }
      assert.is(reports.length, 2);
      assert.equal(reports[0], reports[1]);
      assert.is(reports[0]?.unit, board.counter);
      assert.ok(reports[0]!.total > 0 && reports[0]!.steps.every((step) => step.count > 0));
    });
  }
}

test.run();
