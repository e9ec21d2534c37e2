import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Device } from "../../host/device/device.js";
import { openPort } from "../../host/device/open-port.js";
import { processTransport } from "../../host/device/process-transport.js";
import type { Transport } from "../../host/device/transport.js";
import { WasmoteError } from "../../host/errors.js";
import { eventually, isAlive } from "../processes.js";
import { serve } from "./serve.js";
import { modelFile, SimulatedBoard } from "./simulated-board.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-line-"));
test.after(() => rmSync(folder, { recursive: true }));

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: unknown) => (error instanceof WasmoteError ? error.code : String(error)),
  );
}

function endOf(line: Transport): Promise<string> {
  return new Promise((resolve) => line.onEnd(resolve));
}

for (const kind of ["tcp", "unix"] as const) {
  test(`a board behind a ${kind} socket takes a model`, async () => {
    const board = new SimulatedBoard();
    const path = join(folder, "line");
    const server = await serve(board, (s) => (kind === "tcp" ? s.listen(0, "127.0.0.1") : s.listen(path)));
    const address = server.address();
    const port =
      typeof address === "object" && address !== null ? `tcp://127.0.0.1:${address.port}` : `unix:${path}`;
    const device = new Device(await openPort(port, 115_200));
    await device.activate(await device.upload(modelFile("m", 3000)));
    assert.is((await device.status()).model, "m");
    assert.equal(await device.run(0, 2), { code: 0, count: 2000 });
    await device.close();
    server.close();
  });
}

test("a line that ends fails what waits, at once", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const device = new Device(await openPort(`tcp://127.0.0.1:${port}`, 115_200), { timeoutMillis: 60_000 });
  const start = Date.now();
  assert.is(await codeOf(device.run(0, 1)), "board-silent");
  assert.is(await codeOf(device.echo("x")), "board-silent");
  assert.ok(Date.now() - start < 10_000);
  server.close();
});

test("ports that cannot be opened are refused", async () => {
  assert.is(await codeOf(openPort(`unix:${join(folder, "absent")}`, 115_200)), "port-unavailable");
  assert.is(await codeOf(openPort("tcp://nowhere", 115_200)), "port-unavailable");
  assert.is(await codeOf(openPort("tcp://localhost:99999", 115_200)), "port-unavailable");
  const serial = await codeOf(openPort(join(folder, "ttyNONE"), 115_200));
  assert.ok(["port-unavailable", "tool-missing"].includes(serial), serial);
});

test("a program's stdin and stdout are a line, and close ends the program", async () => {
  const line = processTransport("cat", process.execPath, ["-e", "process.stdin.pipe(process.stdout)"]);
  const answer = new Promise<string>((resolve) =>
    line.onData((bytes) => resolve(Buffer.from(bytes).toString())),
  );
  line.write(Buffer.from("through"));
  assert.is(await answer, "through");
  let told = false;
  line.onEnd(() => {
    told = true;
  });
  await line.close();
  await line.close();
  assert.is(told, false, "an end that was wanted is told to nobody");
});

test("a program that ends by itself is told with what it said", async () => {
  const line = processTransport("fails", process.execPath, [
    "-e",
    "console.error('no such machine'); process.exit(3)",
  ]);
  assert.match(await endOf(line), "it ended with code 3: no such machine");
  assert.match(await endOf(processTransport("absent", join(folder, "absent"), [])), "cannot be started");
});

test("a program that ignores SIGTERM is ended by force", async () => {
  const line = processTransport("stubborn", process.execPath, [
    "-e",
    "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.stdout.write(String(process.pid))",
  ]);
  const pid = Number(await new Promise<string>((resolve) => line.onData((bytes) => resolve(String(bytes)))));
  try {
    assert.ok(isAlive(pid));
  } finally {
    await line.close();
  }
  assert.not(isAlive(pid));
});

for (const how of ["SIGINT", "SIGTERM", "exit", "throw"] as const) {
  test(`an emulator does not outlive its parent: ${how}`, async () => {
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

test.run();
