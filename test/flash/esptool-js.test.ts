import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ESPLoader, Transport } from "esptool-js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { loadEspToolJs } from "../../host/flash/esptool-js.js";
import { FakeTools } from "./fake-tools.js";
import { connected, flashBoard, files as none, noPorts, refusal } from "./flash-board.js";
import { MadeChip, portsOf } from "./made-chip.js";

/** npm's esptool-js in Node, with a chip made for it at a port of serialport's mock. */

const test = suite<{ tools: FakeTools; folder: string }>("esptool-js");

test.before.each((context) => {
  context.tools = new FakeTools();
  context.folder = mkdtempSync(join(tmpdir(), "wasmote-chip-"));
});
test.after.each(({ tools, folder }) => {
  tools.remove();
  rmSync(folder, { recursive: true });
});

const path = "/dev/ttyMADE";
const usb = { id: "303a:1001", product: "USB JTAG/serial debug unit" };
const board = loadBoard("esp32-c3");

function placesOf(chip: MadeChip) {
  const SerialPort = portsOf(chip, path);
  const list = async () => [{ path, id: "303a:1001" }];
  const espToolJs = async () => ({ ESPLoader, Transport, SerialPort });
  return { ...connected(usb), ports: { ...noPorts, list }, espToolJs };
}

function task(folder: string, image: Uint8Array) {
  const bin = join(folder, "esp32-c3.bin");
  writeFileSync(bin, image);
  const lines: string[] = [];
  return { board, files: { ...none, bin }, lines, onLine: (line: string) => void lines.push(line) };
}

test("without Python the firmware is written, compared, and started", async ({ folder }) => {
  const chip = new MadeChip();
  const image = Buffer.concat([randomBytes(30_000), Buffer.alloc(20_000, 0xc0)]);
  const work = task(folder, image);
  assert.is(await flashBoard(work, undefined, placesOf(chip)), "esptool");
  assert.equal([...chip.flash.keys()], [0]);
  assert.equal(chip.flash.get(0), image);
  const download = ["0 0", "1 0", "1 1", "0 1", "0 0"];
  const restart = ["0 1", "0 0"];
  assert.equal(chip.signals, [...download, ...restart]);
  assert.ok(work.lines.includes("Hash of data verified."), work.lines.join("\n"));
});

test("what is in flash but not as it was sent is an error, with what was said", async ({ folder }) => {
  const chip = new MadeChip();
  chip.md5 = "00".repeat(16);
  const message = await refusal(
    flashBoard(task(folder, randomBytes(100)), undefined, placesOf(chip)),
    "tool-failed",
  );
  assert.match(message, /esptool-js: .*MD5 of file does not match/);
  assert.match(message, `Flash md5: ${chip.md5}`);
});

test("another chip is not written to", async ({ folder }) => {
  const chip = new MadeChip();
  chip.chipId = 9;
  const message = await refusal(
    flashBoard(task(folder, randomBytes(100)), undefined, placesOf(chip)),
    "tool-failed",
  );
  assert.match(message, `the chip at ${path} is esp32s3; esp32c3 is expected`);
  assert.is(chip.flash.size, 0);
});

test("no port, and several, are told; a port that is named is opened", async ({ folder }) => {
  const work = task(folder, randomBytes(100));
  const places = placesOf(new MadeChip());
  const withPorts = (...list: { path: string; id?: string }[]) => ({
    ...places,
    ports: { ...noPorts, list: async () => list },
  });
  assert.match(
    await refusal(flashBoard(work, undefined, withPorts({ path: "/dev/ttyS0" })), "device-missing"),
    /USB 303a:1001 or 10c4:ea60 \(CP210x\) or .*; there are \/dev\/ttyS0/,
  );
  const two = withPorts({ path, id: "303a:1001" }, { path: "/dev/ttyACM5", id: "303a:1001" });
  assert.match(await refusal(flashBoard(work, undefined, two), "device-ambiguous"), "/dev/ttyACM5");
  const behind = withPorts({ path, id: "10c4:ea60" });
  assert.is(await flashBoard(work, undefined, behind), "esptool", "behind a UART bridge");
  const named = flashBoard({ ...work, wanted: "/dev/null" }, undefined, two);
  assert.match(await refusal(named, "port-unavailable"), "/dev/null");
});

test("both packages are found where they are installed", async () => {
  const found = await loadEspToolJs();
  assert.is(found?.ESPLoader, ESPLoader);
});

test.run();
