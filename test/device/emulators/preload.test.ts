import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../../host/boards/index.js";
import { emulatorPrograms, startEmulator, takesModelAtStart } from "../../../host/device/emulators/index.js";
import { preloadedFlash } from "../../../host/device/emulators/preload.js";
import { errorOf } from "../../error-of.js";

const model = Uint8Array.of(1, 2, 3);

test("a board that cannot write its flash in the emulator has the model in slot 0 from the start", () => {
  const board = loadBoard("netduino-plus-2");
  assert.ok(takesModelAtStart(board));
  assert.equal(preloadedFlash(board, model), [{ address: board.slots.address, bytes: model }]);
});

test("any other board is sent its model", () => {
  const pico = loadBoard("pico");
  const writing = { ...pico, emulator: { kind: "rp2040js" as const, preload: false } };
  for (const board of [loadBoard("microbit-v2"), writing]) {
    assert.is(takesModelAtStart(board), false, board.id);
    assert.equal(preloadedFlash(board, model), [], board.id);
  }
});

test("each board's emulator names the program that it takes", () => {
  const programs = (name: string) => emulatorPrograms(loadBoard(name));
  assert.equal(programs("mps2-an386"), ["qemu-system-arm"]);
  assert.equal(programs("qemu-rv32"), ["qemu-system-riscv32"]);
  assert.equal(programs("pico"), []);
  assert.equal(programs("esp32-c3"), []);
});

test("a board without an emulator cannot be started", async () => {
  const error = await errorOf(startEmulator(loadBoard("esp32-c3"), { elf: "none.elf" }));
  assert.is(error.code, "board-emulator-none");
  assert.match(error.message, "esp32-c3");
});

test.run();
