import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sharedModels } from "../shared-models.js";
import { exampleApplication } from "./example-application.js";

const keywords = await exampleApplication("keywords");

/** From where to where words are in the recording, in seconds: events come within half a second after them. */
const words = [
  ["yes", 0.6, 1.1],
  ["no", 3.0, 3.5],
] as const;

test("the recording's words are found, and nothing in its noise and its other words", async () => {
  for (const { on, events } of await keywords.simulated("recording.wav")) {
    assert.equal(
      events.map(({ event }) => event),
      words.map(([word]) => word),
      on,
    );
    for (const [i, [word, begins, ends]] of words.entries()) {
      const time = events[i]?.time as number;
      assert.ok(time > begins && time < ends + 0.5, `${on}: ${word} at ${time} s`);
    }
  }
});

test("engines agree in every level of every run", async () => {
  const [first, ...others] = await keywords.simulated("recording.wav");
  for (const { on, results } of others) assert.equal(results, first?.results, on);
});

const models = sharedModels();
if (models !== undefined) {
  const folder = join(models, "tflm-micro_speech_quantized", "wav");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".wav"))) {
    const [word] = file.split("_");
    const expected = word === "yes" || word === "no" ? [word] : [];
    test(`${file}, real: ${expected[0] ?? "no event"}`, async () => {
      for (const { on, events } of await keywords.simulated(join(folder, file)))
        assert.equal(
          events.map(({ event }) => event),
          expected,
          on,
        );
    });
  }
}

test.run();
