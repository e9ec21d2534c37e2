import { readFileSync } from "node:fs";
import * as rp2040js from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Board, loadBoard } from "../../host/boards/index.js";
import { Device } from "../../host/device/device.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { startRp2040 } from "../../host/device/emulators/rp2040.js";
import { Rp2040Chip } from "../../host/device/emulators/rp2040-chip.js";
import { buildFirmware } from "../../host/firmware/build.js";
import { encodeLeb128 } from "../../host/wasm/writer.js";
import { codeOf } from "../error-of.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { makeModel } from "./made-modules.js";

const op = { block: 0x02, loop: 0x03, end: 0x0b, get: 0x20, set: 0x21, const: 0x41, add: 0x6a } as const;
const emptyBlock = 0x40;

/** first += last, so many times, one after the other; returns first. */
const straight = (times: number): number[] => [
  ...Array.from({ length: times }, () => [op.get, 0, op.get, 1, op.add, op.set, 0]).flat(),
  op.get,
  0,
];

/** Loops in one another that are each run once, and a constant after them. */
const nestedLoops = (depth: number): number[] => [
  ...Array.from({ length: depth }, () => [op.loop, emptyBlock]).flat(),
  ...Array.from({ length: depth }, () => op.end),
  op.const,
  ...encodeLeb128(depth),
];

/** The compiler's stack is in linear memory: 200 bytes for each loop in a loop. */
const roomToCompile = { memoryBytes: 32768 };

async function withDevice(model: Uint8Array, use: (device: Device) => Promise<void>): Promise<void> {
  const board = loadBoard("pico");
  const { files } = await firmwareOf(board);
  const line = await startRp2040("pico", files.uf2!, [{ address: board.slots.address, bytes: model }], "usb");
  const device = new Device(line, { timeoutMillis: 60_000 });
  try {
    await use(device);
  } finally {
    await device.close();
  }
}

for (const { id } of availableBoards(["pico"])) {
  test("straight-line code of 8000 operations does not grow the C stack", async () => {
    const times = 2000;
    await withDevice(makeModel("straight", straight(times)), async (device) => {
      assert.is((await device.status()).model, "straight");
      assert.is((await device.run(0, 1)).code, times);
    });
  });

  test("loops nest 40 deep; 120 deep they trap before the C stack overflows, and the board goes on", async () => {
    for (const depth of [8, 40]) {
      await withDevice(makeModel("nested", nestedLoops(depth), roomToCompile), async (device) => {
        assert.is((await device.run(0, 1)).code, depth);
      });
    }
    await withDevice(makeModel("nested", nestedLoops(120), roomToCompile), async (device) => {
      for (let i = 0; i < 2; i++) {
        assert.is(await codeOf(device.run(0, 1)), "board-trap");
        assert.is((await device.status()).model, "nested");
      }
    });
  });

  test("the same run takes the same number of cycles", async () => {
    const counts: number[] = [];
    for (let i = 0; i < 2; i++) {
      await withDevice(makeModel("straight", straight(100)), async (device) => {
        counts.push((await device.run(0, 1)).count, (await device.run(0, 1)).count);
      });
    }
    assert.ok(counts[0]! > 4 * 100 * 6, `${counts[0]} cycles`);
    assert.is(new Set(counts).size, 1, String(counts));
  });

  test("the UART is a choice of the board's file", async () => {
    const board: Board = { ...loadBoard(id), link: { kind: "uart", baud: 115_200 } };
    const { files } = await buildFirmware(board);
    const device = await startEmulator(board, files);
    try {
      assert.is(await device.echo("over the UART"), "over the UART");
    } finally {
      await device.close();
    }
  });

  test("a damaged second-stage boot loader is not started", async () => {
    const { files } = await firmwareOf(loadBoard(id));
    const flash = new Uint8Array(2 << 20).fill(0xff);
    flash.set(readFileSync(files.bin));
    const quiet = (): void => undefined;
    assert.is(new Rp2040Chip(rp2040js, flash, quiet).stopped, undefined);
    flash[20]! ^= 1;
    assert.match(new Rp2040Chip(rp2040js, flash, quiet).stopped!, /checksum/);
  });
}

test.run();
