import { readFileSync } from "node:fs";
import type { RP2040 } from "rp2040js";
import * as rp2040js from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { Rp2040Chip } from "../../host/device/emulators/rp2040-chip.js";
import { decodeUf2 } from "../../host/firmware/uf2.js";
import { connectAdc } from "./adc-model.js";
import { loudnessApplication } from "./applications.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { connectMpu6050 } from "./mpu6050-model.js";

const clockHz = 125_000_000;
const flashOrigin = 0x10000000;

/** What happened at a pin: when, in seconds, and whether it is high since then. */
interface Change {
  seconds: number;
  high: boolean;
}

/** A Pico that nobody talks to, with what is wired to it, and what it does at its pins for so many seconds. */
async function watchPico(
  model: Uint8Array,
  seconds: number,
  pins: readonly number[],
  wire: (chip: RP2040, seconds: () => number) => void,
): Promise<Change[][]> {
  const board = loadBoard("pico");
  const { files } = await firmwareOf(board);
  const flash = new Uint8Array(2 << 20).fill(0xff);
  for (const { address, data } of decodeUf2(readFileSync(files.uf2!))) flash.set(data, address - flashOrigin);
  flash.set(model, board.slots.address - flashOrigin);
  const changes = pins.map((): Change[] => []);
  const chip: Rp2040Chip = new Rp2040Chip(rp2040js, flash, () => undefined, "uart", {
    wire: (wired) => {
      wire(wired, () => chip.cycles / clockHz);
      for (const [i, pin] of pins.entries()) {
        wired.gpio[pin]!.addListener((state) => {
          if (state !== rp2040js.GPIOPinState.High && state !== rp2040js.GPIOPinState.Low) return;
          changes[i]!.push({ seconds: chip.cycles / clockHz, high: state === rp2040js.GPIOPinState.High });
        });
      }
    },
  });
  while (chip.cycles < seconds * clockHz) {
    chip.run(10_000);
    assert.is(chip.stopped, undefined);
  }
  return changes;
}

for (const _ of availableBoards(["pico"])) {
  test("the ADC's samples make the right pin rise, for as long as it is to", async () => {
    const [rate, hop, loud, veryLoud] = [4000, 40, 15, 16];
    const model = await loudnessApplication({
      source: { driver: "adc", rate, channels: 1, pin: 27 },
      hop,
      actions: [
        { event: 0, kind: "gpio", pin: loud },
        { event: 1, kind: "gpio", pin: veryLoud, high: false, milliseconds: 20 },
      ],
    });
    // Silence, 2000 in hops 5 to 9, 9000 in hops 15 to 19, of sizes that 12 bits have.
    const size = (index: number): number => {
      const at = Math.floor(index / hop);
      return at >= 5 && at < 10 ? 125 : at >= 15 && at < 20 ? 562 : 0;
    };
    const channels = new Set<number>();
    const adc = connectAdc((index, channel) => {
      channels.add(channel);
      return 2048 + size(index) * (index % 2 === 0 ? 1 : -1);
    });
    const [first = [], second = []] = await watchPico(model, 0.35, [loud, veryLoud], adc);
    assert.equal([...channels], [1]);
    // What the pins are before anything happens comes first.
    assert.equal(
      first.map(({ high }) => high),
      [false, true, false, true, false],
    );
    assert.equal(
      second.map(({ high }) => high),
      [true, false, true],
    );
    const [, rises, falls, risesAgain] = first.map(({ seconds }) => seconds) as [
      number,
      number,
      number,
      number,
    ];
    const run = hop / rate;
    assert.ok(Math.abs(falls - rises - 5 * run) < 0.001, `high for ${falls - rises} s`);
    assert.ok(Math.abs(risesAgain - rises - 10 * run) < 0.001, `again after ${risesAgain - rises} s`);
    const lasted = (second[2]?.seconds ?? 0) - (second[1]?.seconds ?? 0);
    assert.ok(lasted >= 0.02 && lasted < 0.022, `low for ${lasted} s`);
    assert.ok(Math.abs((second[1]?.seconds ?? 0) - risesAgain) < 0.001);
  });

  test("a thousand windows of a millisecond: none is lost, and none is late", async () => {
    const [rate, hop, pin, half] = [10_000, 10, 2, 10];
    const model = await loudnessApplication({
      source: { driver: "adc", rate, channels: 1 },
      hop,
      actions: [{ event: 0, kind: "gpio", pin }],
    });
    const adc = connectAdc((index) => {
      const isLoud = Math.floor(index / hop / half) % 2 === 1;
      return 2048 + (isLoud ? 200 : 0) * (index % 2 === 0 ? 1 : -1);
    });
    const [changes = []] = await watchPico(model, 1.06, [pin], adc);
    const edges = changes.slice(1, 101).map(({ seconds }) => seconds);
    assert.is(edges.length, 100);
    const [start = 0] = edges;
    for (const [i, edge] of edges.entries()) {
      const late = edge - start - (i * half * hop) / rate;
      assert.ok(Math.abs(late) < 0.0005, `edge ${i} is ${late} s late`);
    }
  });

  test("an MPU-6050 on I2C makes the right pin rise", async () => {
    const [rate, hop, pin, other] = [500, 10, 15, 16];
    const model = await loudnessApplication({
      source: { driver: "imu", chip: "mpu-6050", rate, channels: 6, sda: 6, scl: 7 },
      hop,
      actions: [
        { event: 0, kind: "gpio", pin },
        { event: 1, kind: "gpio", pin: other },
      ],
    });
    // Silence, then 1200 on all axes in hops 4 and 5; with its bytes the other way round that would be very loud.
    const sample = (i: number, channel: number): number =>
      i >= 4 * hop && i < 6 * hop ? (channel % 2 === 0 ? 1200 : -1200) : 0;
    const [changes = [], others = []] = await watchPico(model, 0.25, [pin, other], (chip, seconds) =>
      connectMpu6050(chip, 1, seconds, sample),
    );
    assert.equal(
      changes.map(({ high }) => high),
      [false, true, false],
    );
    assert.equal(
      others.map(({ high }) => high),
      [false],
    );
    const [, rises, falls] = changes.map(({ seconds }) => seconds) as [number, number, number];
    // The sensor is looked at each 5 ms.
    assert.ok(Math.abs(falls - rises - (2 * hop) / rate) < 0.006, `high for ${falls - rises} s`);
  });
}

test.run();
