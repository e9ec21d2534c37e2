import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard, loadBoards } from "../../host/boards/index.js";
import { Device } from "../../host/device/device.js";
import { type QemuEmulator, startQemu } from "../../host/device/emulators/qemu.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { bodies, makeModel } from "./made-modules.js";

/** QEMU has one machine with an STM32F4 whose memory, USARTs and timer are those of the others. */
const [machine] = availableBoards(["netduino-plus-2"]);
const others = loadBoards().filter(({ port, emulator }) => port === "stm32f4" && emulator === undefined);

test("there are boards with an STM32F4 besides the emulated one", () => assert.ok(others.length >= 3));

for (const { id } of machine === undefined ? [] : others) {
  test(`${id}: its firmware answers over its USART and runs a model on ${machine!.id}'s emulator`, async () => {
    const board = loadBoard(id);
    const { files } = await firmwareOf(board);
    assert.is(board.link.kind, "uart");
    const usart = (board.link as { usart?: number }).usart!;
    const emulator = machine!.emulator as QemuEmulator;
    const before = Array.from({ length: usart - 1 }, () => ["-serial", "null"]).flat();
    const line = startQemu(id, { ...emulator, arguments: [...emulator.arguments, ...before] }, files.elf, [
      { address: board.slots.address, bytes: makeModel("sum", bodies.sum) },
    ]);
    const device = new Device(line, { timeoutMillis: 20_000 });
    try {
      assert.is((await device.status()).model, "sum");
      const { code, count } = await device.run(0, 1);
      assert.is(code, 1);
      assert.ok(count > 10 && count < 10_000, `${count} instructions`);
    } finally {
      await device.close();
    }
  });
}

test.run();
