import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { decodeUf2, encodeUf2 } from "../../host/firmware/uf2.js";
import type { UsbDevice } from "../../host/flash/usb-devices.js";
import { FakeTools } from "./fake-tools.js";
import { connected, files, flashBoard, refusal } from "./flash-board.js";

interface Context {
  tools: FakeTools;
  mounts: string;
}

const test = suite<Context>("flash");

test.before.each((context) => {
  context.tools = new FakeTools();
  context.mounts = mkdtempSync(join(tmpdir(), "wasmote-mounts-"));
});
test.after.each(({ tools, mounts }) => {
  tools.remove();
  rmSync(mounts, { recursive: true });
});

const stlink: UsbDevice = { id: "0483:374b", product: "STM32 STLink", serial: "066A" };
const dfu: UsbDevice = { id: "0483:df11", product: "STM32 BOOTLOADER", serial: "2068" };
const mouse: UsbDevice = { id: "046d:c077", product: "USB Optical Mouse" };

function volume(mounts: string, name: string, boardId: string): string {
  const path = join(mounts, name);
  mkdirSync(path);
  writeFileSync(join(path, "INFO_UF2.TXT"), `UF2 Bootloader v3.0\nModel: A board\nBoard-ID: ${boardId}\n`);
  return path;
}

test("OpenOCD is told probe, target and file, and the one ST-LINK that is there", async ({ tools }) => {
  tools.add("openocd");
  const board = loadBoard("nucleo-l4r5zi");
  assert.is(await flashBoard({ board, files }, undefined, connected(mouse, stlink)), "openocd");
  assert.equal(tools.argumentsOf("openocd"), [
    ...["-f", "interface/stlink.cfg", "-c", "adapter serial {066A}", "-f", "target/stm32l4x.cfg"],
    ...["-c", "program {/f/x y.elf} verify reset exit"],
  ]);
});

test("st-flash and dfu-util are told where the flash begins", async ({ tools }) => {
  tools.add("st-flash");
  tools.add("dfu-util");
  const board = loadBoard("netduino-plus-2");
  assert.is(await flashBoard({ board, files }, undefined, connected(dfu)), "dfu-util");
  assert.equal(tools.argumentsOf("dfu-util"), [
    ...["-d", "0483:df11", "-S", "2068", "-a", "0", "-s", "0x08000000:leave", "-D", "/f/x.bin"],
  ]);
  assert.is(await flashBoard({ board, files }, undefined, connected(stlink)), "st-flash");
  assert.equal(tools.argumentsOf("st-flash"), [
    "--serial",
    "066A",
    "--reset",
    "write",
    "/f/x.bin",
    "0x08000000",
  ]);
});

test("dfu-util is told the boot loader that a board has of its own", async ({ tools }) => {
  tools.add("dfu-util");
  const board = loadBoard("arduino-portenta-h7");
  const portenta: UsbDevice = { id: "2341:035b", product: "Portenta H7" };
  assert.is(await flashBoard({ board, files }, undefined, connected(dfu, portenta)), "dfu-util");
  assert.equal(tools.argumentsOf("dfu-util"), [
    ...["-d", "2341:035b", "-a", "0", "-s", "0x08040000:leave", "-D", "/f/x.bin"],
  ]);
});

