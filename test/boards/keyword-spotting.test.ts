import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import { simulate, simulateOnBoard } from "../../host/app/simulate.js";
import { connectBoard } from "../../host/device/connect.js";
import { openModule } from "../../host/package/open.js";
import { openBoardRunner } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { keywordSpotting } from "../generate/keyword-spotting.js";
import { random } from "../ops/harness.js";
import { sharedModels } from "../shared-models.js";
import { availableBoards } from "./emulators.js";

/** What a processor of so many Hz may take of its time: a Cortex-M0+, and a Cortex-M4 by instructions. */
const bounds = [
  { id: "pico", clockHz: 125e6, share: 0.6 },
  { id: "mps2-an386", clockHz: 120e6, share: 0.12 },
] as const;

const rate = 16000;
const seconds = 5;
const classes = "down go left no off on right stop up yes silence unknown".split(" ");

const models = sharedModels();
const ofLayers = keywordSpotting("int8");
const networks: Readonly<Record<string, Uint8Array>> = {
  "a network of keyword spotting's layers": ofLayers,
  ...(models === undefined
    ? {}
    : {
        "MLPerf Tiny's keyword spotting": readFileSync(
          join(models, "mlperf-tiny-kws_ref_model", "kws_ref_model.tflite"),
        ),
      }),
};

/** An application with its front end, which runs the network twice a second. */
const applicationOf = (network: Uint8Array) =>
  buildApplication(
    {
      name: "keyword-spotting",
      source: { type: "microphone", rate },
      stages: {
        sound: { type: "mfcc", from: "source" },
        words: { type: "model", from: "sound", file: "words.tflite", every: "500 ms", classes },
        heard: {
          type: "decision",
          from: "words",
          highest: true,
          events: Object.fromEntries(classes.map((name) => [name, { over: 0.1, refractory: "1 s" }])),
        },
      },
    },
    { read: () => network, beside: () => () => network },
  );

/** Tones that come and go, in noise. */
function sound(): Int16Array {
  const { real } = random(11);
  return Int16Array.from({ length: rate * seconds }, (_, i) => {
    const tone = Math.sin((i * i) / 300000) * Math.max(0, Math.sin(i / 3000));
    return Math.round(9000 * tone + 600 * (real() - 0.5));
  });
}

for (const board of availableBoards(bounds.map(({ id }) => id))) {
  const { clockHz, share } = bounds.find(({ id }) => id === board.id) as (typeof bounds)[number];
  for (const [name, network] of Object.entries(networks)) {
    test(`${name} with MFCC takes at most ${share * 100} % of ${clockHz / 1e6} MHz on ${board.id}`, async () => {
      const { wasm, section } = await applicationOf(network);
      const opened = openModule(wasm);
      const host = await openRunner("node", wasm, opened);
      const { events: expected } = await simulate(host, section, sound());
      await host.close();
      const device = await connectBoard(board, { model: wasm });
      try {
        const runner = await openBoardRunner(board.id, device, wasm, opened);
        const { events, counts, runs } = await simulateOnBoard(runner, section, sound());
        assert.equal(events, expected);
        assert.is(runs, (rate * seconds) / section.hop);
        const taken = (counts?.total as number) / (clockHz * seconds);
        assert.ok(taken > 0 && taken <= share, `${(taken * 100).toFixed(2)} % of ${clockHz / 1e6} MHz`);
      } finally {
        await device.close();
      }
    });
  }
}

test.run();
