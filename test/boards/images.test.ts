import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { secondStageChecksum } from "../../host/device/emulators/rp2040-boot-rom.js";
import { firmwareBytes } from "../../host/firmware/variables.js";
import { type Image, readElf } from "./elf.js";
import { availableBoards, firmwareOf } from "./emulators.js";

interface Range {
  from: number;
  bytes: number;
}

/** What the data sheets say of a board's processor. */
interface Chip {
  flash: Range;
  ram: Range;
  /** Where the vector table must be; undefined on RISC-V. */
  vectors?: number;
  /** The USB device controller's interrupt, where the firmware drives one. */
  usbInterrupt?: number;
  /** Where flash is mapped for instructions, if not at `flash`. */
  code?: Range;
}

const kib = 1024;
const mib = 1024 * kib;

const chips: { readonly [board: string]: Chip } = {
  /** RP2040 data sheet, 2.2 (address map), 2.3.2 (interrupts), 2.6.2 (264 kB), 2.8.1.3 (vectors); Pico data sheet, 1 (2 MB). */
  pico: {
    flash: { from: 0x10000000, bytes: 2 * mib },
    ram: { from: 0x20000000, bytes: 264 * kib },
    vectors: 0x10000100,
    usbInterrupt: 5,
  },
  /** RP2350 data sheet, 2.2 (address map), 3.2 (interrupts), 4.2 (520 kB), 5.9.5 (vectors); Pico 2 data sheet, 1 (4 MB). */
  "pico-2": {
    flash: { from: 0x10000000, bytes: 4 * mib },
    ram: { from: 0x20000000, bytes: 520 * kib },
    vectors: 0x10000000,
    usbInterrupt: 14,
  },
  /** ST DS12023, 3.5 (640 kB), 5 (memory map). */
  "nucleo-l4r5zi": {
    flash: { from: 0x08000000, bytes: 2 * mib },
    ram: { from: 0x20000000, bytes: 640 * kib },
    vectors: 0x08000000,
  },
  /** Seeed Studio, XIAO RP2040 schematic: a P25Q16H (2 MB). */
  "xiao-rp2040": {
    flash: { from: 0x10000000, bytes: 2 * mib },
    ram: { from: 0x20000000, bytes: 264 * kib },
    vectors: 0x10000100,
    usbInterrupt: 5,
  },
  /** ST DS8626, 2.2 (112 and 16 kB that follow one another), 4 (memory map): the 64 kB of CCM are apart. */
  "stm32f4-discovery": {
    flash: { from: 0x08000000, bytes: mib },
    ram: { from: 0x20000000, bytes: 128 * kib },
    vectors: 0x08000000,
  },
  /** ST DS10314, 4 (memory map). */
  "black-pill-f411": {
    flash: { from: 0x08000000, bytes: 512 * kib },
    ram: { from: 0x20000000, bytes: 128 * kib },
    vectors: 0x08000000,
  },
  /** ST DS10693, 5 (memory map). */
  "nucleo-f446re": {
    flash: { from: 0x08000000, bytes: 512 * kib },
    ram: { from: 0x20000000, bytes: 128 * kib },
    vectors: 0x08000000,
  },
  /** ST DS12110, 5 (memory map): the AXI SRAM. */
  "nucleo-h743zi": {
    flash: { from: 0x08000000, bytes: 2 * mib },
    ram: { from: 0x24000000, bytes: 512 * kib },
    vectors: 0x08000000,
  },
  /** The same; their boot loader has the first 256 KiB: arduino/ArduinoCore-mbed, boards.txt (upload.address). */
  "arduino-portenta-h7": {
    flash: { from: 0x08040000, bytes: 2 * mib - 0x40000 },
    ram: { from: 0x24000000, bytes: 512 * kib },
    vectors: 0x08040000,
  },
  "arduino-giga-r1": {
    flash: { from: 0x08040000, bytes: 2 * mib - 0x40000 },
    ram: { from: 0x24000000, bytes: 512 * kib },
    vectors: 0x08040000,
  },
  /** nRF52840 Product Specification, 4.2. */
  "nrf52840-dk": {
    flash: { from: 0, bytes: mib },
    ram: { from: 0x20000000, bytes: 256 * kib },
    vectors: 0,
  },
  /** The same, and 4.2.3 (USBD has ID 39); its boot loader has the first 64 KiB: arduino/ArduinoCore-mbed, variants/ARDUINO_NANO33BLE/linker_script.ld. */
  "arduino-nano-33-ble": {
    flash: { from: 0x10000, bytes: mib - 0x10000 },
    ram: { from: 0x20000000, bytes: 256 * kib },
    vectors: 0x10000,
    usbInterrupt: 39,
  },
  "arduino-nano-33-ble-swd": {
    flash: { from: 0, bytes: mib },
    ram: { from: 0x20000000, bytes: 256 * kib },
    vectors: 0,
  },
  /** nRF52833 Product Specification, 4.2. */
  "microbit-v2": {
    flash: { from: 0, bytes: 512 * kib },
    ram: { from: 0x20000000, bytes: 128 * kib },
    vectors: 0,
  },
  /**
   * alifsemi/zephyr_alif, dts/arm/alif/ensemble_rtss_hp.dtsi (1 MB of DTCM); micropython/micropython, ports/alif/mcu (MRAM; the table
   * of contents names its start).
   */
  "alif-e7-devkit": {
    flash: { from: 0x80000000, bytes: 5632 * kib },
    ram: { from: 0x20000000, bytes: mib },
    vectors: 0x80000000,
  },
  /** ESP32-C3 Technical Reference Manual, 3.3: SRAM 1 on the data bus; direct boot maps 4 MiB on both buses. */
  "esp32-c3": {
    flash: { from: 0x3c000000, bytes: 4 * mib },
    ram: { from: 0x3fc80000, bytes: 384 * kib },
    code: { from: 0x42000000, bytes: 4 * mib },
  },
};

