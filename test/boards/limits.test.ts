/** What drivers refuse when they start, a build for the board refuses. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildApplication } from "../../host/app/build-application.js";
import { loadBoard, requirePeripherals } from "../../host/boards/index.js";
import type { AskedAction, AskedSource } from "../../host/boards/limits.js";
import { requiredFit } from "../../host/cli/board-fit.js";
import { WasmoteError } from "../../host/errors.js";
import { codeOf } from "../error-of.js";

const adc = { driver: "adc", rate: 1000, channels: 1, hop: 100, pin: 26 };
const pdm = { driver: "pdm", rate: 16_000, channels: 1, hop: 320, pin: 2, clock: 3 };

/** Why a board is refused; empty where it is not. */
function refusal(
  board: string,
  source: AskedSource | undefined,
  actions: readonly AskedAction[] = [],
  names?: ReadonlyMap<number, string>,
): string {
  try {
    requirePeripherals(loadBoard(board), { ...(source && { source }), actions, ...(names && { names }) });
    return "";
  } catch (error) {
    assert.ok(error instanceof WasmoteError && error.code === "board-lacks");
    return error.detail;
  }
}

test("a converter has pins, and rates of all channels together", () => {
  assert.is(refusal("pico", { ...adc, channels: 4, rate: 125_000 }), "");
  assert.match(
    refusal("pico", { ...adc, channels: 4, rate: 125_001 }),
    /^adc of pico gives 733 to 500,000 samples a second of all channels: not 500,004$/,
  );
  assert.match(refusal("pico", { ...adc, rate: 100 }), /not 100$/);
  assert.match(
    refusal("pico", { ...adc, pin: 28, channels: 3 }),
    /^adc of pico has GPIO26, GPIO27, GPIO28, GPIO29: no 3 inputs from GPIO28 on$/,
  );
  assert.match(refusal("pico", { ...adc, pin: 25 }), /no input from GPIO25 on$/);
  const nrf = { ...adc, pin: 5, rate: 1000 };
  assert.is(refusal("nrf52840-dk", { ...nrf, pin: 4, channels: 3 }), "");
  assert.match(refusal("nrf52840-dk", { ...nrf, pin: 26 }), /no input from P0.26 on/);
  assert.match(
    refusal("nrf52840-dk", { ...nrf, rate: 3000 }),
    /by which 16,000,000 can be divided: not 3,000/,
  );
  assert.is(refusal("nrf52840-dk", { ...nrf, rate: 12.5 }), "");
  assert.match(refusal("nrf52840-dk", { ...nrf, rate: 40_000, channels: 2 }), /to 76,923 .*: not 80,000/);
});

test("a chip on SPI is at the pins of one bus", () => {
  const spi = { driver: "spi", rate: 800, channels: 3, hop: 16, pin: 16, clock: 18, select: 17 };
  assert.is(refusal("pico", spi), "");
  assert.is(refusal("pico", { ...spi, mosi: 7 }), "");
  assert.match(
    refusal("pico", { ...spi, mosi: 11 }),
    /^GPIO16, GPIO18, GPIO11 are no MISO, SCK and MOSI of one/,
  );
  assert.match(
    refusal("pico", { ...spi, clock: 26 }),
    /^GPIO16, GPIO26 are no MISO, SCK of one SPI of pico: there/,
  );
  assert.match(refusal("pico", { ...spi, rate: 20_001 }), /up to 20,000 times a second: not 20,001$/);
  assert.match(
    refusal("pico", { ...spi, select: 18 }),
    /GPIO18 is the source's clock and the source's chip select/,
  );
  assert.match(
    refusal("pico", spi, [{ kind: "gpio", pin: 17 }]),
    /GPIO17 is the source's chip select and an action's/,
  );
});

test("microphones have rates and gains", () => {
  assert.is(refusal("pico", { ...pdm, shift: 8 }), "");
  assert.is(refusal("nrf52840-dk", { ...pdm, shift: 3 }), "");
  assert.match(
    refusal("nrf52840-dk", { ...pdm, rate: 8000, shift: 4 }),
    /^pdm of nrf52840-dk gives 12,500; 15,625; 16,000; 20,000 samples a second: not 8,000; .* gain of up to 8: not 16$/,
  );
  assert.match(
    refusal("pico", { ...pdm, rate: 7999.5 }),
    /^pdm of pico gives 8,000 to 48,000 .*: not 7,999.5$/,
  );
});

