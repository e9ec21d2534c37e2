import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as rp2040js from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { Rp2040Chip } from "../../host/device/emulators/rp2040-chip.js";
import { errorOf } from "../error-of.js";
import { readElf, type Segment } from "./elf.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { bodies, makeModel } from "./made-modules.js";

/** Thumb's `bx lr`, in place of a function's first instruction: it does nothing. */
const returnAtOnce = [0x70, 0x47] as const;

/** An image whose firmware never feeds the watchdog. */
function withoutFeeding(elf: Uint8Array): Buffer {
  const changed = Buffer.from(elf);
  const at = (readElf(elf).symbols.get("port_watchdog_feed") as number) & ~1;
  const inside = ({ address, bytes }: Segment): boolean => at >= address && at < address + bytes.length;
  const segment = readElf(elf).segments.find(inside) as Segment;
  changed.set(returnAtOnce, changed.indexOf(segment.bytes) + at - segment.address);
  return changed;
}

/** More than the watchdog waits, in the counter's units at 128 ns. */
const longRunSeconds = 40;
const unitsPerSecond = 1e9 / 128;

/** Where rp2040js has the watchdog; its counter's ticks of 0.5 us, so that it ends in 1 ms. */
const watchdogAt = 0x40058;
const nearlyOver = 2000;

interface Watchdog {
  enable: boolean;
  set(ticks: number): void;
}

/** What is in flash for an image of the RP2040. */
function flashOf(elf: Uint8Array): Uint8Array {
  const flash = new Uint8Array(2 * 1024 * 1024).fill(0xff);
  for (const { source, bytes } of readElf(elf).segments)
    if (bytes.length > 0) flash.set(bytes, source - 0x10000000);
  return flash;
}

const folder = mkdtempSync(join(tmpdir(), "wasmote-watchdog-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** The same board, whose instructions take 1024 ns: its seconds have fewer of them. */
function slowed(board: Board): Board {
  if (board.emulator?.kind !== "qemu") throw new Error(`${board.id} does not run in QEMU`);
  const given = board.emulator.arguments.map((each) => (each === "shift=7" ? "shift=10" : each));
  return { ...board, emulator: { ...board.emulator, arguments: given } };
}

/** Whether an image resets its machine within so many milliseconds, after which QEMU is ended. */
function resetsItself({ id, emulator }: Board, elf: Uint8Array, millis: number): boolean {
  if (emulator?.kind !== "qemu") throw new Error(`${id} does not run in QEMU`);
  const file = join(folder, `${id}.elf`);
  writeFileSync(file, elf);
  const quiet = ["-display", "none", "-monitor", "none", "-serial", "null", "-no-reboot"];
  const all = ["-machine", emulator.machine, ...emulator.arguments, ...quiet, "-kernel", file];
  const { status, error } = spawnSync(emulator.program, all, { timeout: millis, killSignal: "SIGKILL" });
  if (status !== 0 && (error as NodeJS.ErrnoException | undefined)?.code !== "ETIMEDOUT")
    throw new Error(`QEMU ended with ${status}`);
  return status === 0;
}

for (const board of availableBoards(["mps2-an386", "mps3-an547"]).map(slowed)) {
  test(`${board.id}: firmware that no longer feeds the watchdog is reset, and firmware that does is not`, async () => {
    const elf = readFileSync((await firmwareOf(board)).files.elf);
    const start = performance.now();
    assert.ok(resetsItself(board, withoutFeeding(elf), 60_000), "it is reset");
    const took = performance.now() - start;
    assert.not.ok(resetsItself(board, elf, Math.ceil(2 * took + 500)), "it is not reset in twice the time");
  });

  test(`${board.id}: a run that lasts longer than the watchdog waits ends at its limit, without a reset`, async () => {
    const { files } = await firmwareOf(board);
    const device = await startEmulator(board, files, { model: makeModel("endless", bodies.endless) });
    try {
      const { code } = await errorOf(device.run(0, 1, { limit: longRunSeconds * unitsPerSecond }));
      assert.is(code, "board-limit");
    } finally {
      await device.close();
    }
  });
}

for (const board of availableBoards(["pico"])) {
  test("pico: the firmware starts the watchdog, feeds it, and is reset where it does not", async () => {
    const { files } = await firmwareOf(board);
    const elf = readFileSync(files.elf);
    for (const [image, starts] of [
      [elf, 1],
      [withoutFeeding(elf), 2],
    ] as const) {
      const chips: rp2040js.RP2040[] = [];
      class Watched extends rp2040js.RP2040 {
        constructor(...given: ConstructorParameters<typeof rp2040js.RP2040>) {
          super(...given);
          chips.push(this);
        }
      }
      const chip = new Rp2040Chip({ ...rp2040js, RP2040: Watched }, flashOf(image), () => undefined);
      chip.run(2_000_000);
      const { timer } = (chips[0] as rp2040js.RP2040).peripherals[watchdogAt] as unknown as {
        timer: Watchdog;
      };
      assert.ok(timer.enable, "it runs");
      timer.set(nearlyOver);
      chip.run(2_000_000);
      assert.is(chips.length, starts);
    }
  });
}

test.run();
