import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  boardsFolder,
  nativeCompilerIsThere,
  nativeFolder,
  runNative,
  withNativeProgram,
} from "./native/compile.js";

/** Runs a test in C of drivers on this machine; what it printed. */
function runDrivers(
  own: string,
  sources: readonly string[],
  flags: readonly string[] = [],
  args: readonly string[] = [],
): string {
  const program = {
    sources: [join(nativeFolder, own), ...sources.map((name) => join(boardsFolder, name))],
    folders: [boardsFolder, nativeFolder],
    flags,
  };
  return withNativeProgram(program, (file) => runNative(file, args));
}

/** Steps on registers that memory stands in for, and what each prints. */
interface PinCase {
  name: string;
  source: string;
  others?: string[];
  flags: string[];
  pages: string[];
  steps: [string, string][];
}

const pinCases: PinCase[] = [
  {
    name: "an nRF52840",
    source: "ports/nrf52/pins.c",
    flags: ["-DMCU_PINS=48", "-DBOARD_LINK_TRANSMIT_PIN=35", "-DBOARD_LINK_RECEIVE_PIN=42"],
    pages: ["0x50000000"],
    steps: [
      ["pin 13 1", "true"],
      ["read 0x50000508", "0x2000"],
      ["read 0x5000050c", "0x0"],
      ["read 0x50000734", "0x3"],
      ["pin 43 0", "true"],
      ["read 0x5000080c", "0x800"],
      ["read 0x50000a2c", "0x3"],
      ["pin 35 1", "false"],
      ["pin 42 1", "false"],
      ["pin 48 1", "false"],
    ],
  },
  {
    name: "an RP2040",
    source: "ports/rp2/pins.c",
    others: ["ports/rp2/uart.c"],
    // The address sanitizer has its own bytes where SIO is.
    flags: [
      ...[`-I${join(boardsFolder, "ports/rp2/rp2040")}`, "-DBOARD_BAUD=115200"],
      ...["-Wno-int-to-pointer-cast", "-fno-sanitize=address"],
    ],
    pages: ["0x40014000", "0x4001c000", "0xd0000000"],
    steps: [
      // A source has had the pin be an input alone.
      ["write 0x4001c06c 0xc2", ""],
      ["pin 26 1", "true"],
      ["read 0x4001c06c", "0x56"],
      ["read 0xd0000014", "0x4000000"],
      ["read 0xd0000024", "0x4000000"],
      ["read 0x400140d4", "0x5"],
      ["pin 1 1", "false"],
      ["read 0x4001c008", "0x0"],
      ["pin 30 1", "false"],
    ],
  },
  {
    name: "an STM32F411",
    source: "ports/stm32/pins.c",
    flags: [
      ...["-DSTM32_GPIO_A=0x40020000", "-DSTM32_GPIO_CLOCKS=0x40023830", "-DSTM32_GPIO_PORTS=0x9f"],
      ...["-DSTM32_LINE_PIN=9", "-DSTM32_OTHER_LINE_PIN=10"],
    ],
    pages: ["0x40020000", "0x40023000"],
    steps: [
      ["write 0x40020000 0xa8000c00", ""],
      ["write 0x40023830 0x1", ""],
      ["pin 5 1", "true"],
      ["read 0x40020018", "0x20"],
      ["read 0x40020000", "0xa8000400"],
      ["pin 45 0", "true"],
      ["read 0x40020818", "0x20000000"],
      ["read 0x40020800", "0x4000000"],
      ["read 0x40023830", "0x5"],
      ["pin 9 1", "false"],
      ["pin 80 1", "false"],
      ["pin 255 1", "false"],
    ],
  },
  {
    name: "an ESP32-C3",
    source: "ports/esp32-c3/pins.c",
    flags: ["-DESP32_LINE_PIN=20"],
    pages: ["0x60004000", "0x60009000"],
    steps: [
      ["pin 8 1", "true"],
      ["read 0x60004008", "0x100"],
      ["read 0x6000400c", "0x0"],
      ["read 0x60004024", "0x100"],
      ["read 0x60004574", "0x80"],
      ["read 0x60009024", "0x1800"],
      ["pin 3 0", "true"],
      ["read 0x6000400c", "0x8"],
      ["pin 12 1", "false"],
      ["pin 17 1", "false"],
      ["pin 21 1", "false"],
      ["pin 22 1", "false"],
    ],
  },
];

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: drivers on this machine, for want of a C compiler on Linux");
} else {
  test("chips that measure motion: order, byte order, what is full, what is another chip, what they cannot do", () => {
    const sources = ["imu", "mpu6050", "lsm6ds3", "lsm9ds1"].map((name) => `drivers/${name}.c`);
    assert.is(runDrivers("imu.c", sources), "ok 12\n");
  });

  test("bits of a PDM microphone: flat up to 0.42 of the rate, 70 dB down from 0.58 on, noise of the modulator alone, gain", () => {
    const program = {
      sources: [join(nativeFolder, "pdm.c"), join(boardsFolder, "drivers/pdm.c")],
      folders: [boardsFolder],
    };
    withNativeProgram(program, (file) => {
      const periods = 16384;
      const measure = (period: number, size: number, shift: number): [level: number, noise: number] => {
        const [level = Number.NaN, noise = Number.NaN] = runNative(file, [
          String(period / periods),
          String(size),
          String(shift),
        ])
          .split(" ")
          .map(Number);
        return [level, noise];
      };
      for (const period of [101, 1021, 2503, 4093, 5501, 6553, 6881]) {
        const [level, noise] = measure(period, 0.5, 0);
        assert.ok(Math.abs(level) < 0.03, `${period}: ${level} dB`);
        assert.ok(noise > 70, `${period}: ${noise} dB above noise`);
      }
      for (const period of [9521, 9803, 10501, 11003, 12007, 14009, 21001, 31003, 35003, 51001]) {
        const [level] = measure(period, 0.5, 0);
        assert.ok(level < -70, `${period}: ${level} dB`);
      }
      // Sixteen times as loud; what is louder than 16 bits is cut.
      const [quiet, noise] = measure(1021, 0.01, 4);
      assert.ok(Math.abs(quiet) < 0.03 && noise > 36, `${quiet} dB, ${noise} dB above noise`);
      const [cut] = measure(1021, 0.5, 4);
      assert.ok(cut < -15 && cut > -17, `${cut} dB`);
    });
  });

  test("frames in a stream of bytes, and a ring that is lost from in whole runs", () => {
    const sources = ["drivers/frames.c", "drivers/value_ring.c"];
    assert.is(runDrivers("frames.c", sources), "ok 4\n");
  });

  test("an nRF52's converter, PDM and I2C: which registers are written to, and what becomes of the ring", () => {
    const sources = ["adc", "pdm", "clock_ring", "i2c", "pins"].map((name) => `ports/nrf52/${name}.c`);
    const line = ["-DBOARD_LINK_TRANSMIT_PIN=6", "-DBOARD_LINK_RECEIVE_PIN=30"];
    const flags = ["-DMCU_PINS=48", ...line, "-UBOARD_CLOCK_HZ", "-DBOARD_CLOCK_HZ=64000000u"];
    assert.is(runDrivers("nrf52.c", sources, flags), "ok 3\n");
  });

  for (const { name, source, others = [], flags, pages, steps } of pinCases) {
    test(`pins of ${name}: which registers are written to, by its reference manual`, () => {
      const args = [...pages.flatMap((page) => ["map", page]), ...steps.flatMap(([step]) => step.split(" "))];
      const expected = steps.map(([, line]) => line).filter((line) => line !== "");
      assert.equal(
        runDrivers("registers.c", [source, ...others], flags, args)
          .trim()
          .split("\n"),
        expected,
      );
    });
  }
}

test.run();