const within = (address: number, length: number, range: Range): boolean =>
  address >= range.from && address + length <= range.from + range.bytes;
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

interface Built {
  image: Image;
  bin: Buffer;
  uf2: Buffer | undefined;
}

async function build(name: string): Promise<Built> {
  const { files } = await firmwareOf(loadBoard(name));
  return {
    image: readElf(readFileSync(files.elf)),
    bin: readFileSync(files.bin),
    uf2: files.uf2 === undefined ? undefined : readFileSync(files.uf2),
  };
}

for (const board of availableBoards(Object.keys(chips))) {
  const chip = chips[board.id]!;

  test(`${board.id}: the board's file says what the data sheets say`, () => {
    assert.is(board.flashOrigin, chip.flash.from);
    assert.is(board.flashBytes, chip.flash.bytes);
    assert.ok(within(board.ramOrigin, board.ramBytes, chip.ram));
    assert.ok(within(board.slots.address, board.slots.count * board.slots.bytes, chip.flash));
  });

  test(`${board.id}: every part of the image is in flash or RAM, and in front of the slots`, async () => {
    const { image, bin } = await build(board.id);
    const firmware = { from: chip.flash.from, bytes: firmwareBytes(board) };
    const ram = { from: board.ramOrigin, bytes: board.ramBytes };
    let flashEnd = 0;
    for (const { address, source, bytes, length } of image.segments) {
      const runs = [ram, firmware, ...(chip.code === undefined ? [] : [chip.code])];
      assert.ok(
        runs.some((range) => within(address, length, range)),
        `${length} bytes at ${hex(address)}`,
      );
      if (bytes.length === 0) continue;
      assert.ok(within(source, bytes.length, firmware), `${bytes.length} bytes from ${hex(source)}`);
      const offset = source - chip.flash.from;
      assert.ok(bin.subarray(offset, offset + bytes.length).equals(bytes), `the .bin file at ${hex(offset)}`);
      flashEnd = Math.max(flashEnd, offset + bytes.length);
    }
    assert.is(bin.length, flashEnd);
    const arena = image.symbols.get("__arena_end")! - image.symbols.get("__arena_start")!;
    assert.is(image.symbols.get("__arena_end"), board.ramOrigin + board.ramBytes);
    assert.ok(arena > board.ramBytes - 16 * kib, `the arena has ${arena} bytes`);
    console.error(
      `${board.id}: flash ${bin.length} of ${firmwareBytes(board)} bytes, ` +
        `RAM ${board.ramBytes - arena} of ${board.ramBytes} bytes`,
    );
  });

  if (chip.vectors === undefined) continue;
  const { vectors } = chip;

  test(`${board.id}: the vectors are where the processor looks for them`, async () => {
    const { image, bin } = await build(board.id);
    const word = (index: number): number => bin.readUInt32LE(vectors - chip.flash.from + 4 * index);
    const stack = word(0);
    assert.ok(within(stack - 256, 256, chip.ram), `initial stack pointer ${hex(stack)}`);
    assert.is(stack % 8, 0);
    assert.is(word(1), (image.symbols.get("reset_handler")! | 1) >>> 0, "reset");
    for (let index = 1; index < 16; index++) {
      if (word(index) === 0) continue;
      assert.is(word(index) & 1, 1, `vector ${index} is Thumb code`);
      assert.ok(within(word(index) - 1, 2, chip.flash), `vector ${index} is ${hex(word(index))}`);
    }
    for (const index of [2, 3, 15]) assert.is.not(word(index), 0, `vector ${index}`);
    if (chip.usbInterrupt === undefined) return;
    assert.is(word(16 + chip.usbInterrupt), image.symbols.get("usb_handler")! | 1, "USB");
  });
}

