import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bodies, makeModel } from "../boards/made-modules.js";
import { behaviours, startHostileBoard } from "../device/hostile-board.js";
import { modelFile } from "../device/simulated-board.js";
import { commandOf, type Result, temporaryFolder } from "./command.js";

const { folder, remove } = temporaryFolder();
test.after(remove);
writeFileSync(join(folder, "m.wasm"), modelFile("m", 100));
writeFileSync(join(folder, "in.bin"), new Uint8Array(16));

/** As `wasmote`, while this process goes on, so that it can be the board. */
function wasmoteMeanwhile(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Result> {
  const { file, args: all, options } = commandOf(folder, args, environment);
  return new Promise((resolve) => {
    const child = execFile(file, all, { ...options, timeout: 120_000 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

const run = ["run", "m.wasm", "--input", "in.bin"];
const cases: [behaviour: string, args: string[], code: number, stderr: RegExp][] = [
  ["banner", ["push", "m.wasm"], 0, /: ESP-ROM:esp32c3-api1-20210207\n[\s\S]*m is active on hostile/],
  ["disconnect", ["push", "m.wasm"], 3, /error\[board-silent\]/],
  ["no image in the end", ["push", "m.wasm"], 1, /error\[board-protocol\].*does not list it as active/],
  ["packets without end", ["push", "m.wasm"], 1, /error\[board-protocol\].*mtu/],
  ["an upload that wanders", ["push", "m.wasm"], 1, /error\[board-protocol\]/],
  ["an output too short", run, 1, /error\[board-protocol\].*5 bytes instead of 16/],
  ["an output by bytes", run, 1, /error\[board-protocol\].*2147483648 bytes instead of 16/],
  ["a run of no count", ["bench", "m.wasm"], 1, /error\[board-protocol\].*count/],
  ["disconnect", ["monitor"], 3, /error\[board-silent\]/],
];

for (const [behaviour, args, code, stderr] of cases) {
  test(`wasmote ${args[0]}, a board of ${behaviour}: exit code ${code}`, async () => {
    const board = await startHostileBoard(behaviours[behaviour]!);
    try {
      const result = await wasmoteMeanwhile([...args, "--port", board.address]);
      assert.is(result.code, code, result.stderr);
      assert.match(result.stderr, stderr);
    } finally {
      await board.close();
    }
  });
}

test("run and bench end at --limit, on every engine of this machine", async () => {
  writeFileSync(join(folder, "endless.wasm"), makeModel("endless", bodies.endless, { inputs: [] }));
  for (const args of [["run"], ["run", "--on", "node"], ["bench"], ["bench", "--on", "node"]]) {
    const [command = "", ...options] = args;
    const result = await wasmoteMeanwhile([command, "endless.wasm", "--limit", "50", ...options]);
    assert.is(result.code, 1, result.stderr);
    assert.match(result.stderr, /error\[run-limit\].*endless on \w+ ran for 50 ms/);
  }
});

test("the largest output there can be is summed up within a heap of 256 MiB, and refused as text", async () => {
  const shape = [64 * 2 ** 20 - 64];
  const wasm = makeModel("large", bodies.sum, {
    memory: [1, 0x80, 0x08, 0x80, 0x08],
    memoryBytes: 64 * 2 ** 20,
    inputs: [],
    outputs: [{ name: "all", dtype: "int8", shape, address: 64 }],
    steps: [],
  });
  writeFileSync(join(folder, "large.wasm"), wasm);
  const environment = { NODE_OPTIONS: "--max-old-space-size=256" };
  const run = (...more: string[]) => wasmoteMeanwhile(["run", "large.wasm", ...more], environment);
  const summed = await run();
  assert.is(summed.code, 0, summed.stderr);
  assert.match(summed.stdout, /67108800 values, 0 to 0, mean 0/);
  for (const more of [["--json"], ["--output", "large.json"]]) {
    const refused = await run(...more);
    assert.is(refused.code, 1, refused.stderr);
    assert.match(refused.stderr, /output-size/);
  }
});

test.run();
