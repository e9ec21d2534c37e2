import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import type { Device } from "../../host/device/device.js";
import { bytesOf, expectedEvents, loudnessApplication, quietly, squareWave } from "./applications.js";
import { availableBoards, startBoard } from "./emulators.js";

const hop = quietly.hop;
/** Loudness of hops: silence, one event, both, both again after a pause. */
const sizes = [0, 10, 2000, 3000, 9000, 9000, 500, 8500, 8500, 0] as const;

async function withBoard(
  board: Board,
  model: Uint8Array,
  use: (device: Device) => Promise<void>,
): Promise<void> {
  const device = await startBoard(board, model);
  try {
    await use(device);
  } finally {
    await device.close();
  }
}

for (const board of availableBoards(["mps2-an386", "pico"])) {
  test(`${board.id}: samples over the link are runs, and the events that begin are told`, async () => {
    await withBoard(board, await loudnessApplication(), async (device) => {
      const samples = bytesOf(squareWave(sizes, hop));
      assert.is((await device.application()).state, "link");
      for (let i = 0; i < 2; i++) {
        const { runs, bytes, events } = await device.feed(samples);
        assert.equal([runs, bytes], [sizes.length, samples.length]);
        assert.equal(
          events.map(({ run, event, level }) => [run, event, level]),
          expectedEvents(sizes),
        );
      }
      const status = await device.application();
      assert.equal(status.events, [2, 2]);
      assert.equal([status.state, status.runs, status.overruns, status.lacks], ["link", sizes.length, 0, []]);
      assert.ok(status.most > 0 && status.busy >= status.most && status.elapsed >= status.busy);
    });
  });
}

test.run();
