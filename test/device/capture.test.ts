import { test } from "uvu";
import * as assert from "uvu/assert";
import { type CapturedPart, captureSamples } from "../../host/device/capture.js";
import { WasmoteError } from "../../host/errors.js";
import { codeOf } from "../error-of.js";

/** Samples of two channels, each the number of its moment. */
const part = (from: number, moments: number, ended = false): CapturedPart => ({
  from,
  data: new Uint8Array(Int16Array.from({ length: 2 * moments }, (_, i) => from + Math.floor(i / 2)).buffer),
  ended,
});

/** What comes of these parts, one a request, and how often more was waited for. */
async function captured(parts: readonly CapturedPart[], moments: number, allowedLoss = 0) {
  const asked: number[] = [];
  let waits = 0;
  const found = await captureSamples(
    async (from) => {
      asked.push(from);
      return parts[asked.length - 1] ?? part(from, 0);
    },
    { channels: 2, moments, worthwhile: 3, allowedLoss },
    async () => void waits++,
    () => {
      if (asked.length > parts.length + 10) throw new WasmoteError("board-slow", "");
    },
  );
  return { ...found, asked, waits };
}

test("parts join, each is asked for where the one before ended, and what is too much is left out", async () => {
  const { stretches, lost, ended, asked, waits } = await captured(
    [part(0, 3), part(3, 2), part(5, 0), part(5, 4)],
    7,
  );
  assert.equal([lost, ended, asked, waits], [0, false, [0, 3, 5, 5], 2]);
  assert.equal(stretches, [{ first: 0, samples: Int16Array.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6) }]);
});

test("what is lost ends it, or begins another stretch", async () => {
  const parts = [part(0, 2), part(5, 2), part(9, 2)];
  assert.is(await codeOf(captured(parts, 8)), "capture-incomplete");
  assert.is(await codeOf(captured(parts, 8, 3)), "capture-incomplete");
  const { stretches, lost } = await captured(parts, 8, 4);
  assert.equal(
    [stretches.map(({ first, samples }) => [first, samples.length]), lost],
    [
      [
        [0, 4],
        [5, 4],
      ],
      4,
    ],
  );
});

test("a source that ends is told, and one that gives nothing is given up in time", async () => {
  const { stretches, ended } = await captured([part(0, 2, true)], 5);
  assert.equal([stretches[0]?.samples.length, ended], [4, true]);
  assert.equal((await captured([part(0, 0, true)], 5)).stretches, []);
  assert.is(await codeOf(captured([], 5)), "board-slow");
});

test("parts that cannot be are refused", async () => {
  assert.is(await codeOf(captured([part(0, 3), part(2, 2)], 9)), "board-protocol");
  const odd = { ...part(0, 1), data: new Uint8Array(3) };
  assert.is(await codeOf(captured([odd], 9)), "board-protocol");
});

test.run();
