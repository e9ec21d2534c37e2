import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { requirePeripherals } from "../../host/boards/index.js";
import { loadBoard } from "../../host/boards/load.js";
import { pinName, pinOf, whyNoPin } from "../../host/boards/pins.js";
import type { Board } from "../../host/boards/types.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { WasmoteError } from "../../host/errors.js";
import { temporaryFolder } from "../../host/tools/ending.js";
import { bytesOf, loudnessApplication, quietly, squareWave } from "./applications.js";
import { availableBoards, emulatedBoards, firmwareOf } from "./emulators.js";

test("pins have numbers by the names that makers write", () => {
  const numbers = ["GPIO25", "GP0", "PA5", "PC13", "PK15", "P0.13", "P1.9", "LED1"].map(
    (name) => pinOf(name)?.number,
  );
  assert.equal(numbers, [25, 0, 5, 45, 175, 13, 41, 1]);
  for (const none of ["PA16", "PL0", "P2.01", "P0.32", "GPIO256", "25", "pa5", ""])
    assert.is(pinOf(none), undefined, none);
  for (const [board, pin, name] of [
    ["pico", 25, "GPIO25"],
    ["nucleo-f446re", 45, "PC13"],
    ["nrf52840-dk", 41, "P1.09"],
    ["mps2-an386", 1, "LED1"],
  ] as const) {
    assert.is(pinName(loadBoard(board), pin), name);
    assert.is(pinOf(name)?.number, pin);
  }
});

test("why a board has no such pin", () => {
  const why = (board: string, name: string) => whyNoPin(loadBoard(board), pinOf(name)?.number ?? -1, name);
  assert.is(why("pico", "GPIO25"), undefined);
  assert.is(why("nucleo-f446re", "PA5"), undefined);
  assert.is(why("pico", "PA5"), "pico has no pin PA5: its pins are named as GPIO0");
  assert.is(why("nucleo-f446re", "PA2"), "pin PA2 of nucleo-f446re is its line's");
  assert.match(
    String(why("black-pill-f411", "PF1")),
    /no pin PF1 for applications: there are PA0 to PE15, PH0 to PH15/,
  );
  assert.match(String(why("microbit-v2", "P1.10")), /there are P0.00 to P1.09/);
  assert.match(String(why("esp32-c3", "GPIO12")), /there are GPIO0 to GPIO11, GPIO18 to GPIO21/);
  assert.is(whyNoPin(loadBoard("qemu-rv32"), 1), "applications set no pins on qemu-rv32");
});

test("a board that lacks what an application asks for is refused with all of that, and with the boards that have it", () => {
  const refusal = (board: string, asked: Parameters<typeof requirePeripherals>[1]): string => {
    try {
      requirePeripherals(loadBoard(board), asked);
      return "";
    } catch (error) {
      assert.ok(error instanceof WasmoteError && error.code === "board-lacks");
      return error.message;
    }
  };
  const source = { driver: "imu", rate: 100, channels: 3, hop: 10 };
  const asked = { source, actions: [{ kind: "gpio", pin: 25 }] };
  assert.is(refusal("pico", asked), "");
  const message = refusal("qemu-rv32", asked);
  assert.match(message, /source imu \(it is on .*\bpico\b.*\); applications set no pins on qemu-rv32$/);
  assert.match(refusal("pico", { actions: [{ kind: "gpio", pin: 30 }] }), /no pin GPIO30/);
});

/** A board with an application whose event sets pins 1 and 200, driven over the link; what QEMU wrote down of it meanwhile. */
async function tracedPins(
  board: Board,
  emulation: readonly string[],
): Promise<{ lacks: string[]; text: string }> {
  const folder = temporaryFolder("pins");
  const file = join(folder.path, "trace");
  const { files } = await firmwareOf(board);
  const model = await loudnessApplication({
    actions: [
      { event: 0, kind: "gpio", pin: 1 },
      { event: 1, kind: "gpio", pin: 200 },
    ],
  });
  const emulator = board.emulator as Extract<Board["emulator"], { kind: "qemu" }>;
  const traced = {
    ...board,
    emulator: { ...emulator, arguments: [...emulator.arguments, ...emulation, "-D", file] },
  } as Board;
  const device = await startEmulator(traced, files, { model });
  try {
    await device.feed(bytesOf(squareWave([0, 2000, 0], quietly.hop)));
    const { lacks } = await device.application();
    return { lacks, text: emulation.length === 0 ? "" : readFileSync(file, "utf8") };
  } finally {
    await device.close();
    folder.remove();
  }
}

for (const board of availableBoards(emulatedBoards.filter((name) => name.startsWith("mps")))) {
  test(`${board.id}: an event lights the right LED, and lets it go out`, async () => {
    const { lacks, text } = await tracedPins(board, ["-trace", "led_change_intensity"]);
    assert.equal(lacks, ["pin"]);
    const changes = [...text.matchAll(/desc:'([^']*)' .*?(\d+)% -> (\d+)%/g)].map(([, name, from, to]) => [
      name,
      from,
      to,
    ]);
    // Before that they all go out, when the board starts.
    assert.equal(changes.slice(-2), [
      ["USERLED1", "0", "100"],
      ["USERLED1", "100", "0"],
    ]);
  });
}

for (const board of availableBoards(["netduino-plus-2"])) {
  test(`${board.id}: an event writes to the right registers of the right port`, async () => {
    const { lacks, text } = await tracedPins(board, ["-d", "unimp"]);
    assert.equal(lacks, ["pin"]);
    const writes = [...text.matchAll(/GPIOA: .*write.*offset (0x\w+), value (0x\w+)/g)].map(([, at, value]) =>
      [Number(at), Number(value)].join(" "),
    );
    const setReset = 0x18;
    assert.equal(writes.filter((each) => each.startsWith(`${setReset} `)).slice(-3), [
      `${setReset} ${1 << 17}`,
      `${setReset} 2`,
      `${setReset} ${1 << 17}`,
    ]);
    assert.ok(writes.includes(`0 ${1 << 2}`), `the mode: ${writes.join(", ")}`);
  });
}

for (const board of availableBoards(["qemu-rv32"])) {
  test(`${board.id} has no pins, and says so`, async () => {
    assert.equal((await tracedPins(board, [])).lacks, ["pin"]);
  });
}

test.run();
