import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Board, type FlashMethod, loadBoard } from "../../host/boards/index.js";
import type { SerialPortInfo } from "../../host/flash/serial-ports.js";
import type { UsbDevice } from "../../host/flash/usb-devices.js";
import { FakeTools } from "./fake-tools.js";
import { connected, files, flashBoard, noPorts, refusal } from "./flash-board.js";

/** Methods that start a program: what exactly it is called with, and what is made of what it says. */

const test = suite<{ tools: FakeTools }>("programs that flash");

test.before.each((context) => {
  context.tools = new FakeTools();
});
test.after.each(({ tools }) => tools.remove());

const jlink: UsbDevice = { id: "1366:1015", product: "J-Link", serial: "000683012345" };
const probe: UsbDevice = { id: "0d28:0204", product: "DAPLink CMSIS-DAP", serial: "9904A1" };
const boot: UsbDevice = { id: "2e8a:0003", product: "RP2 Boot", serial: "E0C9125B0D9B" };
const running: UsbDevice = { id: "2e8a:0009", product: "Pico", serial: "E6605838" };

function withMethod(board: string, method: FlashMethod): Board {
  return { ...loadBoard(board), flashMethods: [method] };
}

/** What J-Link Commander 7 says where all went well. */
const written = `Processing script file...
J-Link>loadfile "/f/x.hex"
Downloading file [/f/x.hex]...
J-Link: Flash download: Bank 0 @ 0x00000000: 1 range affected (81920 bytes)
O.K.
J-Link>exit

Script processing completed.
`;

test("J-Link Commander is given a script, the part, and the probe by its number", async ({ tools }) => {
  const script = join(tools.folder, "script");
  writeFileSync(join(tools.folder, "said"), written);
  const note = `printf '%s\\n' "$@" > '${tools.folder}/JLinkExe.arguments'`;
  tools.script(
    "JLinkExe",
    `${note}\nfor last; do :; done\n/bin/cp "$last" '${script}'\n/bin/cat '${tools.folder}/said'`,
  );
  const board = loadBoard("arduino-nano-33-ble");
  assert.is(await flashBoard({ board, files }, undefined, connected(jlink)), "jlink");
  const args = tools.argumentsOf("JLinkExe")!;
  assert.equal(args.slice(0, -1), [
    ...["-USB", "683012345", "-NoGui", "1", "-device", "nRF52840_xxAA", "-if", "SWD", "-speed", "4000"],
    ...["-AutoConnect", "1", "-CommandFile"],
  ]);
  assert.is(readFileSync(script, "utf8"), 'ExitOnError 1\nr\nloadfile "/f/x.hex"\nr\ng\nexit\n');
  assert.throws(() => readFileSync(args.at(-1)!), /ENOENT/, "the script is removed");
});

test("J-Link Commander that ends with 0 but wrote nothing has failed", async ({ tools }) => {
  const board = loadBoard("arduino-nano-33-ble");
  const unreachable = `Connecting to J-Link via USB...FAILED: Cannot connect to the probe.\n\nScript processing completed.\n`;
  for (const said of [unreachable, written.replace("Script processing completed.", ""), ""]) {
    tools.script("JLinkExe", `/bin/cat <<'END'\n${said}\nEND`);
    const message = await refusal(flashBoard({ board, files }, "jlink", connected(jlink)), "tool-failed");
    assert.match(message, "JLinkExe: it did not write the file");
    if (said === unreachable) assert.match(message, "FAILED: Cannot connect to the probe.");
  }
  tools.add("JLinkExe", 1, "Could not connect to the target device.");
  const ended = await refusal(flashBoard({ board, files }, "jlink", connected(jlink)), "tool-failed");
  assert.match(ended, /it ended with code 1\n {2}Could not connect to the target device\./);
});

test("J-Link Commander is found under its name on Windows too; without a probe it is not started", async ({
  tools,
}) => {
  tools.add("JLink", 0, "O.K.\nScript processing completed.");
  const board = loadBoard("arduino-nano-33-ble");
  await flashBoard({ board, files }, "jlink", connected(jlink));
  assert.ok(tools.argumentsOf("JLink"));
  assert.match(
    await refusal(flashBoard({ board, files }, "jlink", connected(probe)), "device-missing"),
    "1366:*",
  );
});

test("pyOCD is told the part, the probe and the file", async ({ tools }) => {
  tools.add("pyocd");
  const board = loadBoard("microbit-v2");
  assert.is(await flashBoard({ board, files }, undefined, connected(probe)), "pyocd");
  assert.equal(tools.argumentsOf("pyocd"), [
    ...["flash", "--no-wait", "--target", "nrf52833", "--uid", "9904A1", "/f/x.hex"],
  ]);
});

test("picotool verifies, starts the program, and has a running one start the boot loader", async ({
  tools,
}) => {
  tools.add("picotool");
  const task = { board: loadBoard("pico"), files: { ...files, uf2: "/f/x.uf2" } };
  assert.is(await flashBoard(task, undefined, connected(boot)), "picotool");
  assert.equal(tools.argumentsOf("picotool"), ["load", "-v", "-x", "/f/x.uf2", "-f"]);
  await flashBoard({ ...task, wanted: "E6605838" }, "picotool", connected(boot, running));
  assert.equal(tools.argumentsOf("picotool"), ["load", "-v", "-x", "/f/x.uf2", "-f", "--ser", "E6605838"]);
  assert.match(
    await refusal(flashBoard(task, "picotool", connected(boot, running)), "device-ambiguous"),
    "E6605838",
  );
});

