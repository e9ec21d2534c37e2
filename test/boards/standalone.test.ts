import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RP2040 } from "rp2040js";
import * as rp2040js from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { Rp2040Chip } from "../../host/device/emulators/rp2040-chip.js";
import { buildFirmware, type Firmware } from "../../host/firmware/build.js";
import { decodeUf2 } from "../../host/firmware/uf2.js";
import { withApp } from "../../host/package/app.js";
import { buildModel } from "../../host/pipeline.js";
import { connectAdc } from "./adc-model.js";
import { loudnessApplication, quietly, shareGraph } from "./applications.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { connectMotionChip, lsm6ds3Model, lsm9ds1Model, mpu6050Model } from "./imu-models.js";
import { connectI2sMicrophones, connectPdmMicrophone, stepPioByClock } from "./microphone-models.js";

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
  firmware?: Firmware,
): Promise<Change[][]> {
  const board = loadBoard("pico");
  const { files } = firmware ?? (await firmwareOf(board));
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

  const chips = [
    { name: "mpu6050", model: mpu6050Model, rate: 500, ranges: { 28: 2 << 3, 27: 1 << 3 } },
    {
      name: "lsm6ds3",
      model: lsm6ds3Model,
      rate: 416,
      ranges: { 16: (6 << 4) | (3 << 2), 17: (6 << 4) | (1 << 2) },
    },
    {
      name: "lsm9ds1",
      model: lsm9ds1Model,
      rate: 476,
      ranges: { 32: (5 << 5) | (3 << 3), 16: (5 << 5) | (1 << 3) },
    },
  ];
  for (const { name, model: sensor, rate, ranges } of chips) {
    test(`a chip ${name} on I2C makes the right pin rise, with all channels in order and in its ranges`, async () => {
      const [hop, pin, other, power] = [10, 15, 16, 9];
      const model = await loudnessApplication({
        source: {
          driver: "imu",
          chip: name,
          rate,
          channels: 6,
          sda: 6,
          scl: 7,
          range: 8,
          rotationRange: 500,
          power: [power],
        },
        hop,
        actions: [
          { event: 0, kind: "gpio", pin },
          { event: 1, kind: "gpio", pin: other },
        ],
      });
      // Silence, then 1200 on all axes in hops 4 and 5; with its bytes the other way round that would be very loud.
      const sample = (i: number, channel: number): number =>
        i >= 4 * hop && i < 6 * hop ? (channel % 2 === 0 ? 1200 : -1200) : 0;
      let registers: Uint8Array = new Uint8Array();
      const [changes = [], others = [], supply = []] = await watchPico(
        model,
        0.3,
        [pin, other, power],
        (chip, seconds) => {
          registers = connectMotionChip(sensor, chip, 1, seconds, sample);
        },
      );
      assert.equal(
        changes.map(({ high }) => high),
        [false, true, false],
      );
      assert.equal(
        others.map(({ high }) => high),
        [false],
      );
      assert.equal(
        supply.map(({ high }) => high),
        [true],
      );
      const [, rises, falls] = changes.map(({ seconds }) => seconds) as [number, number, number];
      // The sensor is looked at each 5 ms.
      assert.ok(Math.abs(falls - rises - (2 * hop) / rate) < 0.006, `high for ${falls - rises} s`);
      for (const [number, value] of Object.entries(ranges)) assert.is(registers[Number(number)], value);
    });
  }

  for (const right of [false, true]) {
    test(`a PDM microphone (${right ? "right" : "left"}) is heard as loud as it is, and as late as its filter is`, async () => {
      const [rate, hop, clock, data, pin, other] = [16_000, 160, 10, 11, 15, 16];
      const model = await loudnessApplication({
        source: { driver: "pdm", rate, channels: 1, pin: data, clock, shift: 2, ...(right && { right }) },
        hop,
        actions: [
          { event: 0, kind: "gpio", pin },
          { event: 1, kind: "gpio", pin: other },
        ],
      });
      // 1 kHz as loud as 4170 with the shift, in hops 4 and 5; the double of that in hops 8 and 9.
      const size = (bit: number): number =>
        [0, 0, 0, 0, 0.05, 0.05, 0, 0, 0.11, 0.11][Math.floor(bit / 64 / hop)] ?? 0;
      const sample = (bit: number): number => size(bit) * Math.sin((2 * Math.PI * 1000 * bit) / 64 / rate);
      const [changes = [], others = []] = await watchPico(model, 0.2, [pin, other], (chip) => {
        stepPioByClock(chip, clockHz);
        connectPdmMicrophone(chip, { clock, data, after: right ? "rising" : "falling" }, sample);
      });
      assert.equal(
        [changes, others].map((each) => each.map(({ high }) => high)),
        [
          [false, true, false, true, false],
          [false, true, false],
        ],
      );
      const [, rises, falls, again] = changes.map(({ seconds }) => seconds) as [
        number,
        number,
        number,
        number,
      ];
      // Samples are made of 2 ms at once.
      assert.ok(Math.abs(again - rises - (4 * hop) / rate) < 0.0021, `again after ${again - rises} s`);
      assert.ok(Math.abs(falls - rises - (2 * hop) / rate) < 0.0021, `high for ${falls - rises} s`);
    });
  }

  test("one of two I2S microphones on the same wires is heard, with its bits in place", async () => {
    const [rate, hop, clock, data, pin, other] = [16_000, 160, 10, 12, 15, 16];
    for (const right of [false, true]) {
      const model = await loudnessApplication({
        source: { driver: "i2s", rate, channels: 1, pin: data, clock, ...(right && { right }) },
        hop,
        actions: [
          { event: 0, kind: "gpio", pin },
          { event: 1, kind: "gpio", pin: other },
        ],
      });
      // One has 1100 in hops 3 to 5, and else 900, which with a bit more would be loud; the other one is very loud all the time.
      const sample = (i: number, slot: "left" | "right"): number => {
        const sign = i % 2 === 0 ? 1 : -1;
        const isHeard = (slot === "right") === right;
        const at = Math.floor(i / hop);
        return 256 * sign * (isHeard ? (at >= 3 && at < 6 ? 1100 : 900) : 12_000);
      };
      const [changes = [], others = []] = await watchPico(model, 0.15, [pin, other], (chip) => {
        stepPioByClock(chip, clockHz);
        connectI2sMicrophones(chip, { clock, select: clock + 1, data }, sample);
      });
      assert.equal(
        [changes, others].map((each) => each.map(({ high }) => high)),
        [[false, true, false], [false]],
      );
      const [, rises, falls] = changes.map(({ seconds }) => seconds) as [number, number, number];
      assert.ok(Math.abs(falls - rises - (3 * hop) / rate) < 0.0021, `high for ${falls - rises} s`);
    }
  });

  test("frames over a UART make the right pin rise; one that is damaged is missing, and what follows stays in step", async () => {
    const [rate, hop, receive, pin, other] = [1000, 10, 9, 15, 16];
    const model = await loudnessApplication({
      source: {
        driver: "uart",
        rate,
        channels: 2,
        pin: receive,
        baud: 115_200,
        sync: [0xa5, 0x5a],
        checksum: "sum",
        highFirst: true,
      },
      hop,
      actions: [
        { event: 0, kind: "gpio", pin },
        { event: 1, kind: "gpio", pin: other },
      ],
    });
    // Quiet, 1200 on both channels in hops 4 and 5, and again in 10 and 11; sample 75 is damaged, with which all of hop 7 is missing.
    const isLoud = (i: number): boolean => [4, 5, 10, 11].includes(Math.floor(i / hop));
    const frame = (i: number): number[] => {
      const bytes = [1200, -1200].flatMap((value) => {
        const sent = (isLoud(i) ? value : 0) & 0xffff;
        return [sent >> 8, sent & 0xff];
      });
      const sum = bytes.reduce((all, byte) => all + byte, 0) & 0xff;
      return [0xa5, 0x5a, ...bytes, i === 75 ? sum ^ 1 : sum];
    };
    const [changes = [], others = []] = await watchPico(model, 0.35, [pin, other], ({ uart, clock }) => {
      const receiver = uart[1]!;
      const byteNanos = (10 / 115_200) * 1e9;
      let sent = 0;
      let bytes: number[] = [];
      const alarm = clock.createAlarm(() => {
        // The other processor sends from the moment on in which it is listened to.
        if (!receiver.enabled) {
          alarm.schedule(1e6);
          return;
        }
        if (bytes.length === 0) bytes = frame(sent++);
        receiver.feedByte(bytes.shift() as number);
        alarm.schedule(bytes.length > 0 ? byteNanos : 1e6 - 6 * byteNanos);
      });
      alarm.schedule(1e6);
    });
    assert.equal(
      [changes, others].map((each) => each.map(({ high }) => high)),
      [[false, true, false, true, false], [false]],
    );
    const [, rises, falls, again] = changes.map(({ seconds }) => seconds) as [number, number, number, number];
    assert.ok(Math.abs(falls - rises - (2 * hop) / rate) < 0.002, `high for ${falls - rises} s`);
    // Samples 75 to 84 are missing: as many as a hop has, so that the hops behind them are whole.
    assert.ok(Math.abs(again - rises - (6 * hop) / rate) < 0.002, `again after ${again - rises} s`);
  });

  test("a chip on SPI is asked at each moment; while it is slow some are missing, and what follows stays in step", async () => {
    const [rate, hop, pin, other] = [800.5, 10, 15, 14];
    const wires = { pin: 16, clock: 18, mosi: 19, select: 17 };
    const model = await loudnessApplication({
      source: {
        driver: "spi",
        rate,
        channels: 2,
        ...wires,
        baud: 3_000_000,
        mode: 3,
        sync: [0xf2],
        first: [[0x2d, 0x08], [0x31]],
        highFirst: true,
      },
      hop,
      actions: [
        { event: 0, kind: "gpio", pin },
        { event: 1, kind: "gpio", pin: other },
      ],
    });
    // Quiet, 1200 on both channels in hops 4 and 5, and again in 10 and 11. The answer of moment 75 takes 3 ms: one more goes by, and the next is late.
    const isLoud = (i: number): boolean => [4, 5, 10, 11].includes(Math.floor(i / hop));
    const messages: number[][] = [];
    const asked: number[] = [];
    let hertz = 0;
    const [changes = [], others = []] = await watchPico(model, 0.35, [pin, other], (chip, seconds) => {
      const bus = chip.spi[0]!;
      let message: number[] = [];
      chip.gpio[wires.select]!.addListener((state) => {
        if (state !== rp2040js.GPIOPinState.Low) return;
        message = [];
        messages.push(message);
        asked.push(seconds());
      });
      const later = chip.clock.createAlarm(() => bus.completeTransmit(0));
      bus.onTransmit = (byte) => {
        hertz = bus.clockFrequency;
        const moment = Math.round((seconds() - (asked[2] ?? 0)) * rate);
        const values = isLoud(moment) ? [1200, -1200] : [0, 0];
        const bytes = values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]);
        const answer = message[0] === 0xf2 ? (bytes[message.length - 1] ?? 0xff) : 0xff;
        message.push(byte);
        if (moment === 75 && message.length === 5) later.schedule(3e6);
        else bus.completeTransmit(answer);
      };
    });
    assert.equal(messages.slice(0, 3), [[0x2d, 0x08], [0x31], [0xf2, 0, 0, 0, 0]]);
    assert.ok(messages.slice(2, -1).every(({ length }) => length === 5));
    assert.ok(hertz > 2_900_000 && hertz <= 3_000_000, `${hertz} Hz`);
    // The moments are those of the rate, to the microsecond of the timer and what an interrupt takes.
    const moments = asked.slice(2).map((moment) => (moment - (asked[2] ?? 0)) * rate);
    const numbers = moments.map(Math.round);
    assert.equal(numbers.slice(0, 100), [
      ...Array(76).keys(),
      ...Array.from({ length: 24 }, (_, i) => 77 + i),
    ]);
    assert.ok(moments.length > 240, `${moments.length} moments`);
    for (const [i, moment] of moments.entries())
      if (i !== 76) assert.ok(Math.abs(moment - Math.round(moment)) < 0.05, `moment ${moment}`);
    assert.equal(
      [changes, others].map((each) => each.map(({ high }) => high)),
      [[false, true, false, true, false], [false]],
    );
    const [, rises, falls, again] = changes.map(({ seconds }) => seconds) as [number, number, number, number];
    assert.ok(Math.abs(falls - rises - (2 * hop) / rate) < 0.001, `high for ${falls - rises} s`);
    // Moments 76 to 85 are missing: as many as a hop has, so that the hops behind them are whole.
    assert.ok(Math.abs(again - rises - (6 * hop) / rate) < 0.001, `again after ${again - rises} s`);
  });

  test("a square wave is as wide as the event's level, or as the file says, and ends with it", async () => {
    const [rate, hop, byLevel, fixed] = [4000, 40, 4, 23];
    const { wasm } = await buildModel(shareGraph(hop));
    const model = withApp(wasm, {
      ...quietly,
      source: { driver: "adc", rate, channels: 1, pin: 27 },
      hop,
      events: ["share"],
      actions: [
        { event: 0, kind: "pwm", pin: byLevel, hertz: 2000 },
        { event: 0, kind: "pwm", pin: fixed, hertz: 500, value: 16384, milliseconds: 20 },
      ],
    });
    // 5/8 of the largest size in hops 5 to 9.
    const adc = connectAdc(
      (index) => 2048 + (Math.floor(index / hop) >= 5 && Math.floor(index / hop) < 10 ? 1280 : 0),
    );
    const [first = [], second = []] = await watchPico(model, 0.2, [byLevel, fixed], adc);
    for (const [changes, hertz, share, lasts] of [
      [first, 2000, 1280 / 2048, (5 * hop) / rate],
      [second, 500, 0.25, 0.02],
    ] as const) {
      const rises = changes
        .filter(({ high }, i) => high && i + 2 < changes.length)
        .map(({ seconds }) => seconds);
      assert.ok(Math.abs(rises.length - lasts * hertz) <= 1, `${rises.length} periods`);
      const at = changes.findIndex(({ high }) => high);
      const [rise, fall, again] = changes.slice(at, at + 3).map(({ seconds }) => seconds) as [
        number,
        number,
        number,
      ];
      assert.ok(Math.abs((again - rise) * hertz - 1) < 0.001, `a period of ${again - rise} s`);
      assert.ok(Math.abs((fall - rise) * hertz - share) < 0.002, `high for ${(fall - rise) * hertz} of it`);
      assert.is(changes.at(-1)?.high, false);
      assert.ok((changes.at(-1)?.seconds ?? 0) < 0.2 - 0.01);
    }
  });

  test("a firmware has a source and an action of its builder's own", async () => {
    const own = fileURLToPath(new URL("../../docs/examples/own-drivers/", import.meta.url));
    const drivers = { sources: [`${own}sawtooth.c`], actions: [`${own}traffic.c`] };
    const firmware = await buildFirmware(loadBoard("pico"), { warningsAreErrors: true, drivers });
    const [rate, hop, red] = [2000, 20, 6];
    // Of 200 samples in ten hops the mean is 950, 2950 and so on up to 18950: loud from the second one on, very loud from the fifth one on.
    const model = await loudnessApplication({
      source: { driver: "sawtooth", rate, channels: 1, pin: 200 },
      hop,
      actions: [{ event: 0, kind: "traffic", pin: red, value: 2000 }],
    });
    const lamps = await watchPico(model, 0.25, [red, red + 1, red + 2], () => undefined, firmware);
    const [reds = [], ambers = [], greens = []] = lamps.map((changes) => changes.map(({ high }) => high));
    assert.equal(greens.slice(0, 3), [true, false, true]);
    assert.equal(reds.slice(0, 3), [false, true, false]);
    assert.equal(ambers, [false]);
    const [, rises = 0, falls = 0] = lamps[0]!.map(({ seconds }) => seconds);
    assert.ok(Math.abs(falls - rises - (9 * hop) / rate) < 0.001, `red for ${falls - rises} s`);
  });
}

test.run();