test("esptool is told chip, offset, and the port that is named", async ({ tools }) => {
  const port = "/dev/tty";
  tools.add("esptool");
  const board = loadBoard("esp32-c3");
  const chip: UsbDevice = { id: "303a:1001", product: "USB JTAG/serial debug unit" };
  await flashBoard({ board, files }, undefined, connected(chip));
  assert.equal(tools.argumentsOf("esptool"), ["--chip", "esp32c3", "write_flash", "0x0", "/f/x.bin"]);
  await flashBoard({ board, files, wanted: port }, "esptool", connected());
  assert.equal(tools.argumentsOf("esptool")?.slice(0, 4), ["--chip", "esp32c3", "--port", port]);
  const bridge: UsbDevice = { id: "10c4:ea60", product: "CP2102N" };
  for (const there of [[bridge], [chip, bridge]]) {
    const write = flashBoard({ board, files }, undefined, connected(...there));
    assert.is(await write, "esptool", "behind a bridge; of both, the chip's own USB is meant");
  }
  const twice = flashBoard({ board, files }, undefined, connected(bridge, { ...bridge, serial: "2" }));
  assert.match(await refusal(twice, "device-ambiguous"), "10c4:ea60 CP2102N (2)");
  const absent = flashBoard({ board, files }, undefined, connected(mouse));
  assert.match(
    await refusal(absent, "device-missing"),
    /USB 303a:1001 or 10c4:ea60 \(CP210x\) or 1a86:7523 \(CH340\) or .*; connected are 046d:c077/,
  );
  const own = flashBoard({ board: loadBoard("xiao-esp32-c3"), files }, undefined, connected(bridge));
  assert.match(await refusal(own, "device-missing"), "USB 303a:1001; connected are 10c4:ea60 CP2102N");
  for (const [wanted, found] of [
    ["/dev/ttyNOPE", /\/dev\/ttyNOPE$/],
    ["303a:1001", /303a:1001 is no port; esptool is told the board by its port/],
  ] as const)
    assert.match(
      await refusal(flashBoard({ board, files, wanted }, undefined, connected(chip)), "device-missing"),
      found,
    );
});

test("of several devices one must be named; of none, what is there is listed", async ({ tools }) => {
  tools.add("openocd");
  const board = loadBoard("nucleo-l4r5zi");
  const other = { ...stlink, serial: "077B" };
  const two = connected(stlink, other, mouse);
  const message = await refusal(flashBoard({ board, files }, "openocd", two), "device-ambiguous");
  assert.match(message, "0483:374b STM32 STLink (066A), 0483:374b STM32 STLink (077B)");
  assert.is(tools.argumentsOf("openocd"), undefined, "nothing is written");
  await flashBoard({ board, files, wanted: "077B" }, "openocd", two);
  assert.ok(tools.argumentsOf("openocd")?.includes("adapter serial {077B}"));
  const none = await refusal(flashBoard({ board, files }, "openocd", connected(mouse)), "device-missing");
  assert.match(none, "0483:374b; connected are 046d:c077 USB Optical Mouse");
  assert.match(
    await refusal(flashBoard({ board, files }, "openocd", connected()), "device-missing"),
    /no USB device/,
  );
});

test("a missing tool is named with what installs it", async ({ tools }) => {
  const board = loadBoard("nucleo-l4r5zi");
  const message = await refusal(flashBoard({ board, files }, undefined, connected(stlink)), "tool-missing");
  assert.match(
    message,
    "openocd; Debian and Ubuntu: apt-get install openocd; Homebrew: brew install open-ocd",
  );
  tools.add("st-flash");
  assert.is(
    await flashBoard({ board, files }, undefined, connected(stlink)),
    "st-flash",
    "the next method is taken",
  );
});

test("a tool that fails is told with what it said", async ({ tools }) => {
  tools.add("openocd", 1, "Error: open failed");
  const board = loadBoard("nucleo-l4r5zi");
  const lines: string[] = [];
  const task = { board, files, onLine: (line: string) => lines.push(line) };
  const message = await refusal(flashBoard(task, undefined, connected(stlink)), "tool-failed");
  assert.match(message, /openocd: it ended with code 1\n {2}Error: open failed/);
  assert.equal(lines, ["Error: open failed"]);
});

test("a method that the board does not have is refused, with those that it has", async () => {
  const board = loadBoard("pico");
  assert.match(
    await refusal(flashBoard({ board, files }, "esptool", connected()), "flash-method"),
    /the method esptool for pico; uf2, openocd, picotool, jlink, pyocd$/,
  );
  const emulated = loadBoard("mps2-an386");
  assert.match(
    await refusal(flashBoard({ board: emulated, files }, undefined, connected()), "flash-method"),
    /emulator only/,
  );
  const makers = loadBoard("alif-e7-devkit");
  assert.match(
    await refusal(flashBoard({ board: makers, files }, undefined, connected()), "flash-method"),
    /alif-e7-devkit has none, only its maker's tools write it/,
  );
});

