import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FileResult } from "./run-files.js";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

test("tests that do not run, since a hook before them failed, fail their file", async () => {
  const worker = fork(pathOf("run-files.ts"), { stdio: "ignore" });
  const ended = once(worker, "exit");
  worker.send({ name: "failing-hook", file: pathOf("fixtures/suites/failing-hook.ts") });
  const [result] = (await once(worker, "message")) as [FileResult];
  worker.disconnect();
  await ended;
  assert.equal([result.passed, result.total], [0, 2]);
  assert.match(result.errors, /2 tests did not run: a hook before them failed/);
});

test.run();
