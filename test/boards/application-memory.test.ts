/**
 * RAM of whole applications on a Cortex-M4: front end, ring of samples, model, interpreter and firmware take no more than the arena of
 * TensorFlow Lite Micro for the model alone, as shared/models measures it, and 12 KB.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import { loadBoard } from "../../host/boards/index.js";
import { predictNeeds } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import { sharedModels } from "../shared-models.js";
import { availableBoards, startBoard } from "./emulators.js";

const besides = 12 * 1024;
const models = sharedModels();

const words = { mean: "500 ms", highest: true, events: { yes: { over: 0.8 }, no: { over: 0.8 } } } as const;
/** Applications of public models, which hop a run takes, and TensorFlow Lite Micro's arena. Three hops may wait: runs take far less. */
const applications = [
  {
    folder: "tflm-micro_speech_quantized",
    file: "micro_speech_quantized.tflite",
    frontEnd: { type: "micro-frontend", tables: "operators" },
    model: { every: "100 ms", classes: ["silence", "unknown", "yes", "no"] },
    decision: words,
    buffer: "60 ms",
  },
  {
    folder: "mlperf-tiny-kws_ref_model",
    file: "kws_ref_model.tflite",
    frontEnd: { type: "mfcc" },
    model: {
      every: "500 ms",
      classes: ["down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes", "silence", "unknown"],
    },
    decision: words,
    buffer: "60 ms",
  },
  {
    folder: "microwakeword-okay_nabu-v2",
    file: "okay_nabu.tflite",
    frontEnd: { type: "micro-frontend", stride: "10 ms" },
    model: {},
    decision: { mean: "150 ms", events: { "okay nabu": { over: 0.97 } } },
    buffer: "30 ms",
  },
] as const;

async function build({ folder, file, frontEnd, model, decision, buffer }: (typeof applications)[number]) {
  const path = join(models as string, folder, file);
  const config = {
    name: folder,
    source: { type: "microphone", buffer },
    stages: {
      sound: { ...frontEnd, from: "source" },
      words: { type: "model", from: "sound", file, ...model },
      heard: { type: "decision", from: "words", ...decision },
    },
  };
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(dirname(path), name)));
  const { wasm } = await buildApplication(config as never, { read, beside: () => read });
  const meta = JSON.parse(readFileSync(join(models as string, folder, "meta.json"), "utf8"));
  return { wasm, arenaBytes: meta.tflm_memory.arena_used_bytes_x64 as number };
}

for (const application of models === undefined ? [] : applications) {
  test(`${application.folder}: within the model's arena and 12 KB, as predicted`, async () => {
    const { wasm, arenaBytes } = await build(application);
    const { ram } = await predictNeeds(wasm, openModule(wasm), loadBoard("mps2-an386"));
    assert.is(ram.bound, "exact");
    assert.ok(ram.totalBytes <= arenaBytes + besides, `${ram.totalBytes} of ${arenaBytes + besides}`);
    const [board] = availableBoards(["mps2-an386"]);
    if (board === undefined) return;
    const device = await startBoard(board, wasm);
    try {
      const samples = Int16Array.from({ length: 16_000 }, (_, i) =>
        Math.round(8000 * Math.sin(i ** 2 / 9000)),
      );
      await device.feed(new Uint8Array(samples.buffer));
      const { used, memory } = await device.status();
      assert.is(used + memory, ram.totalBytes, "the board tells what was predicted");
    } finally {
      await device.close();
    }
  });
}

test.run();
