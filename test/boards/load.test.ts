import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardNames, boardsFolder, loadBoard, loadBoards } from "../../host/boards/index.js";
import { WasmoteError } from "../../host/errors.js";
import { cmakeVariables, firmwareBytes } from "../../host/firmware/variables.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-boards-"));
for (const part of ["families", "definitions"]) {
  mkdirSync(join(folder, part));
  cpSync(join(boardsFolder, part), join(folder, part), { recursive: true });
}
test.after(() => rmSync(folder, { recursive: true }));

type Fields = Record<string, unknown>;

const write = (part: "families" | "definitions", name: string, fields: Fields | string): void => {
  const text = typeof fields === "string" ? fields : JSON.stringify(fields);
  writeFileSync(join(folder, part, `${name}.json`), text);
};

const good: Fields = {
  inherits: "rp2040",
  name: "A board",
  vendor: "A maker",
  url: "https://example.org/board",
  flashBytes: 2097152,
  usb: ["2e8a:0003"],
  wiring: "GPIO 0 is transmit, GPIO 1 receive.",
  enterBootLoader: "Hold the button.",
  proven: "build-only",
};

function refusalOf(name: string): WasmoteError {
  try {
    loadBoard(name, folder);
  } catch (error) {
    assert.instance(error, WasmoteError);
    return error as WasmoteError;
  }
  throw new Error(`${name} must be refused`);
}

/** Boards that nothing writes but their maker's own tools: docs/flashing.md says how. */
const writtenByMakersTools = ["alif-e7-devkit"];

test("every board of the project is valid, and its definition is short", () => {
  const boards = loadBoards();
  assert.ok(boards.length >= 11);
  for (const board of boards) {
    const lines = readFileSync(join(boardsFolder, "definitions", `${board.id}.json`), "utf8").split("\n");
    assert.ok(lines.length <= 23, `${board.id}: ${lines.length} lines`);
    assert.is(board.proven === "emulator", board.emulator !== undefined, board.id);
    const isWritten = board.flashMethods.length > 0 || board.emulator !== undefined;
    assert.is(isWritten, !writtenByMakersTools.includes(board.id), board.id);
  }
  const arm = boards.filter(
    ({ isa, flashMethods }) => isa.toolchain === "arm-none-eabi" && flashMethods.length,
  );
  assert.equal(
    arm.filter(({ flashMethods }) => !flashMethods.some(({ method }) => method === "jlink")),
    [],
    "every board with an Arm part is flashed by a J-Link, too",
  );
  const families = readdirSync(join(boardsFolder, "families")).map((file) => file.replace(".json", ""));
  const used = new Set(boards.map(({ family }) => family));
  assert.equal(
    families.filter((name) => !used.has(name)),
    [],
    "every family has a board",
  );
});

test("the parts' memories are those of their data sheets", () => {
  const memories = Object.fromEntries(
    loadBoards().map((board) => [
      board.id,
      [board.ramBytes / 1024, board.flashBytes / 1024, board.clockHz / 1e6],
    ]),
  );
  assert.equal(memories.pico, [264, 2048, 125]);
  assert.equal(memories["pico-2"], [520, 4096, 150]);
  assert.equal(memories["nucleo-l4r5zi"], [640, 2048, 120]);
  assert.equal(memories["netduino-plus-2"], [128, 1024, 168]);
  assert.equal(memories["arduino-nano-33-ble"], [256, 960, 64], "its boot loader has the first 64");
  assert.equal(memories["arduino-nano-33-ble-swd"], [256, 1024, 64]);
  assert.equal(memories["nrf52840-dk"], [256, 1024, 64]);
  assert.equal(memories["black-pill-f411"], [128, 512, 100]);
  assert.equal(memories["nucleo-f446re"], [128, 512, 180]);
  assert.equal(memories["nucleo-h743zi"], [512, 2048, 400]);
  assert.equal(memories["arduino-portenta-h7"], [512, 1792, 400], "its boot loader has the first 256");
  assert.equal(memories["stm32f4-discovery"], [128, 1024, 168]);
  assert.equal(memories["microbit-v2"], [128, 512, 64]);
  assert.equal(memories["alif-e7-devkit"], [1024, 5632, 400]);
});

test("a board on a known family is one file; objects are merged, lists replaced", () => {
  write("definitions", "mine", { ...good, slots: { count: 1 }, flashMethods: [{ method: "st-flash" }] });
  const board = loadBoard("mine", folder);
  const pico = loadBoard("pico", folder);
  assert.is(board.id, "mine");
  assert.is(board.family, "rp2040");
  assert.equal(board.slots, { ...pico.slots, count: 1 });
  assert.equal(board.flashMethods, [{ method: "st-flash" }]);
  assert.is(board.emulator, undefined, "the Pico's emulator is its own");
  assert.ok(boardNames(folder).includes("mine"));
});

