import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Board, loadBoard } from "../../host/boards/index.js";
import { WasmoteError } from "../../host/errors.js";
import { type FlashPlaces, prepareFlash } from "../../host/flash/index.js";
import type { SerialPortInfo } from "../../host/flash/serial-ports.js";
import { FakeLine } from "../device/fake-line.js";
import { FakeTools } from "./fake-tools.js";
import { connected, flashBoard, files as none, refusal } from "./flash-board.js";

/** A board that runs a program is asked to start its boot loader, then flashed as if a button had been pressed. */

interface Context {
  mounts: string;
  board: Board;
  task: { board: Board; files: typeof none & { uf2: string } };
}

const test = suite<Context>("entering the boot loader");

test.before.each((context) => {
  context.mounts = mkdtempSync(join(tmpdir(), "wasmote-mounts-"));
  context.board = { ...loadBoard("pico"), usb: ["2e8a:0003", "2e8a:000c"] };
  // A link over USB has an id of its own.
  context.board.link = { ...context.board.link, id: "2e8a:000a" } as Board["link"];
  const uf2 = join(context.mounts, "pico.uf2");
  writeFileSync(uf2, "firmware");
  context.task = { board: context.board, files: { ...none, uf2 } };
});
test.after.each(({ mounts }) => rmSync(mounts, { recursive: true }));

const pico: SerialPortInfo = { path: "/dev/ttyACM0", id: "2e8a:000a", serial: "E660" };
const probe: SerialPortInfo = { path: "/dev/ttyACM1", id: "2e8a:000c", serial: "D1" };

function mountVolume(mounts: string): string {
  const path = join(mounts, "RPI-RP2");
  mkdirSync(path);
  writeFileSync(join(path, "INFO_UF2.TXT"), "UF2 Bootloader v3.0\nBoard-ID: RPI-RP2\n");
  return path;
}

/** What is done with the ports of a machine, in order. */
interface Machine {
  list: SerialPortInfo[];
  /** Done when the port is touched. */
  onTouch?(path: string): void;
  /** The other end of the line. */
  line?: FakeLine;
  done: string[];
}

function machine(list: SerialPortInfo[], mounts?: string): Machine & { places: FlashPlaces } {
  const self: Machine = { list, done: [] };
  const ports = {
    list: async () => self.list,
    touch: async (path: string) => {
      self.done.push(`touch ${path}`);
      self.onTouch?.(path);
    },
    open: async (path: string, baud: number) => {
      self.done.push(`open ${path} ${baud}`);
      if (self.line === undefined) throw new WasmoteError("port-unavailable", `${path}: no such port`);
      return self.line;
    },
  };
  const patience = { pollMillis: 1, scale: 0.02 };
  const places = { ...connected(), mountFolders: mounts === undefined ? [] : [mounts], ports, patience };
  return Object.assign(self, { places });
}

test("a touch: the volume that then appears is written to", async ({ mounts, task }) => {
  const here = machine([probe, pico], mounts);
  here.onTouch = () => setTimeout(() => mountVolume(mounts), 10);
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  assert.is(await flashBoard({ ...task, onLine }, undefined, here.places), "uf2");
  assert.equal(here.done, ["touch /dev/ttyACM0"]);
  assert.is(readFileSync(join(mounts, "RPI-RP2", "pico.uf2"), "utf8"), "firmware");
  assert.match(lines[0]!, "asking the board at /dev/ttyACM0 to start its boot loader");
});

test("nothing is touched before there is something to write, nor where the boot loader runs already", async ({
  mounts,
  board,
  task,
}) => {
  const here = machine([pico], mounts);
  await prepareFlash(board, {}, here.places);
  assert.equal(here.done, []);
  mountVolume(mounts);
  await flashBoard(task, undefined, here.places);
  assert.equal(here.done, []);
});

test("where a touch does nothing the board is asked by SMP to reset with boot_mode 1", async ({
  mounts,
  task,
}) => {
  const here = machine([pico], mounts);
  const line = new FakeLine();
  line.onAsked = (request) => {
    line.answer(request, {});
    setTimeout(() => mountVolume(mounts), 10);
  };
  here.line = line;
  assert.is(await flashBoard(task, undefined, here.places), "uf2");
  assert.equal(here.done, ["touch /dev/ttyACM0", "open /dev/ttyACM0 115200"]);
  assert.equal(
    line.asked.map(({ operation, group, command, payload }) => ({ operation, group, command, payload })),
    [{ operation: 2, group: 0, command: 5, payload: { boot_mode: 1 } }],
  );
  assert.is(line.closed, 1);
});

