import { z } from "zod";
import { type AppSource, maxBuffer, maxFirst, maxFirstBytes, maxPowerPins, maxSync } from "../package/app.js";
import { duration, ownDriver, pinField as pin, pinNumber } from "./fields.js";
import { refuseApplication, secondsOf } from "./times.js";

const rate = z.number().positive().max(4e6).describe("Samples of each channel in a second.");
const buffer = duration
  .optional()
  .describe(
    "Samples that may wait while a run takes longer than a hop, as one with a model may; four hops by default.",
  );
const power = z
  .array(pin)
  .max(maxPowerPins)
  .optional()
  .describe(
    "Pins that supply the sensor: high before it is used, as some boards need for those that they have.",
  );
const channels = z.int().min(1).max(16).default(1);
const order = z
  .enum(["low-first", "high-first"])
  .default("low-first")
  .describe("Which byte of a value comes first.");

/** Bytes as hexadecimal digits. */
const hexadecimal = (most: number) =>
  z
    .string()
    .regex(
      new RegExp(`^([0-9a-fA-F]{2}){1,${most}}$`),
      `a text of one to ${most} bytes in hexadecimal digits`,
    );
const bytesOf = (digits: string) => [...digits.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16));
const oneOf = (numbers: readonly number[]) =>
  z.union(
    numbers.map((each) => z.literal(each)),
    `one of ${numbers.join(", ")}`,
  );

/** Rates of chips that measure motion, by their data sheets (boards/drivers): of accelerations, and of rotations with them. */
const motionChips = {
  mpu6050: {
    rates: Array.from({ length: 256 }, (_, i) => 1000 / (i + 1)).filter((each) =>
      Number.isInteger(each * 1000),
    ),
    rotationRanges: [250, 500, 1000, 2000],
  },
  lsm6ds3: { rates: [12.5, 26, 52, 104, 208, 416, 833, 1666], rotationRanges: [250, 500, 1000, 2000] },
  lsm9ds1: {
    rates: [10, 50, 119, 238, 476, 952],
    ratesOfBoth: [14.9, 59.5, 119, 238, 476, 952],
    rotationRanges: [250, 500, 2000],
  },
} as const;
type MotionChip = keyof typeof motionChips;

