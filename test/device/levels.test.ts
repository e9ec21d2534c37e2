import { test } from "uvu";
import * as assert from "uvu/assert";
import { answers, readAnswer } from "../../host/device/answers.js";
import { noticeIn } from "../../host/device/notice.js";
import type { Payload } from "../../host/device/smp.js";
import { codeOf } from "../error-of.js";

/** What is read of a level in each message that has one. */
function levelsRead(level: unknown): unknown[] {
  const notice = { event: 1, name: "loud", run: 7, level };
  const samples = { off: 2, runs: 1, events: [[0, 1, level]] };
  const log = { entries: [[0, 1, 1500, 7, 0, level]] };
  const snippets = { snippets: [[0, 1500, 7, 0, level, 8, 16]], leftOff: 0, missed: 0, today: 32 };
  return [
    noticeIn({ operation: 1, group: 64, command: 19, sequence: 0, payload: notice as Payload })?.level,
    readAnswer(answers.samples, samples as unknown as Payload, "samples").events[0]?.[2],
    readAnswer(answers.log, log as unknown as Payload, "log").entries[0]?.level,
    readAnswer(answers.snippets, snippets as unknown as Payload, "snippets").snippets[0]?.level,
  ];
}

test("a level may be infinite, or no number", () => {
  for (const level of [0.5, Infinity, -Infinity, Number.NaN])
    assert.equal(
      levelsRead(level).map((read) => Object.is(read, level)),
      [true, true, true, true],
      `${level}`,
    );
});

test("what is no level is refused", async () => {
  assert.is(await codeOf((async () => levelsRead("loud"))()), "board-protocol");
});

test.run();
