import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Device } from "../../host/device/device.js";
import { WasmoteError } from "../../host/errors.js";
import { availableBoards, startBoard } from "./emulators.js";
import { longSum, makeModel, sumOfCalls } from "./made-modules.js";

const additions = 400;
/** RAM that one function of that many additions takes as metacode, at least: three words of 4 bytes for each. */
const functionBytes = additions * 3 * 4;
const count = 12;
const all = Array.from({ length: count }, (_, i) => i + 1);

for (const board of availableBoards(["mps2-an386", "qemu-rv32", "pico"])) {
  async function withModel(wasm: Uint8Array, use: (device: Device) => Promise<void>): Promise<void> {
    const device = await startBoard(board, wasm);
    try {
      await use(device);
    } finally {
      await device.close();
    }
  }

  test(`${board.id}: functions that are not needed are dropped and compiled again, the same in every run`, async () => {
    const functions = all.map(() => longSum(additions));
    await withModel(makeModel("many", sumOfCalls(all), { functions }), async (device) => {
      const loaded = (await device.status()).used;
      const runs = [await device.run(0, 1), await device.run(0, 1), await device.run(0, 1)];
      for (const { code } of runs) assert.is(code, count);
      assert.is(runs[1]!.count, runs[2]!.count);
      const { used } = await device.status();
      assert.ok(used < loaded + 4 * functionBytes, `${used} bytes after, ${loaded} before`);
    });
  });

  test(`${board.id}: the largest function stays, and the others find room beside it one after the other`, async () => {
    const functions = [longSum(300), ...Array.from({ length: 4 }, () => longSum(250))];
    await withModel(makeModel("stays", sumOfCalls([1, 2, 3, 4, 5]), { functions }), async (device) => {
      const runs = [await device.run(0, 1), await device.run(0, 1), await device.run(0, 1)];
      for (const { code } of runs) assert.is(code, 5);
      const [first, second, third] = runs.map((run) => run.count) as [number, number, number];
      assert.is(second, third);
      assert.ok(second < first * 0.85, `${second} of ${first}: it is not compiled again`);
      assert.ok(second > first * 0.3, `${second} of ${first}: the others are`);
      const { used, memory } = await device.status();
      const most = board.wasm3.engineBytes + memory / 64;
      assert.ok(used <= most, `${used} bytes besides linear memory; at most ${most}`);
    });
  });

  test(`${board.id}: functions that call one another are all there while they run`, async () => {
    const functions = all.map((index) =>
      index < count ? sumOfCalls([index + 1, index + 1]) : longSum(additions),
    );
    await withModel(makeModel("chain", sumOfCalls([1, 2]), { functions }), async (device) => {
      const result = 2 ** (count - 1) + 2 ** (count - 2);
      for (let i = 0; i < 3; i++) assert.is((await device.run(0, 1)).code, result);
    });
  });
}

for (const board of availableBoards(["pico"])) {
  test(`${board.id}: a call of a function that does not fit beside its callers ends the run, not the board`, async () => {
    const most = Math.floor((0.48 * board.ramBytes) / 12);
    const and = (next: number): number[] => [...longSum(most), ...sumOfCalls([next]), 0x6a];
    const functions = [and(2), and(3), longSum(most)];
    const wasm = makeModel("long", sumOfCalls([1]), { functions });
    const device = await startBoard(board, wasm);
    try {
      await device.run(0, 1).then(
        () => assert.unreachable("ran"),
        (error: unknown) =>
          assert.ok(error instanceof WasmoteError && error.code === "board-trap", String(error)),
      );
      assert.is((await device.status()).model, "long");
    } finally {
      await device.close();
    }
  });
}

test.run();