/** What an exception puts on the stack of a Cortex-M0+, with what aligns it. Source: Armv6-M ARM, B1.5.6. */
const exceptionBytes = 36;

/** A function of a disassembled image. */
interface CompiledFunction {
  frameBytes: number;
  calls: Set<string>;
}

/** The functions of Thumb code: what each pushes and reserves, and where it branches to. */
function functionsOf(elf: string): Map<string, CompiledFunction> {
  const text = execFileSync("arm-none-eabi-objdump", ["-d", "--no-show-raw-insn", elf], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const functions = new Map<string, CompiledFunction>();
  for (const code of text.split(/\n(?=[0-9a-f]+ <)/)) {
    const name = /^[0-9a-f]+ <([^>]+)>:/.exec(code)?.[1];
    if (name === undefined) continue;
    let frameBytes = 0;
    for (const [, registers] of code.matchAll(/\t(?:push|stmdb\tsp!,)\s\{(.*)\}/g))
      frameBytes += 4 * registers!.split(",").length;
    for (const [, bytes] of code.matchAll(/\tsub(?:\.w)?\t(?:sp, )?sp, #(\d+)/g)) frameBytes += Number(bytes);
    const calls = new Set(
      [...code.matchAll(/\t(?:bl|b|b\.n)\t[0-9a-f]+ <([^>+]+)>/g)].map((call) => call[1]!),
    );
    calls.delete(name);
    functions.set(name, { frameBytes, calls });
  }
  return functions;
}

/** The most stack that a function and those that it calls by name take; recursion is counted once. */
function stackBytes(
  functions: ReadonlyMap<string, CompiledFunction>,
  name: string,
  above: readonly string[] = [],
): number {
  const code = functions.get(name);
  if (code === undefined || above.includes(name)) return 0;
  const callees = [...code.calls].map((callee) => stackBytes(functions, callee, [...above, name]));
  return code.frameBytes + Math.max(0, ...callees);
}

/** Boards whose firmware drives a USB controller, in its interrupt. */
const usbBoards = Object.entries(chips).flatMap(([name, chip]) =>
  chip.usbInterrupt === undefined ? [] : [name],
);

/** What the exceptions have of their own (boards/ports/cortex-m/sections.ld). */
const exceptionStackBytes = 256;

for (const { id } of availableBoards(usbBoards)) {
  test(`${id}: the USB interrupt, and a fault in it, fit the exceptions' stack`, async () => {
    const { files } = await firmwareOf(loadBoard(id));
    const functions = functionsOf(files.elf);
    functions.delete("usb_cdc_touched");
    const bytes = stackBytes(functions, "usb_handler");
    console.error(`${id}: the USB interrupt takes ${bytes} bytes of ${exceptionStackBytes}`);
    assert.ok(bytes > 32 && bytes + exceptionBytes + 32 <= exceptionStackBytes, `${bytes} bytes`);
  });
}

/** The fields of a UF2 block, by github.com/microsoft/uf2, README. */
function checkUf2({ bin, uf2 }: Built, origin: number, familyId: number): void {
  assert.ok(uf2 !== undefined);
  const count = Math.ceil(bin.length / 256);
  assert.is(uf2.length, count * 512);
  for (let i = 0; i < count; i++) {
    const block = uf2.subarray(512 * i, 512 * (i + 1));
    const fields = Array.from({ length: 8 }, (_, at) => block.readUInt32LE(4 * at));
    assert.equal(fields, [0x0a324655, 0x9e5d5157, 0x2000, origin + 256 * i, 256, i, count, familyId]);
    assert.is(block.readUInt32LE(508), 0x0ab16f30);
    const data = bin.subarray(256 * i, 256 * (i + 1));
    assert.ok(block.subarray(32, 32 + data.length).equals(data), `block ${i}`);
  }
}

test("CRC32 of the RP2040's boot loader: the check value of CRC-32/MPEG-2", () => {
  assert.is(secondStageChecksum(Buffer.from("123456789")), 0x0376e6e7);
});

for (const { id } of availableBoards(["pico"])) {
  test("pico: the second-stage boot loader has its checksum, and its code is at the image's start", async () => {
    const { bin } = await build(id);
    assert.is(bin.readUInt32LE(252), secondStageChecksum(bin.subarray(0, 252)));
    assert.is(bin.readUInt16LE(0), 0xb530, "push {r4, r5, lr}");
    assert.ok(
      bin.subarray(0, 252).some((byte) => byte !== 0),
      "it is not empty",
    );
  });

  test("pico: UF2 for the RP2040", async () => checkUf2(await build(id), 0x10000000, 0xe48bff56));

  test("pico: the stack reserve of a run is enough for any operation and what it calls", async () => {
    const { files } = await firmwareOf(loadBoard(id));
    const reserve = (await build(id)).image.symbols.get("armv6m_reserve_bytes")!;
    const functions = functionsOf(files.elf);
    const nesting = /^op_(Call|CallIndirect|Compile|CallOrCompile|Loop|Entry|GuardedEntry|CallRawFunction)$/;
    const imports = [...functions.keys()].filter((name) => /^(accel_|wasmote_read_weights$)/.test(name));
    assert.ok(imports.length > 5, String(imports));
    const callRaw = functions.get("op_CallRawFunction")!.frameBytes;
    const needs = [...functions.keys()]
      .filter((name) => name.startsWith("op_") && !nesting.test(name))
      .map((name) => ({ name, bytes: stackBytes(functions, name) }))
      .concat(imports.map((name) => ({ name, bytes: callRaw + stackBytes(functions, name) })))
      .sort((a, b) => b.bytes - a.bytes);
    const { name, bytes } = needs[0]!;
    console.error(`pico: ${name} takes ${bytes} bytes of the C stack at most, ${reserve} are kept`);
    assert.ok(bytes > 100 && bytes + exceptionBytes <= reserve, `${name}: ${bytes} bytes`);
  });

  test("pico: wasm3's operations jump to the next one, with the stack pointer set back", async () => {
    const { files } = await firmwareOf(loadBoard(id));
    const text = execFileSync("arm-none-eabi-objdump", ["-d", "--no-show-raw-insn", files.elf], {
      encoding: "utf8",
      maxBuffer: 64 << 20,
    });
    const operations = text.split(/\n(?=[0-9a-f]+ <)/).filter((code) => /^[0-9a-f]+ <op_/.test(code));
    assert.ok(operations.length > 250, `${operations.length} operations`);
    const jump = /mov\tsp, r9\n.*ldmia\tr0!, \{r4\}\n.*mov\tlr, sl\n.*bx\tr4/;
    const returning =
      /^[0-9a-f]+ <op_(Return|End|ContinueLoop|Unreachable|Unsupported|CallRawFunction|Loop|Entry|GuardedEntry)>/;
    for (const code of operations) {
      const name = /<(op_\w+)/.exec(code)![1]!;
      const calls = name === "op_CallRawFunction";
      assert.is(/\tblx\t/.test(code), calls, `${name} calls through a register`);
      assert.ok(jump.test(code) || returning.test(code), `${name} does not jump:\n${code}`);
    }
  });
}

for (const { id } of availableBoards(["pico-2"])) {
  test("pico-2: one image definition in the first 4 KiB, for the Arm cores in secure state", async () => {
    const { bin } = await build(id);
    const words = Array.from({ length: 1024 }, (_, i) => bin.readUInt32LE(4 * i));
    const starts = words.flatMap((word, i) => (word === 0xffffded3 ? [i] : []));
    assert.is(starts.length, 1);
    const block = words.slice(starts[0]!, starts[0]! + 5);
    const [, imageType, last, next, end] = block as [number, number, number, number, number];
    assert.is(imageType & 0xff, 0x42, "IMAGE_TYPE");
    assert.is((imageType >>> 8) & 0xff, 1, "its length in words");
    const flags = imageType >>> 16;
    assert.is(flags & 0xf, 1, "executable");
    assert.is((flags >>> 4) & 3, 2, "secure");
    assert.is((flags >>> 8) & 7, 0, "Arm");
    assert.is((flags >>> 12) & 7, 1, "RP2350");
    assert.is(last, 0x000001ff, "the last item, after one word of items");
    assert.is(next, 0, "a block loop of this block alone");
    assert.is(end, 0xab123579);
  });

  test("pico-2: UF2 for the RP2350's Arm cores", async () =>
    checkUf2(await build(id), 0x10000000, 0xe48bff59));
}

for (const { id } of availableBoards(["esp32-c3"])) {
  test("esp32-c3: direct boot finds its magic number twice and the start behind it", async () => {
    const { image, bin } = await build(id);
    assert.equal([bin.readUInt32LE(0), bin.readUInt32LE(4)], [0xaedb041d, 0xaedb041d]);
    assert.is(image.entry, 0x42000008);
    assert.is(image.symbols.get("reset_handler"), 0x42000008);
  });

  test("esp32-c3: what is in flash has the same offset in both mappings", async () => {
    const { image } = await build(id);
    const { flash, code, ram } = chips[id]!;
    for (const { address, source, length } of image.segments) {
      if (within(address, length, ram)) continue;
      const mapping = within(address, length, code!) ? code! : flash;
      assert.is(address - mapping.from, source - flash.from, hex(address));
    }
    assert.is(image.symbols.get("vectors")! % 256, 0, "the core ignores the trap vector's lowest 8 bits");
  });
}

test.run();