test("UF2: the file is copied to the volume of that board", async ({ mounts }) => {
  const uf2 = join(mounts, "pico.uf2");
  writeFileSync(uf2, encodeUf2(new Uint8Array(1000).fill(7), 0x10000000, 0xe48bff56));
  volume(mounts, "FTHR", "SAMD51-Feather");
  const path = volume(mounts, "RPI-RP2", "RPI-RP2");
  mkdirSync(join(mounts, "STICK"));
  const board = loadBoard("pico");
  const task = { board, files: { ...files, uf2 } };
  assert.is(await flashBoard(task, undefined, { ...connected(), mountFolders: [mounts] }), "uf2");
  assert.equal(readFileSync(join(path, "pico.uf2")), readFileSync(uf2));
});

test("UF2: without a volume what is there is listed; of two, one must be named", async ({ mounts }) => {
  const uf2 = join(mounts, "pico.uf2");
  writeFileSync(uf2, "x");
  const task = { board: loadBoard("pico"), files: { ...files, uf2 } };
  const places = { ...connected(), mountFolders: [mounts, join(mounts, "absent")] };
  assert.match(await refusal(flashBoard(task, "uf2", places), "device-missing"), /no UF2 volume at all/);
  const other = volume(mounts, "FTHR", "SAMD51-Feather");
  assert.match(await refusal(flashBoard(task, "uf2", places), "device-missing"), `${other} (SAMD51-Feather)`);
  const first = volume(mounts, "RPI-RP2", "RPI-RP2");
  const second = volume(mounts, "RPI-RP21", "RPI-RP2");
  assert.match(await refusal(flashBoard(task, "uf2", places), "device-ambiguous"), first);
  await flashBoard({ ...task, wanted: second }, "uf2", places);
  assert.is(readFileSync(join(second, "pico.uf2"), "utf8"), "x");
  const elsewhere = { ...connected(), mountFolders: [join(mounts, "absent")] };
  await flashBoard({ ...task, wanted: first }, "uf2", elsewhere);
  assert.is(readFileSync(join(first, "pico.uf2"), "utf8"), "x");
  const named = (wanted: string) =>
    refusal(flashBoard({ ...task, wanted }, "uf2", elsewhere), "device-missing");
  assert.match(await named(mounts), `${mounts} is no UF2 volume`);
  assert.match(await named(other), `there are ${other} (SAMD51-Feather)`);
});

test("UF2 blocks carry magic numbers, address, count and family, and are read back", () => {
  const image = Uint8Array.from({ length: 600 }, (_, i) => i & 0xff);
  const file = Buffer.from(encodeUf2(image, 0x10000000, 0xe48bff56));
  assert.is(file.length, 3 * 512);
  assert.is(file.toString("latin1", 0, 4), "UF2\n");
  const words = Array.from({ length: 8 }, (_, i) => file.readUInt32LE(512 + 4 * i));
  assert.equal(words, [0x0a324655, 0x9e5d5157, 0x2000, 0x10000100, 256, 1, 3, 0xe48bff56]);
  assert.is(file.readUInt32LE(1020), 0x0ab16f30);
  const blocks = decodeUf2(file);
  const joined = Buffer.concat(blocks.map(({ data }) => data));
  assert.equal(new Uint8Array(joined.subarray(0, 600)), image);
  assert.ok(joined.subarray(600).every((byte) => byte === 0xff));
  for (const damaged of [
    file.subarray(0, 700),
    file.map((byte, i) => (i === 513 ? byte ^ 1 : byte)),
    Buffer.alloc(0),
  ]) {
    assert.throws(() => decodeUf2(damaged), /as UF2/);
  }
});

test.run();
