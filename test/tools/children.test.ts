import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { endChild, startChild } from "../../host/tools/children.js";
import { eventually, isAlive } from "../processes.js";

for (const how of ["SIGINT", "SIGTERM", "exit", "throw"] as const) {
  test(`a child does not outlive its parent: ${how}`, async () => {
    const module = fileURLToPath(new URL("../../host/tools/children.ts", import.meta.url));
    const ending = { exit: "process.exit(5)", throw: "throw new Error('x')", SIGINT: "", SIGTERM: "" }[how];
    const source = `
      import { startChild } from ${JSON.stringify(module)};
      const child = startChild(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      child.once("spawn", () => { process.stdout.write(String(child.pid)); process.stdin.once("data", () => { ${ending} }); });
      setInterval(() => {}, 1000);`;
    const tsx = new URL(import.meta.resolve("tsx")).href;
    const parent = spawn(process.execPath, ["--import", tsx, "--input-type=module", "-e", source], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const ended = new Promise<[number | null, string | null]>((resolve) =>
      parent.once("exit", (code, signal) => resolve([code, signal])),
    );
    try {
      const pid = Number(
        await new Promise<string>((resolve) => parent.stdout.once("data", (b) => resolve(String(b)))),
      );
      assert.ok(isAlive(pid));
      if (how === "SIGINT" || how === "SIGTERM") parent.kill(how);
      else parent.stdin.write("end");
      const [code, signal] = await ended;
      if (how === "SIGINT" || how === "SIGTERM") assert.is(signal, how);
      else assert.is(code, how === "exit" ? 5 : 1);
      await eventually(() => !isAlive(pid), "the child is gone");
    } finally {
      parent.kill("SIGKILL");
    }
  });
}

test("a program that ignores SIGTERM is ended by force", async () => {
  const child = startChild("/bin/sh", ["-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done"]);
  const pid = Number(
    await new Promise<string>((resolve) => child.stdout?.once("data", (b) => resolve(String(b)))),
  );
  try {
    assert.ok(isAlive(pid));
  } finally {
    await endChild(child);
  }
  assert.not(isAlive(pid));
});

test.run();