const sources = [
  z.strictObject({
    type: z.literal("microphone"),
    rate: rate.default(16_000),
    driver: z
      .enum(["adc", "pdm", "i2s"])
      .default("adc")
      .describe("How it is wired: adc, an amplified one at an analog pin; pdm and i2s, a digital one."),
    pin: pin.optional().describe("The pin: of adc 26 by default; of a digital one that of its data."),
    clock: pin
      .optional()
      .describe("Of a digital one the clock's pin; of i2s the word select is at the pin behind it."),
    side: z
      .enum(["left", "right"])
      .optional()
      .describe(
        "Of a digital one, which of two on the same wires: left by default, with its select pin low.",
      ),
    gain: oneOf([1, 2, 4, 8, 16, 32, 64, 128, 256])
      .optional()
      .describe("Of a digital one, how many times louder samples are than it gives them; 1 by default."),
    power,
    buffer,
  }),
  z.strictObject({
    type: z.literal("adc"),
    rate,
    pin: pin.describe("The first pin, as the board numbers it; further channels take those that follow."),
    power,
    buffer,
    channels,
  }),
  z.strictObject({
    type: z.literal("imu"),
    rate: rate.describe("Samples of each channel in a second: one of the chip's rates."),
    chip: z
      .enum(Object.keys(motionChips) as [MotionChip, ...MotionChip[]])
      .describe("What is on the bus; lsm6ds3 is LSM6DS3TR-C, LSM6DSL and LSM6DSM as well."),
    axes: oneOf([3, 6]).default(3).describe("3: acceleration; 6: acceleration and rotation."),
    range: oneOf([2, 4, 8, 16]).default(2).describe("The acceleration, in g, that is 32768."),
    rotationRange: oneOf([250, 500, 1000, 2000])
      .default(250)
      .describe(
        "The rotation, in degrees a second, that is 32768: 250 is 245 of an LSM9DS1, which has no 1000.",
      ),
    power,
    buffer,
    address: z.int().min(0).max(127).optional().describe("On the bus; either of the chip's by default."),
    sda: pin.optional().describe("The bus's data pin."),
    scl: pin.optional().describe("The bus's clock pin."),
  }),
  z.strictObject({
    type: z.literal("uart").describe("Frames that another processor sends."),
    rate: rate.describe("Samples of each channel in a second, as they are sent."),
    channels,
    pin: pin.describe("The pin that receives."),
    baud: z.int().min(300).max(1_000_000).default(115_200).describe("Bits in a second."),
    sync: hexadecimal(maxSync).describe(
      'The bytes that begin a frame, before a value of 16 bits of each channel: "a55a".',
    ),
    checksum: z
      .enum(["none", "sum", "xor"])
      .default("none")
      .describe("A byte behind the values: the sum of their bytes, or their exclusive or."),
    order,
    power,
    buffer,
  }),
  z.strictObject({
    type: z
      .literal("spi")
      .describe("A chip that is asked, and answers with a value of 16 bits of each channel."),
    rate: rate.describe("How often it is asked in a second."),
    channels,
    miso: pin.describe("The pin of what it sends."),
    sck: pin.describe("The clock's pin."),
    cs: pin.describe("The pin that selects it, by being low."),
    mosi: pin.optional().describe("The pin of what is sent to it, where it is sent anything."),
    clock: z.int().min(100_000).max(20_000_000).default(1_000_000).describe("Bits in a second, in Hz."),
    mode: oneOf([0, 1, 2, 3])
      .default(0)
      .describe("The clock's idle level (2 and 3: high), and the edge that samples (1 and 3: the second)."),
    command: hexadecimal(maxSync)
      .optional()
      .describe('What is sent before it answers, as the address of a register: "f2".'),
    setup: z
      .array(hexadecimal(maxFirstBytes))
      .min(1)
      .max(maxFirst)
      .optional()
      .describe('What is sent once at first, each selected anew: ["2d08", "310b"].'),
    order,
    power,
    buffer,
  }),
  z.strictObject({
    type: z.literal("driver").describe("A driver of your own, which the firmware was built with."),
    driver: ownDriver.describe("Its name."),
    rate,
    channels,
    pin: pin.optional().describe("A pin, as the driver takes it."),
    address: z.int().min(0).max(127).optional().describe("On I2C, as the driver takes it."),
    sda: pin.optional().describe("The bus's data pin."),
    scl: pin.optional().describe("The bus's clock pin."),
    power,
    buffer,
  }),
  z.strictObject({
    type: z.literal("link"),
    rate,
    channels,
  }),
] as const;

/** Where an application's samples come from, as its file says it. */
export const sourceSchema = z
  .discriminatedUnion(
    "type",
    sources,
    'a source whose "type" is microphone, adc, imu, uart, spi, driver or link',
  )
  .describe("Where samples come from: int16. `link`: from the host alone.");
export type Source = z.infer<typeof sourceSchema>;

/** Values of one moment. */
export function channelsOf(source: Source): number {
  return source.type === "imu" ? source.axes : source.type === "microphone" ? 1 : source.channels;
}

/**
 * Pins that a source is at, and those that supply it, as its file has them. Without the numbers that a driver of one's own takes, which are
 * for who wrote it to know.
 */
export function pinsOfSource(source: Source): (number | string)[] {
  if (source.type === "link") return [];
  if (source.type === "spi") {
    const { miso, sck, cs, mosi, power: supply = [] } = source;
    return [miso, sck, cs, ...(mosi === undefined ? [] : [mosi]), ...supply];
  }
  type Wire = "pin" | "clock" | "sda" | "scl";
  const { pin, clock, sda, scl }: Partial<Record<Wire, number | string | undefined>> = source;
  const wires = [pin, clock, sda, scl, ...(source.power ?? [])].filter((wire) => wire !== undefined);
  return source.type === "driver" ? wires.filter((wire) => typeof wire === "string") : wires;
}

