import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import type { Device } from "../../host/device/device.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { decodeApp, withRecording } from "../../host/package/app.js";
import { generateKey } from "../../host/trust/keys.js";
import { signModule } from "../../host/trust/sign.js";
import { codeOf } from "../error-of.js";
import {
  type Begun,
  bytesOf,
  eventNames,
  expectedEvents,
  loudnessApplication,
  quietly,
  squareWave,
} from "./applications.js";
import { availableBoards, emulatedBoards, firmwareOf, startBoard, trustingFirmwareOf } from "./emulators.js";
import { monocypherSources } from "./native/monocypher.js";

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

/** Boards whose flash has no room for a log of events. */
const withoutLog = ["netduino-plus-2"];

for (const board of availableBoards([...emulatedBoards, "pico"])) {
  test(`${board.id}: a recording of a thousand windows is played to its end: no run is lost, and no event`, async () => {
    const [windows, hop, rate] = [1000, 8, 8000];
    const sizes = Array.from({ length: windows }, (_, i) => (i % 7 === 3 ? 9000 : i % 3 === 0 ? 2000 : 0));
    const source = { driver: "recording", rate, channels: 1 };
    const model = withRecording(
      await loudnessApplication({ hop, source, log: true }),
      bytesOf(squareWave(sizes, hop)),
    );
    await withBoard(board, model, async (device) => {
      let status = await device.application();
      while (status.state === "running") {
        await sleep(100);
        status = await device.application();
      }
      const expected = expectedEvents(sizes);
      const counts = [0, 1].map((event) => expected.filter(([, each]) => each === event).length);
      assert.equal([status.state, status.why, status.runs, status.overruns], ["ended", null, windows, 0]);
      assert.equal(status.events, counts);
      assert.is(status.unlogged, 0);
      if (withoutLog.includes(board.id)) {
        assert.equal(status.lacks, ["log"]);
        return;
      }
      assert.equal(status.lacks, []);
      await checkLog(device, expected);
    });
  });
}

/** The log holds the last events, all that two sectors have room for but what was erased with one of them. */
async function checkLog(device: Device, expected: readonly Begun[]): Promise<void> {
  const events = await device.events();
  assert.ok(events.length > 127 && events.length < expected.length, `${events.length} entries`);
  assert.equal(
    events.map(({ run, event, level }) => [run, event, level]),
    expected.slice(-events.length),
  );
  assert.equal(
    events.map(({ sequence }) => sequence),
    expected.map((_, i) => i).slice(-events.length),
  );
  await device.clearEvents();
  assert.equal(await device.events(), []);
}

for (const board of availableBoards(["pico"])) {
  test("an action's line is text for people, and the log outlives a restart", async () => {
    const model = await loudnessApplication({ log: true, actions: [{ event: 0, kind: "line" }] });
    const lines: string[] = [];
    const { files } = await firmwareOf(board);
    const device = await startEmulator(board, files, { model, onText: (line) => lines.push(line) });
    try {
      const samples = bytesOf(squareWave([0, 2000], hop));
      assert.is((await device.feed(samples)).events.length, 1);
      assert.equal(lines, ["event loud 2000.000"]);
      await device.reset();
      await device.feed(samples);
      const events = await device.events();
      assert.equal(
        events.map(({ sequence, boot, run, event, level }) => [sequence, boot, run, event, level]),
        [
          [0, 1, 1, 0, 2000],
          [1, 2, 1, 0, 2000],
        ],
      );
      assert.equal(decodeApp(await device.applicationSection()).events, [...eventNames]);
    } finally {
      await device.close();
    }
  });
}

for (const board of monocypherSources() === undefined ? [] : availableBoards(["mps2-an386"])) {
  test("with outputs that are private, samples and the log take a session, and a signed application runs as any", async () => {
    const key = generateKey();
    const { files } = await trustingFirmwareOf(board, { keys: [key.public.bytes], private: true });
    const model = signModule(await loudnessApplication({ log: true }), key).wasm;
    const device = await startEmulator(board, files, { model });
    try {
      const samples = bytesOf(squareWave([0, 2000], hop));
      assert.is((await device.application()).state, "link");
      assert.is(await codeOf(device.feed(samples)), "board-locked");
      assert.is(await codeOf(device.events()), "board-locked");
      assert.is(await codeOf(device.controlApplication(false)), "board-locked");
      await device.openSession(key);
      assert.is((await device.feed(samples)).events.length, 1);
      assert.is((await device.events()).length, 1);
      await device.clearEvents();
      assert.equal(await device.events(), []);
      assert.is((await device.controlApplication(false)).state, "stopped");
    } finally {
      await device.close();
    }
  });
}

test.run();
