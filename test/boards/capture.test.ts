import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import type { Board } from "../../host/boards/index.js";
import type { Snippet } from "../../host/device/answers.js";
import { Device } from "../../host/device/device.js";
import { startEmulatorLine } from "../../host/device/emulators/index.js";
import { preloadedFlash } from "../../host/device/emulators/preload.js";
import { startRp2040 } from "../../host/device/emulators/rp2040.js";
import type { Notice } from "../../host/device/notice.js";
import { withRecording } from "../../host/package/app.js";
import { connectAdc } from "./adc-model.js";
import { bytesOf, loudnessApplication, quietly, squareWave } from "./applications.js";
import { availableBoards, firmwareOf, startBoard } from "./emulators.js";

const everything = { events: true, counters: true, capture: true } as const;
const noReader = { read: () => assert.unreachable(), beside: () => () => assert.unreachable() } as never;

/** A Pico whose ADC reads what `sample` says, with a model in its flash. */
async function picoWithAdc(
  board: Board,
  model: Uint8Array,
  sample: (index: number) => number,
): Promise<Device> {
  const { files } = await firmwareOf(board);
  const wire = connectAdc(sample);
  const flash = preloadedFlash(board, model);
  return new Device(await startRp2040("pico", files.uf2 as string, flash, "usb", { wire }));
}

for (const board of availableBoards(["pico"])) {
  test("samples of the ADC come over the link, each once, from an application of a source alone", async () => {
    const source = { type: "adc", rate: 2000, pin: 27 } as const;
    const application = { name: "source", source, share: { capture: true } };
    const { wasm, section } = await buildApplication(application, noReader);
    const device = await picoWithAdc(board, wasm, (index) => index % 4096);
    try {
      assert.is((await device.application()).state, "running");
      for (const moments of [500, 300]) {
        assert.is((await device.capture(true)).state, "capturing");
        const brings = (await device.samplesRate(2 * section.hop)) as number;
        assert.ok(brings > 2000 && brings < 2_000_000, `${brings} bytes a second`);
        assert.is((await device.capture(true)).state, "capturing");
        const { stretches, lost } = await device.captured(section.source, section.hop, moments);
        assert.is(lost, 0);
        const [{ samples, first } = { samples: new Int16Array(0), first: -1 }] = stretches;
        assert.equal([stretches.length, samples.length, first], [1, moments, 0]);
        const begin = (samples[0] as number) / 16 + 2048;
        assert.equal(
          Array.from(samples, (value) => value / 16 + 2048),
          Array.from(samples, (_, i) => (begin + i) % 4096),
        );
      }
      assert.is((await device.capture(false)).state, "running");
    } finally {
      await device.close();
    }
  });
}

for (const board of availableBoards(["mps2-an386", "pico"])) {
  test(`${board.id}: what was around an event, and how loud it was, is told`, async () => {
    const hop = quietly.hop;
    const snippets = { before: 2, after: 1, keep: 2, events: [0], perDay: 10_000 };
    const histograms = [
      { name: "loud", tensor: "levels", element: 0, bounds: [100, 1000, 8000] },
      { name: "very loud", tensor: "levels", element: 1, bounds: [8000] },
    ] as const;
    const actions = [{ event: 0, kind: "notify" }] as const;
    const model = await loudnessApplication({ share: { ...everything, snippets }, histograms, actions });
    const told: Notice[] = [];
    const { files } = await firmwareOf(board);
    const device = new Device(await startEmulatorLine(board, files, { model }), {
      onNotice: (notice) => void told.push(notice),
      timeoutMillis: 10_000,
    });
    try {
      await device.notify(true);
      const samples = squareWave([1, 2, 3, 2000, 4, 9000, 5], hop);
      const { events } = await device.feed(bytesOf(samples));
      assert.equal(events.length, 3);
      assert.equal(
        told.map(({ name, run, level }) => [name, run, level]),
        [
          ["loud", 3, 2000],
          ["loud", 5, 9000],
        ],
      );
      const { snippets: found, leftOff, missed, today } = await device.snippets();
      assert.equal([found.length, leftOff, missed, today], [2, 0, 0, 2 * 8 * hop]);
      const [first, second] = found as [Snippet, Snippet];
      assert.equal([first.run, first.before, first.samples], [3, 2 * hop, 4 * hop]);
      assert.equal(await device.snippet(first), samples.slice(hop, 5 * hop));
      assert.equal([second.run, second.before, second.samples], [5, 0, 2 * hop]);
      assert.equal(await device.snippet(second), samples.slice(5 * hop));
      await device.releaseSnippet(first.number);
      assert.equal((await device.snippets()).snippets.length, 1);
      assert.equal(await device.histograms([4, 2]), [
        [5, 0, 1, 1],
        [6, 1],
      ]);
    } finally {
      await device.close();
    }
  });
}

for (const board of availableBoards(["mps2-an386"])) {
  test("a recording that a board plays comes over the link as it is", async () => {
    const hop = quietly.hop;
    const recording = squareWave([1, 20, 300, 4000, 30_000], hop);
    const source = { driver: "recording", rate: 1000, channels: 1 };
    const model = withRecording(await loudnessApplication({ source, share: everything }), bytesOf(recording));
    const device = await startBoard(board, model);
    try {
      assert.is((await device.capture(true)).state, "capturing");
      assert.is(await device.samplesRate(2 * hop), undefined);
      const { stretches, ended } = await device.captured({ rate: 1000, channels: 1 }, hop, 1000);
      assert.ok(ended);
      assert.equal(stretches[0]?.samples, recording);
      assert.equal((await device.capture(false)).runs, 0);
    } finally {
      await device.close();
    }
  });
}

test.run();
