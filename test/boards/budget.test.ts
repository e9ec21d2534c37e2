import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bounds, buildWithin } from "../../host/budget/index.js";
import { WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { predictNeeds } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import { openBoardRunner } from "../../host/run/board.js";
import { encodeReals, loadCalibration } from "../../host/run/tensor-files/index.js";
import { availableBoards, startBoard } from "./emulators.js";

const folder = fileURLToPath(new URL("../../models/digits", import.meta.url));
const path = `${folder}/float/model.json`;
const digits = await importModel(path, readFileSync(path), (file) => readFileSync(file));
const { samples } = await loadCalibration([`${folder}/samples/calibration.npy`], [{ shape: [1, 28, 28, 1] }]);

const largest = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};

for (const board of availableBoards(["mps2-an386"])) {
  const bounds = (ramBytes: number, flashBytes: number): Bounds => ({
    ramBytes,
    flashBytes,
    ramOf: async (built) => (await predictNeeds(built.wasm, openModule(built.wasm), board)).ram.totalBytes,
  });

  /** Digits named alike by the float model's calibration order, and the RAM that the board reports. */
  const onBoard = async (wasm: Uint8Array): Promise<{ right: number; ramBytes: number }> => {
    const opened = openModule(wasm);
    const device = await startBoard(board, wasm);
    try {
      const runner = await openBoardRunner(board.id, device, wasm, opened, { tier: "accelerated" });
      let right = 0;
      for (const [i, [picture]] of samples.entries()) {
        if (i % 10 !== 0) continue;
        const [input] = opened.manifest.inputs;
        await runner.writeInput(0, encodeReals(picture as Float32Array, input as NonNullable<typeof input>));
        await runner.run();
        const output = await runner.readOutput(0);
        if (largest(new Int8Array(output.buffer, output.byteOffset, output.length)) === i / 10) right++;
      }
      return { right, ramBytes: opened.manifest.memoryBytes + runner.runtimeBytes };
    } finally {
      await device.close();
    }
  };

  test(`digits are made to fit into 16 KiB of RAM and ever less flash, as ${board.id} measures`, async () => {
    for (const flashBytes of [24 * 1024, 19 * 1024]) {
      const { built, chosen, forms } = await buildWithin(digits, bounds(16 * 1024, flashBytes), {
        calibration: samples,
      });
      const { right, ramBytes } = await onBoard(built.wasm);
      assert.ok(ramBytes <= 16 * 1024, `${ramBytes} bytes of RAM`);
      assert.is(ramBytes, chosen.ramBytes, "as predicted");
      assert.ok(built.wasm.length <= flashBytes, `${built.wasm.length} bytes of flash`);
      assert.is(right, 10, "digits recognised");
      assert.ok(forms.length > 10 && forms.every(({ error }) => error >= 0));
    }
  });

  test(`what does not fit ${board.id} in any form says by how much, and where`, async () => {
    try {
      await buildWithin(digits, bounds(8 * 1024, 10 * 1024), { calibration: samples });
      assert.unreachable();
    } catch (error) {
      if (!(error instanceof WasmoteError)) throw error;
      assert.is(error.code, "budget-exceeded");
      assert.match(error.message, /RAM exceeds it by [\d,]+ bytes: [\w, -]+ needs the most/);
    }
  });
}

test.run();