/** Of a UART: 8 of data, one before and one behind. */
const bitsOfByte = 10;

/** Hops that wait where an application does not say. */
const usualBuffer = 4;

/** Hops that may wait while a run, or a host that takes the samples, takes longer than one; `usualSeconds` at least where it is not said. */
function bufferOf(text: string | undefined, runSeconds: number, usualSeconds: number): number {
  if (text === undefined)
    return Math.min(maxBuffer, Math.max(usualBuffer, Math.ceil(usualSeconds / runSeconds)));
  const hops = Math.max(2, Math.ceil(secondsOf(text, "source.buffer") / runSeconds));
  if (hops > maxBuffer)
    refuseApplication("source.buffer", `${text} are ${hops} hops; at most ${maxBuffer} are expected`);
  return hops;
}

function checkMotion({ chip, axes, rate, rotationRange }: Extract<Source, { type: "imu" }>): void {
  const known: {
    rates: readonly number[];
    ratesOfBoth?: readonly number[];
    rotationRanges: readonly number[];
  } = motionChips[chip];
  const rates = axes === 6 ? (known.ratesOfBoth ?? known.rates) : known.rates;
  const same = (each: number) => Math.round(each * 1000) === Math.round(rate * 1000);
  if (!rates.some(same)) {
    const near = [...rates].sort((a, b) => Math.abs(a - rate) - Math.abs(b - rate)).slice(0, 6);
    const told = near.sort((a, b) => a - b).join(", ");
    refuseApplication("source.rate", `${rate}; of ${chip} with ${axes} axes, the next ones are ${told}`);
  }
  if (!known.rotationRanges.includes(rotationRange))
    refuseApplication(
      "source.rotationRange",
      `${rotationRange}; ${chip} has ${known.rotationRanges.join(", ")}`,
    );
}

/** Rates that boards make clocks of for digital microphones, which take about 0.5 to 3.1 MHz. */
const [leastDigital, mostDigital] = [8000, 48_000];

function microphoneOf(source: Extract<Source, { type: "microphone" }>): Omit<AppSource, "rate" | "channels"> {
  const { driver, pin, clock, side, gain, rate } = source;
  if (driver === "adc") {
    const extra = Object.entries({ clock, side, gain }).find(([, value]) => value !== undefined);
    if (extra !== undefined) refuseApplication(`source.${extra[0]}`, `a microphone at ${driver} has none`);
    return { driver, pin: pinNumber(pin ?? 26) };
  }
  if (pin === undefined)
    return refuseApplication("source.pin", `the pin of the data is expected with ${driver}`);
  if (clock === undefined)
    return refuseApplication("source.clock", `the clock's pin is expected with ${driver}`);
  if (rate < leastDigital || rate > mostDigital)
    refuseApplication(
      "source.rate",
      `${rate}; ${leastDigital} to ${mostDigital} are expected with ${driver}`,
    );
  const wires = { pin: pinNumber(pin), clock: pinNumber(clock) };
  const outputs = driver === "i2s" ? [wires.clock, wires.clock + 1] : [wires.clock];
  if (outputs.includes(wires.pin))
    refuseApplication(
      "source.pin",
      `${pin} is ${wires.pin === wires.clock ? "the clock's" : "the word select's"}`,
    );
  const shift = Math.log2(gain ?? 1);
  return { driver, ...wires, ...(shift > 0 && { shift }), ...(side === "right" && { right: true }) };
}

/** Frames over SPI take half of the time at most, and each of them a millisecond. */
const [mostShareOfSpi, leastFramesOfSpi] = [2, 1000];

