import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AppGraph } from "../../host/app/app-graph.js";
import { microFrontend } from "../../host/app/front-ends/micro-frontend.js";
import { readRecording } from "../../host/app/recording.js";
import type { StageContext } from "../../host/app/stage.js";
import type { Features } from "../../host/app/values.js";
import { sharedModels } from "../shared-models.js";
import { madeSignal } from "./made-signal.js";
import { openGraph } from "./open-graph.js";

/** All features of a signal that comes so many samples at once. */
async function featuresOf(
  options: object,
  signal: Int16Array,
  hop: number,
  rate = 16_000,
): Promise<number[][]> {
  const graph = new AppGraph();
  const samples = { name: "samples", dtype: "int16", shape: [hop, 1] } as const;
  const given = { kind: "samples", signal: { tensor: samples, when: [], period: 1 }, rate, channels: 1 };
  const config = microFrontend.schema.parse({ type: "micro-frontend", from: "source", ...options });
  const context = { graph, name: "sound", at: "stages.sound", runSeconds: hop / rate, input: () => given };
  const { signal: features } = microFrontend.compile(config, context as unknown as StageContext) as Features;
  const run = await openGraph(graph, samples, [features.tensor, ...features.when]);
  const found: number[][] = [];
  for (let at = 0; at + hop <= signal.length; at += hop) {
    const [values, ...isThere] = run(signal.subarray(at, at + hop));
    if (isThere.every((flag) => flag[0] === 1)) found.push(values as number[]);
  }
  return found;
}

const golden = new URL("../golden/micro-frontend/features.bin", import.meta.url);

test("features are to the bit those of the library in C, however many samples come at once", async () => {
  const expected = new Uint16Array(Uint8Array.from(readFileSync(golden)).buffer);
  assert.ok(new Set(expected).size > 100, "the signal is no silence");
  const signal = madeSignal(12_000);
  for (const hop of [160, 80, 32]) {
    const found = await featuresOf({ stride: "10 ms", output: "float32" }, signal, hop);
    assert.equal(
      found
        .flat()
        .map((value) => value * 25.6)
        .map(Math.round),
      [...expected],
      `hop ${hop}`,
    );
  }
});

test("int8 is 256 / 666 of the integer, less 128", async () => {
  const signal = madeSignal(8_000);
  const integers = (await featuresOf({ output: "float32" }, signal, 320))
    .flat()
    .map((value) => Math.round(value * 25.6));
  const bytes = (await featuresOf({}, signal, 320)).flat();
  assert.equal(
    bytes,
    integers.map((value) => Math.min(127, Math.floor((value * 256 + 333) / 666) - 128)),
  );
});

test("without noise suppression and gain control there are the logarithms of the bands alone", async () => {
  const signal = madeSignal(4_000);
  const plain = await featuresOf({ noise: null, gain: null, output: "float32" }, signal, 320);
  const cleaned = await featuresOf({ gain: null, output: "float32" }, signal, 320);
  assert.is(plain.length, cleaned.length);
  assert.ok(
    plain.flat().every((value, i) => value >= (cleaned.flat()[i] as number)),
    "noise is taken away",
  );
  assert.not.equal(plain, cleaned);
});

test("what does not fit is refused, with the place", async () => {
  const refusal = async (options: object): Promise<string> => {
    try {
      await featuresOf(options, madeSignal(4_000), 320);
    } catch (error) {
      return (error as { detail: string }).detail;
    }
    return "";
  };
  assert.match(await refusal({ window: "30.03 ms" }), /stages.sound.window: 30.03 ms are 480.480 samples/);
  assert.match(
    await refusal({ highest: 9000 }),
    /stages.sound.highest: 9000 Hz; more than 125 and at most .* 8000/,
  );
  assert.match(await refusal({ noise: null }), /"gain": null is expected with "noise": null/);
});

const models = sharedModels();
if (models !== undefined) {
  const folder = join(models, "tflm-micro_speech_quantized");
  for (const name of ["yes", "no", "noise", "silence"]) {
    test(`${name}: features are to the bit those of TensorFlow Lite Micro's preprocessor`, async () => {
      const { samples } = readRecording(readFileSync(join(folder, "wav", `${name}_1000ms.wav`)), "a.wav", {
        rate: 16_000,
        channels: 1,
      });
      const expected = new Int8Array(readFileSync(join(folder, `real_${name}`, "input_0.bin")));
      assert.equal((await featuresOf({ tables: "operators" }, samples, 320)).flat(), [...expected]);
    });
  }
}

test.run();