test("a buffer is one transfer of an nRF52's, with room besides a hop", () => {
  assert.is(refusal("nrf52840-dk", { ...pdm, buffer: 64 }), "");
  assert.match(
    refusal("nrf52840-dk", { ...pdm, hop: 640, buffer: 52 }),
    /a buffer of up to 32,767 values: 52 hops are 33,280/,
  );
  assert.is(refusal("nrf52840-dk", { ...pdm, hop: 16, buffer: 3 }), "");
  assert.match(refusal("nrf52840-dk", { ...pdm, hop: 16, buffer: 2 }), /a hop and 32 samples/);
  assert.is(refusal("pico", { ...pdm, hop: 640, buffer: 64 }), "");
});

test("buses and UARTs have pins of their own", () => {
  const imu = { driver: "imu", rate: 100, channels: 3, hop: 10 };
  assert.is(refusal("pico", imu), "");
  assert.is(refusal("pico", { ...imu, sda: 2, scl: 7 }), "");
  assert.match(refusal("pico", { ...imu, sda: 2, scl: 5 }), /^GPIO2 and GPIO5 are no SDA and SCL of one I2C/);
  assert.match(refusal("nrf52840-dk", imu), /no usual pins of I2C: the source's sda and scl are expected/);
  assert.is(refusal("nrf52840-dk", { ...imu, sda: 2, scl: 5 }), "");
  const uart = { driver: "uart", rate: 100, channels: 1, hop: 10 };
  assert.is(refusal("pico", { ...uart, pin: 9 }), "");
  assert.match(refusal("pico", { ...uart, pin: 8 }), /^uart of pico receives at GPIO1, .*: not at GPIO8$/);
});

test("pulses have one frequency for the pins of a slice", () => {
  const pulses = (pin: number, hertz: number) => ({ kind: "pwm", pin, hertz });
  assert.is(refusal("pico", undefined, [pulses(2, 1000), pulses(3, 1000), pulses(4, 50)]), "");
  assert.match(
    refusal("pico", undefined, [pulses(2, 1000), pulses(19, 50)]),
    /^pwm of pico has one frequency for GPIO2 and GPIO19: not 1,000 and 50$/,
  );
  assert.match(refusal("pico", undefined, [pulses(2, 50), { kind: "pwm", pin: 3 }]), /not 50 and 1,000/);
  assert.match(refusal("pico", undefined, [pulses(15, 1000)]), /no pin GPIO15: the firmware counts by it/);
  assert.is(refusal("pico-2", undefined, [pulses(15, 9)]), "");
  assert.match(refusal("pico-2", undefined, [pulses(15, 8)]), /9 to 1,000,000 periods a second: not 8/);
});

test("a pin is for one thing", () => {
  const gpio = (pin: number) => ({ kind: "gpio", pin });
  assert.is(refusal("pico", adc, [gpio(25), gpio(25)]), "");
  assert.is(
    refusal("pico", { ...adc, channels: 2 }, [gpio(27)]),
    "pin GPIO27 is the source's input and an action's (gpio)",
  );
  assert.match(
    refusal("pico", { driver: "imu", rate: 100, channels: 3, hop: 10 }, [gpio(5)]),
    /GPIO5 is the source's SCL and an action's/,
  );
  assert.match(
    refusal("pico", { ...pdm, driver: "i2s", pin: 9, power: [4] }),
    /GPIO4 is .*word select and .*supply/,
  );
  assert.match(refusal("pico", { ...pdm, driver: "i2s", pin: 9, clock: 29 }), /no pin GPIO30/);
  assert.match(refusal("pico", undefined, [gpio(6), { kind: "pwm", pin: 6 }]), /\(gpio\) and .*\(pwm\)/);
});

test("what a number means to a driver of one's own is not looked at, a name is", () => {
  const own = { driver: "sawtooth", rate: 1, channels: 1, hop: 1, pin: 200 };
  const traffic = { kind: "traffic", pin: 201 };
  assert.is(refusal("pico", own, [traffic]), "");
  assert.match(refusal("pico", own, [{ ...traffic, pin: 5 }], new Map([[5, "PA5"]])), /no pin PA5/);
});

test("a build for a board looks at the source and the actions of the file", async () => {
  const outcome = async (source: object, named: string | number) => {
    const action = { on: "never", do: "driver", driver: "traffic", pin: named };
    const application = { name: "application", source, share: { capture: true }, actions: [action] };
    const { wasm, pins } = await buildApplication(application as never, {} as never);
    return codeOf(requiredFit("pico", wasm, pins));
  };
  const source = { type: "adc", rate: 1000, pin: 26, channels: 4 };
  assert.is(await outcome(source, 201), "none");
  assert.is(await outcome(source, "PA5"), "board-lacks");
  assert.is(await outcome({ ...source, pin: 27 }, 201), "board-lacks");
  assert.is(await outcome({ ...source, rate: 250_000 }, 201), "board-lacks");
});

test.run();