test("a boot loader that does not appear is told, with what became of both", async ({ mounts, task }) => {
  const here = machine([pico], mounts);
  const closed = await refusal(flashBoard(task, undefined, here.places), "boot-loader-silent");
  assert.match(
    closed,
    /neither after a touch at 1200 baud nor after SMP's reset: \/dev\/ttyACM0: no such port/,
  );
  here.line = new FakeLine();
  const silent = await refusal(flashBoard(task, undefined, here.places), "boot-loader-silent");
  assert.match(silent, /no answer to reset to the boot loader within/);
  const line = new FakeLine();
  line.onAsked = (request) => line.answer(request, { rc: 8 });
  here.line = line;
  assert.match(await refusal(flashBoard(task, undefined, here.places), "boot-loader-silent"), /reset/);
});

test("the board is named by its port or its serial number; another one in its boot loader is not mistaken for it", async ({
  mounts,
  task,
}) => {
  const second: SerialPortInfo = { path: "/dev/ttyACM7", id: "2e8a:000a", serial: "E661" };
  const here = machine([pico, second], mounts);
  assert.match(
    await refusal(flashBoard(task, undefined, here.places), "device-ambiguous"),
    "/dev/ttyACM0 (2e8a:000a), /dev/ttyACM7 (2e8a:000a)",
  );
  for (const wanted of ["/dev/ttyACM7", "E661"]) {
    here.done.length = 0;
    here.onTouch = () => mountVolume(mounts);
    await flashBoard({ ...task, wanted }, undefined, here.places);
    assert.equal(here.done, ["touch /dev/ttyACM7"], wanted);
    here.done.length = 0;
    const beside = await refusal(flashBoard({ ...task, wanted }, undefined, here.places), "device-ambiguous");
    assert.match(beside, "besides the board at /dev/ttyACM7 another one is in its boot loader already");
    assert.equal(here.done, []);
    rmSync(join(mounts, "RPI-RP2"), { recursive: true });
  }
  const absent = await refusal(
    flashBoard({ ...task, wanted: "/dev/ttyACM9" }, "uf2", here.places),
    "device-missing",
  );
  assert.match(absent, "/dev/ttyACM9 is no UF2 volume");
});

test("a port may be named by a link, and be one that is not listed", async ({ mounts, task }) => {
  const link = "/dev/fd";
  const listed = machine([{ ...pico, path: realpathSync(link) }], mounts);
  const unlisted = machine([pico], mounts);
  for (const here of [listed, unlisted]) {
    here.onTouch = () => mountVolume(mounts);
    await flashBoard({ ...task, wanted: link }, "uf2", here.places);
    assert.equal(here.done, [`touch ${link}`]);
    rmSync(join(mounts, "RPI-RP2"), { recursive: true });
  }
});

test("without the package serialport, and beside a debug probe alone, nothing is touched", async ({
  mounts,
  task,
}) => {
  for (const list of [[], [probe]]) {
    const here = machine(list, mounts);
    await refusal(flashBoard(task, "uf2", here.places), "device-missing");
    assert.equal(here.done, []);
  }
});

test("picotool: a program of the board's own USB id is touched, then written to in its boot loader", async ({
  task,
}) => {
  const tools = new FakeTools();
  try {
    tools.add("picotool");
    const here = machine([pico]);
    let devices = [{ id: "2e8a:000a", product: "Pico", serial: "E660" }];
    here.onTouch = () => {
      devices = [{ id: "2e8a:0003", product: "RP2 Boot", serial: "E0C9125B0D9B" }];
    };
    const places = { ...here.places, usbDevices: async () => devices };
    assert.is(await flashBoard(task, "picotool", places), "picotool");
    assert.equal(here.done, ["touch /dev/ttyACM0"]);
    assert.equal(tools.argumentsOf("picotool"), ["load", "-v", "-x", task.files.uf2, "-f"]);
  } finally {
    tools.remove();
  }
});

test("bossac: the port under which the boot loader appears is not the one that was touched", async () => {
  const tools = new FakeTools();
  try {
    tools.add("bossac");
    const method = { method: "bossac", bootLoader: "2341:005a", offset: 0 } as const;
    const board = { ...loadBoard("arduino-nano-33-ble"), flashMethods: [method] };
    const here = machine([{ path: "/dev/ttyACM0", id: "2341:805a", serial: "0A" }]);
    here.onTouch = () => {
      here.list = [];
      setTimeout(() => {
        here.list = [{ path: "/dev/ttyACM1", id: "2341:005a", serial: "0A" }];
      }, 10);
    };
    assert.is(await flashBoard({ board, files: none }, undefined, here.places), "bossac");
    assert.equal(here.done, ["touch /dev/ttyACM0"]);
    assert.ok(tools.argumentsOf("bossac")?.includes("--port=ttyACM1"));
  } finally {
    tools.remove();
  }
});

test.run();
