import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import { type Source, sourceOf, sourceSchema } from "../../host/app/sources.js";
import { WasmoteError } from "../../host/errors.js";
import { type AppSection, type AppSource, decodeApp, encodeApp } from "../../host/package/app.js";
import { quietly } from "../boards/applications.js";

/** What is said to a board of a source, of which a run takes ten samples. */
const said = (source: object): AppSource => sourceOf(sourceSchema.parse(source) as Source, 10);

/** Why a source is refused. */
function refusal(source: object): string {
  try {
    said(source);
  } catch (error) {
    if (error instanceof WasmoteError) return error.message.replace(/^.*not as it must be: /, "");
    throw error;
  }
  throw new Error("it was not refused");
}

test("the pins that a build for a board looks at are those of the source, too, by the names that the file has", async () => {
  const pinsOf = async (source: object) => {
    const application = { name: "source", source, share: { capture: true } } as never;
    return (await buildApplication(application, {} as never)).pins.map(({ pin, name }) => name ?? pin);
  };
  assert.equal(await pinsOf({ type: "adc", rate: 1000, pin: "PA5", power: ["PA6", 7] }), ["PA5", "PA6", 7]);
  const digital = { type: "microphone", driver: "pdm", pin: 8, clock: "GPIO9" };
  assert.equal(await pinsOf(digital), [8, "GPIO9"]);
  const motion = { type: "imu", chip: "lsm6ds3", rate: 104, sda: "P0.07", scl: 27 };
  assert.equal(await pinsOf(motion), ["P0.07", 27]);
  const own = { type: "driver", driver: "sawtooth", rate: 1000, pin: 200, sda: "PB1" };
  assert.equal(await pinsOf(own), ["PB1"]);
  const onSpi = { type: "spi", rate: 100, miso: 16, sck: "GPIO18", cs: 1, power: [3] };
  assert.equal(await pinsOf(onSpi), [16, "GPIO18", 1, 3]);
  assert.equal(await pinsOf({ ...onSpi, mosi: 19, command: "00" }), [16, "GPIO18", 1, 19, 3]);
  assert.equal(await pinsOf({ type: "microphone" }), []);
});

test("chips that measure motion have rates and ranges of their own", () => {
  const imu = { type: "imu", chip: "lsm9ds1", rate: 119, axes: 6 } as const;
  assert.equal(said({ ...imu, range: 4, rotationRange: 2000, address: 107 }), {
    driver: "imu",
    rate: 119,
    channels: 6,
    buffer: 4,
    chip: "lsm9ds1",
    range: 4,
    rotationRange: 2000,
    address: 107,
  });
  assert.equal(said({ ...imu, chip: "lsm6ds3", rate: 12.5, axes: 3, rotationRange: 500 }), {
    driver: "imu",
    rate: 12.5,
    channels: 3,
    buffer: 4,
    chip: "lsm6ds3",
  });
  assert.match(refusal({ ...imu, rate: 100 }), /^source.rate: 100; of lsm9ds1 with 6 axes.* 59.5, 119, 238/);
  assert.match(refusal({ ...imu, axes: 3, rate: 59.5 }), /^source.rate: 59.5; .* 10, 50, 119/);
  assert.match(refusal({ ...imu, rotationRange: 1000 }), /^source.rotationRange: 1000; lsm9ds1 has/);
  assert.match(refusal({ ...imu, chip: "mpu6050", rate: 333 }), /^source.rate: 333; .* 250, 500/);
});

