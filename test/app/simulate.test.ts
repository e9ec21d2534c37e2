import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeApplication } from "../../host/app/compose.js";
import { readRecording } from "../../host/app/recording.js";
import { parseApplication } from "../../host/app/schema.js";
import { type RunResult, simulate } from "../../host/app/simulate.js";
import { timelineSvg } from "../../host/app/timeline.js";
import { WasmoteError } from "../../host/errors.js";
import { openModule } from "../../host/package/open.js";
import { assemble } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { writeNpy } from "../../host/run/tensor-files/index.js";
import { writeWave } from "../run/tensor-files/wav-writer.js";
import { loudness } from "./plain-models.js";

const source = { rate: 1000, channels: 1 };
const text = (value: string) => new TextEncoder().encode(value);

async function opened() {
  const { graph, section } = composeApplication(
    parseApplication({
      name: "loud",
      source: { type: "link", rate: 1000 },
      stages: {
        loudness: { type: "model", from: "source", file: "m", every: "4 ms" },
        alarm: { type: "decision", from: "loudness", events: { loud: { over: 100 } } },
      },
    }),
    { models: new Map([["m", loudness(4)]]), tables: new Map() },
  );
  const { wasm } = await assemble(graph, { typed: graph }, {});
  return { section, runner: await openRunner("node", wasm, openModule(wasm)) };
}

const samples = Int16Array.of(0, 0, 0, 0, 20, 20, 20, 20, 0, 0, 0, 0, 20, 20, 20, 20, 7);

test("events have the time of the run's end; each recording begins anew; what is no hop is left out", async () => {
  const { runner, section } = await opened();
  for (let i = 0; i < 2; i++) {
    const { events, runs, counts } = await simulate(runner, section, samples);
    assert.equal(events, [
      { time: 0.008, event: "loud", level: 400, run: 1 },
      { time: 0.016, event: "loud", level: 400, run: 3 },
    ]);
    assert.is(runs, 4);
    assert.is(counts, undefined);
  }
  try {
    await simulate(runner, section, samples.subarray(0, 3));
    assert.unreachable();
  } catch (error) {
    assert.is((error as WasmoteError).code, "input-size");
    assert.match((error as WasmoteError).detail, /3 samples; at least 4/);
  }
});

test("a picture of it names nothing outside, and what names hold is text", async () => {
  const { runner, section } = await opened();
  const results: RunResult[] = [];
  await simulate(runner, section, samples, (result) => void results.push(result));
  const picture = timelineSvg("loud <&", section.events, results);
  assert.match(picture, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 1000 196"/);
  assert.match(picture, "loud &lt;&amp;");
  assert.match(picture, "loud: 2 times");
  assert.is(picture.match(/class="event"/g)?.length, 2);
  assert.is(picture.match(/class="active"/g)?.length, 2);
  assert.not.match(picture, /href|script|<style>[^<]*url/);
  assert.match(picture, /<style>\nsvg \{[^<]*\n\.ground \{/, "the style is one");
  const many = Array.from(
    { length: 50_000 },
    (_, run): RunResult => ({
      time: run / 100,
      begins: [],
      active: new Uint8Array(1),
      levels: Float32Array.of(run === 31_234 ? 9 : Math.sin(run)),
      judged: [],
    }),
  );
  const long = timelineSvg("long", ["a"], many);
  assert.ok(long.length < 40_000, `${long.length}`);
  assert.match(long, />9?10</, "the one high level is there");
});

test("recordings are sounds, arrays and lines of numbers", () => {
  const sound = writeWave([0, 16384, -32768, 32767], { sampleRateHz: 1000 });
  assert.equal([...readRecording(sound, "a.WAV", source).samples], [0, 16384, -32768, 32767]);
  const numbers = (dtype: "int16" | "float32", values: Int16Array | Float32Array, shape: number[]) =>
    writeNpy({ dtype, shape, bytes: new Uint8Array(values.buffer) });
  const rows = numbers("int16", Int16Array.of(1, 2, 3, 4), [2, 2]);
  assert.equal([...readRecording(rows, "a.npy", { rate: 1, channels: 2 }).samples], [1, 2, 3, 4]);
  const reals = numbers("float32", Float32Array.of(1.4, -70000, 70000), [3]);
  assert.equal([...readRecording(reals, "a.npy", source).samples], [1, -32768, 32767]);
  const lines = text("x;y\n1;2\r\n3;4\n\n");
  assert.equal([...readRecording(lines, "a.csv", { rate: 1, channels: 2 }).samples], [1, 2, 3, 4]);
  assert.equal([...readRecording(text("5\n6"), "a.csv", source).samples], [5, 6]);
});

test("other recordings are refused", () => {
  const refusal = (bytes: Uint8Array, path: string, channels = 1): string => {
    try {
      readRecording(bytes, path, { rate: 1000, channels });
    } catch (error) {
      if (error instanceof WasmoteError) return `${error.code}: ${error.detail}`;
      throw error;
    }
    return "";
  };
  assert.match(refusal(text("1,2\n3"), "a.csv", 2), /^input-invalid: line 2 holds 1 value; 2 are expected/);
  assert.match(refusal(text("1\nx"), "a.csv"), /^input-invalid: line 2 holds "x"; a number is expected/);
  for (const lines of ["NaN\n1", "a\n\n1\nnan", "1\n-Infinity", "x,y\n1,2\n3,"])
    assert.match(
      refusal(text(lines), "a.csv", lines.includes(",") ? 2 : 1),
      /^input-invalid: line \d holds ".*"; a number is expected/,
      lines,
    );
  const missing = writeNpy({
    dtype: "float32",
    shape: [3, 2],
    bytes: new Uint8Array(Float32Array.of(1, 2, 3, Number.NaN, 5, 6).buffer),
  });
  assert.match(refusal(missing, "a.npy", 2), /^input-invalid: row 1 holds NaN; a number is expected/);
  assert.match(refusal(text("1"), "a.txt"), /^input-kind: ending "txt"; .wav, .npy, .csv are read/);
  const sound = writeWave([0], { sampleRateHz: 1000 });
  assert.match(refusal(sound, "a.wav", 3), /^input-kind: a sound for a source of 3 channels/);
  const array = writeNpy({ dtype: "int16", shape: [2, 2], bytes: new Uint8Array(8) });
  assert.match(refusal(array, "a.npy", 3), /^input-size: an array of 2x2; times x 3/);
});

test.run();