test("a family may inherit from another", () => {
  write("families", "rp2040-fast", { inherits: "rp2040", clockHz: 200000000 });
  write("definitions", "fast", { ...good, inherits: "rp2040-fast" });
  const board = loadBoard("fast", folder);
  assert.is(board.clockHz, 200000000);
  assert.is(board.ramBytes, 270336);
});

const wrong: [what: string, fields: Fields | string, code: RegExp, file?: RegExp][] = [
  ["no JSON", "{", /JSON/],
  ["no object", "[1]", /JSON object/],
  [
    "an unknown field",
    { ...good, flashbytes: 5 },
    /flashbytes is no field .* the fields are inherits, mcu, core/,
  ],
  ["an unknown inner field", { ...good, slots: { counts: 1 } }, /slots\.counts is no field/],
  ["a missing field", { ...good, vendor: undefined }, /vendor is missing/],
  ["no wiring", { ...good, wiring: undefined }, /wiring is missing/],
  [
    "a boot loader that nobody can enter",
    { ...good, enterBootLoader: undefined },
    /enterBootLoader is missing/,
  ],
  [
    "no word on how a board is written that we do not write",
    { ...good, flashMethods: [], enterBootLoader: undefined, inherits: "nrf52833" },
    /enterBootLoader is missing/,
  ],
  ["no family", { ...good, inherits: undefined }, /inherits must name a family/],
  ["a family that is not there", { ...good, inherits: "rp2041" }, /"rp2041"; the families are .*rp2040/],
  ["a wrong type", { ...good, flashBytes: "2 MB" }, /flashBytes: /],
  ["a fraction", { ...good, flashBytes: 2.5 }, /flashBytes: /],
  ["a wrong address", { ...good, ramOrigin: "20000000" }, /ramOrigin: an address as "0x20000000"/],
  ["a wrong USB id", { ...good, usb: ["2E8A:3"] }, /usb\.0: a USB id as "2e8a:0003"/],
  ["a wrong choice", { ...good, proven: "yes" }, /proven: .*"emulator"/],
  ["a wrong method", { ...good, flashMethods: [{ method: "magic" }] }, /flashMethods\.0\.method: /],
  [
    "a method without its data",
    { ...good, flashMethods: [{ method: "uf2", familyId: "0x1" }] },
    /boardId is missing/,
  ],
  ["slots beyond the flash", { ...good, flashBytes: 1048576 }, /slots: .* end at 0x101c0000, but flash is/],
  ["slots over the firmware", { ...good, slots: { address: "0x10000000" } }, /begins with the firmware/],
];

for (const [what, fields, expected, file = /boards\/definitions\/wrong\.json/] of wrong) {
  test(`${what} is refused, with file and field`, () => {
    write("definitions", "wrong", fields);
    const error = refusalOf("wrong");
    assert.is(error.code, "board-invalid");
    assert.match(error.message, expected);
    assert.match(error.message, file);
    rmSync(join(folder, "definitions", "wrong.json"));
  });
}

test("a fault in a family is told with the family's file", () => {
  write("families", "broken", { inherits: "rp2040", clockHz: -1 });
  write("definitions", "wrong", { ...good, inherits: "broken" });
  assert.match(refusalOf("wrong").message, /clockHz: .*boards\/families\/broken\.json/);
  write("families", "broken", { inherits: "rp2040", usb: [] });
  assert.match(refusalOf("wrong").message, /usb belongs into a definition.*families\/broken\.json/);
  write("families", "broken", { inherits: "broken" });
  assert.match(refusalOf("wrong").message, /circle: .*families\/broken.json -> families\/broken.json/);
  write("families", "broken", { mcu: "X" });
  const { message } = refusalOf("wrong");
  assert.match(message, /core is missing, here and in the family broken/);
  assert.match(message, /slots is missing/);
});

test("a board that is not there is refused, with those that are", () => {
  const { code, message } = refusalOf("picco");
  assert.is(code, "board-unknown");
  assert.match(message, /"picco" \(did you mean pico\?\); the boards are .*pico-2/);
});

test("CMake is told what the board's files say", () => {
  const board = loadBoard("pico");
  const variables = cmakeVariables(board, "/wasm3");
  assert.is(variables.WASMOTE_FLAGS, "-mcpu=cortex-m0plus;-mthumb");
  assert.is(variables.WASMOTE_RAM_ORIGIN, "0x20000000");
  assert.is(variables.WASMOTE_FIRMWARE_BYTES, String(0x40000));
  assert.is(firmwareBytes(board), 0x40000);
  assert.ok(Object.values(variables).every((value) => typeof value === "string"));
});

test.run();
