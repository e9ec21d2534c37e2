import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulate, simulateOnBoard } from "../../host/app/simulate.js";
import { connectBoard } from "../../host/device/connect.js";
import { openModule } from "../../host/package/open.js";
import { openBoardRunner } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { exampleApplication } from "../models/example-application.js";
import { availableBoards } from "./emulators.js";

const examples = [
  { name: "keywords", recording: "recording.wav" },
  { name: "vibration", recording: "recordings/bearing.npy" },
];

for (const board of availableBoards(["mps2-an386", "pico"])) {
  for (const { name, recording } of examples) {
    test(`${name} on ${board.id}: a recording gives the same events as on the host, in real time`, async () => {
      const { built, samplesOf } = await exampleApplication(name);
      const { wasm, section } = built;
      const [opened, samples] = [openModule(wasm), samplesOf(recording)];
      const host = await openRunner("node", wasm, opened);
      const { events: expected, runs } = await simulate(host, section, samples);
      await host.close();
      assert.ok(expected.length > 0);
      const device = await connectBoard(board, { model: wasm });
      try {
        const runner = await openBoardRunner(board.id, device, wasm, opened);
        const { events, counts } = await simulateOnBoard(runner, section, samples);
        assert.equal(events, expected);
        const available = board.clockHz * runs * (section.hop / section.source.rate);
        assert.ok((counts?.total as number) < available, `${counts?.total} of ${available}`);
      } finally {
        await device.close();
      }
    });
  }
}

test.run();