test("microphones: analog ones have a pin, digital ones a clock as well", () => {
  const microphone = { type: "microphone" } as const;
  const common = { rate: 16_000, channels: 1, buffer: 4 };
  assert.equal(said(microphone), { driver: "adc", ...common, pin: 26 });
  assert.equal(said({ ...microphone, driver: "pdm", pin: "GPIO11", clock: 10, side: "right", gain: 8 }), {
    driver: "pdm",
    ...common,
    pin: 11,
    clock: 10,
    shift: 3,
    right: true,
  });
  assert.equal(said({ ...microphone, driver: "i2s", pin: 12, clock: 10, side: "left", gain: 1 }), {
    driver: "i2s",
    ...common,
    pin: 12,
    clock: 10,
  });
  assert.match(refusal({ ...microphone, gain: 2 }), /^source.gain: a microphone at adc has none/);
  assert.match(
    refusal({ ...microphone, driver: "pdm", clock: 3 }),
    /^source.pin: the pin of the data is expected with pdm/,
  );
  assert.match(refusal({ ...microphone, driver: "i2s", pin: 3 }), /^source.clock: /);
  assert.match(
    refusal({ ...microphone, driver: "i2s", pin: 4, clock: 3 }),
    /^source.pin: 4 is the word select's/,
  );
  assert.match(refusal({ ...microphone, driver: "pdm", pin: 3, clock: 3 }), /^source.pin: 3 is the clock's/);
  assert.match(
    refusal({ ...microphone, driver: "pdm", pin: 3, clock: 4, rate: 96_000 }),
    /^source.rate: 96000; 8000 to 48000/,
  );
});

test("frames over a UART have a beginning, and have to go through it", () => {
  const uart = { type: "uart", rate: 1000, channels: 2, pin: 9, sync: "A55a" } as const;
  const common = {
    driver: "uart",
    rate: 1000,
    channels: 2,
    buffer: 4,
    pin: 9,
    baud: 115_200,
    sync: [0xa5, 0x5a],
  };
  assert.equal(said(uart), common);
  assert.equal(said({ ...uart, checksum: "xor", order: "high-first" }), {
    ...common,
    checksum: "xor",
    highFirst: true,
  });
  assert.match(
    refusal({ ...uart, rate: 2000 }),
    /^source.baud: 115200; 2000 frames a second take 120000 bits/,
  );
  for (const sync of ["", "a", "a5 5a", "a55aa55a00"])
    assert.is(sourceSchema.safeParse({ ...uart, sync }).success, false);
  const section: AppSection = { ...quietly, source: said({ ...uart, checksum: "sum" }) };
  assert.equal(decodeApp(encodeApp(section)), section);
});

test("a chip on SPI is asked by four wires, or by three where it needs no words, in half of the time at most", () => {
  const chip = { type: "spi", rate: 800, channels: 3, miso: 16, sck: "GPIO18", cs: 17 } as const;
  const common = { driver: "spi", rate: 800, channels: 3, buffer: 4, pin: 16, clock: 18, select: 17 };
  assert.equal(said(chip), { ...common, baud: 1_000_000 });
  const asked = { ...chip, mosi: 19, command: "f2", setup: ["2d08", "310B"], mode: 3, clock: 5_000_000 };
  const whole = {
    ...common,
    mosi: 19,
    baud: 5_000_000,
    mode: 3,
    sync: [0xf2],
    first: [
      [0x2d, 0x08],
      [0x31, 0x0b],
    ],
    highFirst: true,
  };
  assert.equal(said({ ...asked, order: "high-first" }), whole);
  assert.match(refusal({ ...chip, command: "f2" }), /^source.mosi: the pin is expected by which command/);
  assert.match(refusal({ ...chip, setup: ["f2"] }), /^source.mosi: .* setup is sent/);
  assert.match(refusal({ ...chip, mosi: "GP16" }), /^source.mosi: GP16 is that of miso/);
  assert.match(refusal({ ...chip, rate: 12_000 }), /^source.clock: 1000000; 48 bits 12000 times/);
  assert.match(
    refusal({ ...chip, channels: 16, rate: 10, clock: 100_000 }),
    /^source.clock: 100000; .* 256000 at least/,
  );
  for (const wrong of [{ setup: [] }, { setup: [""] }, { mode: 4 }, { command: "a55aa55a00" }, { clock: 1 }])
    assert.is(sourceSchema.safeParse({ ...asked, ...wrong }).success, false);
  const section: AppSection = { ...quietly, source: said(asked) };
  assert.equal(decodeApp(encodeApp(section)), section);
  for (const first of [[], [[]], [Array(17).fill(0)], Array(17).fill([0])])
    assert.throws(() => encodeApp({ ...section, source: { ...section.source, first } }), /source\.first/);
});

test("a driver of one's own, and pins that supply a sensor", () => {
  assert.equal(
    said({ type: "driver", driver: "tilt", rate: 50, channels: 2, scl: "P0.15", power: ["P1.00", 3] }),
    {
      driver: "tilt",
      rate: 50,
      channels: 2,
      buffer: 4,
      power: [32, 3],
      scl: 15,
    },
  );
  const section: AppSection = {
    ...quietly,
    source: said({ type: "adc", rate: 10, pin: 26, power: [1, 2, 3, 4] }),
  };
  assert.equal(decodeApp(encodeApp(section)), section);
  const tooMany = sourceSchema.safeParse({ type: "adc", rate: 10, pin: 26, power: [1, 2, 3, 4, 5] });
  assert.is(tooMany.success, false);
});

test.run();
