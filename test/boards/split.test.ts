import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import { predictNeeds } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import type { BuiltModel } from "../../host/pipeline.js";
import { openBoardRunner } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { type MobileNets, mobileNets } from "../models/mobilenet.js";
import { availableBoards, startBoard } from "./emulators.js";

/** What a model gives on a board, and all of the RAM that it takes: linear memory, engine, firmware, stacks. */
async function onBoard(
  board: Board,
  { wasm, manifest }: BuiltModel,
  input: Uint8Array,
): Promise<{ output: Uint8Array; ramBytes: number }> {
  const device = await startBoard(board, wasm);
  try {
    const runner = await openBoardRunner(board.id, device, wasm, openModule(wasm), { tier: "accelerated" });
    await runner.writeInput(0, input);
    await runner.run();
    return { output: await runner.readOutput(0), ramBytes: manifest.memoryBytes + runner.runtimeBytes };
  } finally {
    await device.close();
  }
}

/** What a model gives on this machine. */
async function onHost({ wasm }: BuiltModel, input: Uint8Array): Promise<Uint8Array> {
  const host = await openRunner("node", wasm, openModule(wasm));
  await host.writeInput(0, input);
  await host.run();
  const output = await host.readOutput(0);
  await host.close();
  return output;
}

const boards = availableBoards(["pico"]);
const models: MobileNets | undefined = boards.length === 0 ? undefined : await mobileNets();
for (const board of models === undefined ? [] : boards) {
  test(`a MobileNet on ${board.id} takes less than 96 KiB of RAM part by part, and gives the same bytes`, async () => {
    const { plain, split, picture } = models as MobileNets;
    const parted = await onBoard(board, split, picture);
    assert.equal(parted.output, await onHost(plain, picture));
    assert.ok(parted.ramBytes <= 96 * 1024, `${parted.ramBytes} bytes`);
    const { ram } = await predictNeeds(plain.wasm, openModule(plain.wasm), board, "accelerated");
    assert.ok(
      ram.bound === "exact" && ram.totalBytes >= 2.3 * parted.ramBytes,
      `${ram.totalBytes} without splits`,
    );
  });
}

test.run();
