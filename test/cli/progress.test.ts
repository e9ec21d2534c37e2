import { test } from "uvu";
import * as assert from "uvu/assert";
import { processOutput, type Stream } from "../../host/cli/output.js";

/** A stream that keeps what is written. */
class Kept implements Stream {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(columns?: number) {
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 0;
  }

  write(text: string): void {
    this.text += text;
  }
}

test("on a terminal what is going on is one line, as wide as the terminal at most, and is cleared", () => {
  const [stdout, stderr] = [new Kept(20), new Kept(20)];
  const output = processOutput(stdout, stderr);
  output.progress("building the firmware");
  output.progress("building the firmware", "[3/120] a file");
  assert.is(stderr.text, "\r\u001b[Kbuilding the firmwa\r\u001b[Kbuilding the firmwa");
  output.talk("done");
  assert.is(stderr.text.slice(-9), "\r\u001b[Kdone\n");
  output.data(["a line that is longer than the terminal"]);
  assert.is(stdout.text, "a line that is\nlonger than the\nterminal\n");
});

test("elsewhere a thing is told once, in a plain line, when it has taken over a second", () => {
  const stderr = new Kept();
  let now = 0;
  const output = processOutput(new Kept(), stderr, () => now);
  output.progress("reading");
  now += 900;
  output.progress("reading", "half");
  output.progress("building");
  now += 900;
  output.progress("building", "1 of 9");
  assert.is(stderr.text, "", "neither has taken a second");
  for (let i = 2; i < 9; i++) {
    now += 900;
    output.progress("building", `${i} of 9`);
  }
  assert.is(stderr.text, "building ...\n");
  output.blocking("compiling");
  output.progress("compiling", "more");
  assert.is(stderr.text, "building ...\ncompiling ...\n");
  output.done();
});

test("elsewhere a thing that reports nothing is told by a timer, unless it has ended", async () => {
  const [stderr, short] = [new Kept(), new Kept()];
  const [output, other] = [processOutput(new Kept(), stderr), processOutput(new Kept(), short)];
  output.progress("waiting");
  other.progress("waiting");
  other.done();
  for (let i = 0; i < 200 && stderr.text === ""; i++) await new Promise((resolve) => setTimeout(resolve, 25));
  assert.is(stderr.text, "waiting ...\n");
  assert.is(short.text, "");
});

test.run();
