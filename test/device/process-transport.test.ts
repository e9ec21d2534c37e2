import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { processTransport } from "../../host/device/process-transport.js";
import { endOf, nextText } from "./end-of.js";

const shell = (script: string, onEnd?: () => void) =>
  processTransport("a shell", "/bin/sh", ["-c", script], onEnd);

test("a program's stdin and stdout are a line, and close ends the program", async () => {
  const line = processTransport("cat", "cat", []);
  assert.is(line.name, "cat");
  const answer = nextText(line);
  line.write(Buffer.from("through"));
  assert.is(await answer, "through");
  let told = false;
  line.onEnd(() => {
    told = true;
  });
  await line.close();
  await line.close();
  line.write(Buffer.from("too late"));
  assert.is(told, false, "an end that was wanted is told to nobody");
});

test("only the last who asked for what arrives gets it", async () => {
  const line = processTransport("cat", "cat", []);
  line.onData(() => assert.unreachable("the one before"));
  const answer = nextText(line);
  line.write(Buffer.from("x"));
  assert.is(await answer, "x");
  await line.close();
});

test("a program that ends by itself is told with what it said last, and its end is done", async () => {
  let ended = 0;
  const line = shell("echo 'no such machine' >&2; exit 3", () => ended++);
  assert.is(await endOf(line), "it ended with code 3: no such machine");
  assert.is(ended, 1);
  line.write(Buffer.from("too late"));
  assert.is(await endOf(shell("exit 0")), "it ended with code 0");
  assert.is(await endOf(shell("kill -TERM $$")), "it ended with SIGTERM");
  const long = await endOf(shell("printf '%05000d' 0 >&2; printf 'end\\n' >&2; exit 1"));
  assert.match(long, /^it ended with code 1: 0+end$/);
  assert.ok(long.length < 2100, `${long.length} characters`);
});

test("a program that cannot be started is told", async () => {
  const line = processTransport("absent", join("/nonexistent", "absent"), []);
  assert.match(await endOf(line), /^it cannot be started: .*ENOENT/);
  await line.close();
});

test.run();