function chipOnSpi(source: Extract<Source, { type: "spi" }>): Omit<AppSource, "rate" | "channels"> {
  const { miso, sck, cs, mosi, clock, mode, command, setup, order, channels, rate } = source;
  const sent = command === undefined ? [] : bytesOf(command);
  if (mosi === undefined && (command !== undefined || setup !== undefined))
    refuseApplication(
      "source.mosi",
      `the pin is expected by which ${command === undefined ? "setup" : "command"} is sent`,
    );
  const pins = new Map<number, string>();
  for (const [name, wire] of Object.entries({ miso, sck, cs, mosi })) {
    if (wire === undefined) continue;
    const other = pins.get(pinNumber(wire));
    if (other !== undefined) refuseApplication(`source.${name}`, `${wire} is that of ${other}`);
    pins.set(pinNumber(wire), name);
  }
  const bits = 8 * (sent.length + 2 * channels);
  const needed = bits * Math.max(leastFramesOfSpi, mostShareOfSpi * rate);
  if (needed > clock)
    refuseApplication(
      "source.clock",
      `${clock}; ${bits} bits ${rate} times a second take ${Math.ceil(needed)} at least`,
    );
  return {
    driver: "spi",
    pin: pinNumber(miso),
    clock: pinNumber(sck),
    select: pinNumber(cs),
    ...(mosi !== undefined && { mosi: pinNumber(mosi) }),
    baud: clock,
    ...(mode !== 0 && { mode }),
    ...(sent.length > 0 && { sync: sent }),
    ...(setup !== undefined && { first: setup.map(bytesOf) }),
    ...(order === "high-first" && { highFirst: true }),
  };
}

/**
 * What the section `wasmote.app` says of a source.
 *
 * @param hop samples of each channel that one run takes
 * @param usualSeconds of samples that may wait at least, where the source does not say how many
 * @throws `application-invalid`
 */
export function sourceOf(source: Source, hop: number, usualSeconds = 0): AppSource {
  const rates = { rate: source.rate, channels: channelsOf(source) };
  if (source.type === "link") return { driver: "none", ...rates };
  const common = {
    ...rates,
    buffer: bufferOf(source.buffer, hop / source.rate, usualSeconds),
    ...(source.power !== undefined && { power: source.power.map(pinNumber) }),
  };
  if (source.type === "imu") {
    checkMotion(source);
    const { chip, axes, range, rotationRange, address, sda, scl } = source;
    const ranges = {
      range: range === 2 ? undefined : range,
      rotationRange: axes === 3 || rotationRange === 250 ? undefined : rotationRange,
    };
    return {
      driver: "imu",
      ...common,
      chip,
      ...given({ ...ranges, address, sda: numberOf(sda), scl: numberOf(scl) }),
    };
  }
  if (source.type === "uart") {
    const { baud, sync, checksum, order } = source;
    const bytesPerSecond =
      source.rate * (sync.length / 2 + 2 * source.channels + (checksum === "none" ? 0 : 1));
    if (bytesPerSecond * bitsOfByte > baud)
      refuseApplication(
        "source.baud",
        `${baud}; ${source.rate} frames a second take ${Math.ceil(bytesPerSecond * bitsOfByte)} bits`,
      );
    return {
      driver: source.type,
      ...common,
      pin: pinNumber(source.pin),
      baud,
      sync: bytesOf(sync),
      ...(checksum !== "none" && { checksum }),
      ...(order === "high-first" && { highFirst: true }),
    };
  }
  if (source.type === "spi") return { ...common, ...chipOnSpi(source) };
  if (source.type === "driver") {
    const { driver, address } = source;
    const pins = { pin: numberOf(source.pin), sda: numberOf(source.sda), scl: numberOf(source.scl) };
    return { driver, ...common, ...given({ ...pins, address }) };
  }
  if (source.type === "microphone") return { ...common, ...microphoneOf(source) };
  return { driver: "adc", ...common, pin: pinNumber(source.pin) };
}

const numberOf = (wire: number | string | undefined) => (wire === undefined ? undefined : pinNumber(wire));

/** The fields that are given. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