const ports = (...list: SerialPortInfo[]) => ({
  ...connected(),
  ports: { ...noPorts, list: async () => list },
});
const inBootLoader: SerialPortInfo = { path: "/dev/ttyACM3", id: "2341:005a", serial: "0A" };
const bossac: FlashMethod = { method: "bossac", bootLoader: "2341:005a", offset: 0 };

test("bossac is called as Arduino calls it, with the port of the boot loader", async ({ tools }) => {
  tools.add("bossac");
  const board = withMethod("arduino-nano-33-ble", bossac);
  const uart: SerialPortInfo = { path: "/dev/ttyS0" };
  assert.is(await flashBoard({ board, files }, undefined, ports(uart, inBootLoader)), "bossac");
  const expected = ["-d", "--port=ttyACM3", "-U", "-i", "-e", "-w", "/f/x.bin", "-R"];
  assert.equal(tools.argumentsOf("bossac"), expected);
  await flashBoard({ board, files, wanted: "/dev/ttyACM3" }, undefined, ports(uart, inBootLoader));
  assert.equal(tools.argumentsOf("bossac"), expected);
  const shifted = withMethod("arduino-nano-33-ble", { ...bossac, offset: 0x2000 });
  await flashBoard({ board: shifted, files }, undefined, ports(inBootLoader));
  assert.equal(tools.argumentsOf("bossac")?.slice(4, 6), ["-e", "--offset=0x2000"]);
});

test("bossac: Arduino's own build comes before the one in PATH, the newest first", async ({ tools }) => {
  tools.add("bossac", 1, "Device unsupported");
  const arduinoFolder = join(tools.folder, "Arduino15");
  const board = withMethod("arduino-nano-33-ble", bossac);
  for (const version of ["1.9.1-arduino2", "1.10.0-arduino1"]) {
    const folder = join("Arduino15", "packages", "arduino", "tools", "bossac", version);
    mkdirSync(join(tools.folder, folder), { recursive: true });
    tools.script(join(folder, "bossac"), `echo "$@" > '${tools.folder}/called-${version}'`);
  }
  await flashBoard({ board, files }, undefined, { ...ports(inBootLoader), arduinoFolder });
  assert.match(readFileSync(join(tools.folder, "called-1.10.0-arduino1"), "utf8"), "--port=ttyACM3");
  assert.throws(() => readFileSync(join(tools.folder, "called-1.9.1-arduino2")), /ENOENT/);
});

test("bossac: no board, several boards and no program are told", async ({ tools }) => {
  const board = withMethod("arduino-nano-33-ble", bossac);
  const missing = await refusal(flashBoard({ board, files }, undefined, ports(inBootLoader)), "tool-missing");
  assert.match(missing, "bossac; anywhere: arduino-cli core install arduino:mbed_nano");
  tools.add("bossac");
  assert.match(
    await refusal(flashBoard({ board, files }, undefined, ports()), "device-missing"),
    "USB 2341:005a; there are no serial ports",
  );
  const other = { path: "/dev/ttyACM4", id: "2341:005a", serial: "0B" };
  const two = ports(inBootLoader, other);
  assert.match(
    await refusal(flashBoard({ board, files }, undefined, two), "device-ambiguous"),
    "/dev/ttyACM3 (2341:005a), /dev/ttyACM4 (2341:005a)",
  );
  await flashBoard({ board, files, wanted: "0B" }, undefined, two);
  assert.ok(tools.argumentsOf("bossac")?.includes("--port=ttyACM4"));
  assert.match(
    await refusal(flashBoard({ board, files, wanted: "/dev/ttyS9" }, undefined, two), "device-missing"),
    "named /dev/ttyS9",
  );
});

const chip: UsbDevice = { id: "303a:1001", product: "USB JTAG/serial debug unit" };

/** A program that says it is esptool of that version, and notes what it is called with otherwise. */
const espTool = (tools: FakeTools, name: string, version: string): void =>
  tools.script(
    name,
    `for last; do :; done\n[ "$last" = version ] && { echo '${version}'; exit; }\nprintf '%s\\n' "$@" > '${tools.folder}/${name}.arguments'`,
  );

test("esptool is found under each of its names, and told in the spelling of its version", async ({
  tools,
}) => {
  const board = loadBoard("esp32-c3");
  const flash = () => flashBoard({ board, files }, undefined, connected(chip));
  espTool(tools, "python3", "esptool v5.6.0\n5.6.0");
  await flash();
  const rest = ["--chip", "esp32c3", "write-flash", "0x0", "/f/x.bin"];
  assert.equal(tools.argumentsOf("python3"), ["-m", "esptool", ...rest]);
  espTool(tools, "esptool.py", "esptool.py v4.8.1\n4.8.1");
  await flash();
  assert.equal(tools.argumentsOf("esptool.py"), ["--chip", "esp32c3", "write_flash", "0x0", "/f/x.bin"]);
  espTool(tools, "esptool", "esptool v5.0.2\n5.0.2");
  await flash();
  assert.equal(tools.argumentsOf("esptool"), rest);
});

test("a Python without the module is no esptool; what else installs it is named", async ({ tools }) => {
  tools.script("python3", "echo 'No module named esptool' >&2; exit 1");
  const board = loadBoard("esp32-c3");
  const message = await refusal(flashBoard({ board, files }, undefined, connected(chip)), "tool-missing");
  assert.match(
    message,
    "anywhere: pipx install esptool, or without Python: npm install esptool-js serialport",
  );
});

test.run();
