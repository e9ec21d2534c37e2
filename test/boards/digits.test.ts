import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoards } from "../../host/boards/index.js";
import { connectBoard } from "../../host/device/connect.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openBoardRunner } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { loadCalibration, readInput } from "../../host/run/tensor-files/index.js";
import type { Runner } from "../../host/run/types.js";
import { availableBoards } from "./emulators.js";

const folder = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "models", "digits");
const emulated = loadBoards().filter(({ proven }) => proven === "emulator");
const boards = availableBoards(emulated.map(({ id }) => id));
const modelPath = join(folder, "float", "model.json");
const picture = join(folder, "samples", "digit-7.png");

const { samples } = await loadCalibration(
  [join(folder, "samples", "calibration.npy")],
  [{ shape: [1, 28, 28, 1] }],
);
const graph = await importModel(modelPath, readFileSync(modelPath), (path) => readFileSync(path));
const { wasm } = await buildModel(graph, { calibration: samples });
const opened = openModule(wasm);

async function recognise(runner: Runner): Promise<Uint8Array> {
  const input = opened.manifest.inputs[0] as NonNullable<(typeof opened.manifest.inputs)[0]>;
  const { frames } = await readInput(readFileSync(picture), picture, input);
  await runner.writeInput(0, frames[0] as Uint8Array);
  await runner.run();
  return runner.readOutput(0);
}

for (const board of boards) {
  test(`digits on ${board.id}: a real digit gives the same bytes as on the host, and is a 7`, async () => {
    const host = await openRunner("wasm3", wasm, opened);
    const expected = await recognise(host);
    await host.close();
    const device = await connectBoard(board, { model: wasm });
    try {
      const output = await recognise(await openBoardRunner(board.id, device, wasm, opened));
      assert.equal([...output], [...expected]);
      const codes = [...new Int8Array(output.buffer, output.byteOffset, output.length)];
      assert.is(codes.indexOf(Math.max(...codes)), 7);
    } finally {
      await device.close();
    }
  });
}

test.run();
