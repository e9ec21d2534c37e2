import { test } from "uvu";
import * as assert from "uvu/assert";
import { Device, type DeviceOptions } from "../../host/device/device.js";
import { openPort } from "../../host/device/open-port.js";
import { WasmoteError } from "../../host/errors.js";
import { openModule } from "../../host/package/open.js";
import { openBoardRunner } from "../../host/run/board.js";
import { behaviours, startHostileBoard } from "./hostile-board.js";
import { modelFile, SimulatedBoard } from "./simulated-board.js";

const wasm = modelFile("model", 4000);
const opened = openModule(wasm);
/** Time enough for a busy machine, where an answer is expected. */
const patient = { timeoutMillis: 5000, attempts: 3, flashTimeoutMillis: 5000, runTimeoutMillis: 5000 };
const quick = { timeoutMillis: 60, attempts: 3, flashTimeoutMillis: 100, runTimeoutMillis: 100 };

/** How each board ends the work that is asked of it; "done" where nothing is wrong. */
const endings: Readonly<Record<string, string>> = {
  banner: "done",
  silent: "board-silent",
  disconnect: "board-silent",
  garbage: "done",
  "flood without line ends": "board-silent",
  "flood of lines": "board-silent",
  "flood of begun packets": "board-silent",
  "flood of answers to nothing": "board-silent",
  "answers to another request": "board-silent",
  "answers of another group": "board-silent",
  "one byte at a time": "board-silent",
  "a payload too deep": "board-silent",
  "a run without end": "board-silent",
};

/** Sends a model, runs it and reads its output; ends as `endings` says. */
async function work(address: string, options: DeviceOptions): Promise<string> {
  const device = new Device(await openPort(address, 0), options);
  try {
    await device.echo("wasmote");
    const runner = await openBoardRunner("hostile", device, wasm, opened);
    await runner.writeInput(0, new Uint8Array(16));
    await runner.run();
    assert.is((await runner.readOutput(0)).length, 16);
    return "done";
  } catch (error) {
    assert.instance(error, WasmoteError, String(error));
    return (error as WasmoteError).code;
  } finally {
    await device.close();
  }
}

for (const [name, behaviour] of Object.entries(behaviours)) {
  test(`a board, ${name}: the work ends, by an error of the table, after few requests`, async () => {
    const board = await startHostileBoard(behaviour);
    try {
      const ending = endings[name] ?? "board-protocol";
      assert.is(await work(board.address, ending === "board-silent" ? quick : patient), ending);
      assert.ok(board.requests() < 60, `${board.requests()} requests`);
    } finally {
      await board.close();
    }
  });
}

test("text that comes while the connection is made is shown, and the protocol goes on", async () => {
  const board = await startHostileBoard(behaviours.banner!);
  const lines: string[] = [];
  assert.is(await work(board.address, { ...patient, onText: (line) => lines.push(line) }), "done");
  assert.equal(lines, ["ESP-ROM:esp32c3-api1-20210207"]);
  await board.close();
});

test("a transfer whose requests are all answered in time ends when its own time is over", async () => {
  const board = new SimulatedBoard();
  const options = { ...patient, transferTime: { baseMillis: 0, bytesPerSecond: Number.POSITIVE_INFINITY } };
  const device = new Device(board.connect(), options);
  await device.status();
  const transfers = [
    () => device.upload(wasm),
    () => device.writeInput(0, new Uint8Array(16)),
    () => device.readOutput(0, 16),
    () => device.manifest(),
  ];
  const before = board.requests.length;
  for (const transfer of transfers) {
    assert.is(await transfer().catch((error: WasmoteError) => error.code), "board-slow");
  }
  assert.ok(board.requests.length - before <= transfers.length);
});

test.run();
