import { pinName } from "./pins.js";
import { sourceNames } from "./schema.js";
import type { Board } from "./types.js";

/** What an application's section says of its source, as far as boards differ in it. */
export interface AskedSource {
  readonly driver: string;
  readonly rate: number;
  readonly channels: number;
  /** Samples of each channel that one run takes, and how many such wait. */
  readonly hop: number;
  readonly buffer?: number;
  readonly pin?: number;
  readonly clock?: number;
  readonly shift?: number;
  readonly select?: number;
  readonly mosi?: number;
  readonly sda?: number;
  readonly scl?: number;
  readonly power?: readonly number[];
}

/** What it says of an action. */
export interface AskedAction {
  readonly kind: string;
  readonly pin?: number;
  readonly hertz?: number;
}

/** A pin, and what it is used for. */
export interface PinUse {
  readonly pin: number;
  readonly what: string;
}

/** Whether a driver of a source is one of ours; any other one is for who builds the firmware to know. */
export function isKnownSource(driver: string): boolean {
  return (sourceNames as readonly string[]).includes(driver);
}

/** Kinds of actions that set a pin, as far as is known here. */
const pinActions = ["gpio", "pwm"];

/** Hops that wait where a section does not say. */
const usualBuffer = 2;

/** Periods a second where an action does not say. */
const usualHertz = 1000;

/** The next channels' pins behind a converter's first one; as far as they are there. */
function inputsOf({ limits }: Board, first: number, channels: number): number[] {
  const pins = limits.adc?.pins;
  if (pins === undefined) return Array.from({ length: channels }, (_, i) => first + i);
  const at = pins.indexOf(first);
  return at < 0 ? [first] : pins.slice(at, at + channels);
}

function usesOfSource(board: Board, source: AskedSource, isNamed: (pin: number) => boolean): PinUse[] {
  const { driver, pin, clock, channels, power = [] } = source;
  const sda = source.sda ?? (driver === "imu" ? board.limits.i2c?.usual?.sda : undefined);
  const scl = source.scl ?? (driver === "imu" ? board.limits.i2c?.usual?.scl : undefined);
  const use = (at: number | undefined, what: string): PinUse[] =>
    at === undefined ? [] : [{ pin: at, what }];
  const supply = power.map((at) => ({ pin: at, what: "the source's supply" }));
  const bus = [...use(sda, "the source's SDA"), ...use(scl, "the source's SCL")];
  if (!isKnownSource(driver)) {
    const own = [...use(pin, "the source's"), ...bus].filter((each) => isNamed(each.pin));
    return [...own, ...supply];
  }
  if (driver === "adc" && pin !== undefined)
    return [
      ...inputsOf(board, pin, channels).map((at) => ({ pin: at, what: "the source's input" })),
      ...supply,
    ];
  const wordSelect = driver === "i2s" && clock !== undefined ? clock + 1 : undefined;
  return [
    ...use(pin, "the source's data"),
    ...use(clock, "the source's clock"),
    ...use(wordSelect, "the source's word select"),
    ...use(source.select, "the source's chip select"),
    ...use(source.mosi, "what is sent to the source"),
    ...bus,
    ...supply,
  ];
}

/**
 * Pins that an application uses. What a number means to a driver of one's own is for who wrote it to know.
 *
 * @param isNamed whether the application's file has a pin by its name
 */
export function pinUses(
  board: Board,
  source: AskedSource | undefined,
  actions: readonly AskedAction[],
  isNamed: (pin: number) => boolean,
): PinUse[] {
  const ofActions = actions.flatMap(({ kind, pin }): PinUse[] =>
    pin !== undefined && (pinActions.includes(kind) || isNamed(pin))
      ? [{ pin, what: `an action's (${kind})` }]
      : [],
  );
  return [...(source === undefined ? [] : usesOfSource(board, source, isNamed)), ...ofActions];
}

/** Pins that are used for two things. */
export function whyTwice(board: Board, uses: readonly PinUse[]): string[] {
  return [...new Set(uses.map(({ pin }) => pin))].flatMap((pin) => {
    const whats = [...new Set(uses.filter((use) => use.pin === pin).map(({ what }) => what))];
    return whats.length < 2 ? [] : [`pin ${pinName(board, pin)} is ${whats.join(" and ")}`];
  });
}

/** "76,923": a number with its thousands apart, and up to three decimals. */
const figure = (value: number) => value.toLocaleString("en-US");

type Within = { readonly from: number; readonly to: number };
const withinText = ({ from, to }: Within) => `${figure(from)} to ${figure(to)}`;
const isWithin = (value: number, { from, to }: Within) => value >= from && value <= to;

const listText = (board: Board, pins: readonly number[]) => pins.map((pin) => pinName(board, pin)).join(", ");

function whyNoConverter(board: Board, source: AskedSource): string[] {
  const { adc } = board.limits;
  const { pin, rate, channels } = source;
  if (adc === undefined || pin === undefined) return [];
  const [at, whys] = [adc.pins.indexOf(pin), [] as string[]];
  const values = rate * channels;
  if (at < 0 || at + channels > adc.pins.length)
    whys.push(
      `adc of ${board.id} has ${listText(board, adc.pins)}: no ${channels === 1 ? "input" : `${channels} inputs`} from ${pinName(board, pin)} on`,
    );
  if (!isWithin(values, adc.values))
    whys.push(
      `adc of ${board.id} gives ${withinText(adc.values)} samples a second of all channels: not ${figure(values)}`,
    );
  if (adc.dividedHz !== undefined && (adc.dividedHz * 1000) % Math.round(rate * 1000) !== 0)
    whys.push(
      `adc of ${board.id} has rates by which ${figure(adc.dividedHz)} can be divided: not ${figure(rate)}`,
    );
  return whys;
}

function whyNoMicrophone(board: Board, { driver, rate, shift = 0 }: AskedSource): string[] {
  const limits = driver === "pdm" || driver === "i2s" ? board.limits[driver] : undefined;
  if (limits === undefined) return [];
  const { rates, gain } = limits;
  const whys: string[] = [];
  if (Array.isArray(rates) ? !rates.includes(rate) : !isWithin(rate, rates))
    whys.push(
      `${driver} of ${board.id} gives ${Array.isArray(rates) ? rates.map(figure).join("; ") : withinText(rates)} samples a second: not ${figure(rate)}`,
    );
  if (2 ** shift > gain) whys.push(`${driver} of ${board.id} has a gain of up to ${gain}: not ${2 ** shift}`);
  return whys;
}

function whyNoBus(board: Board, { sda, scl }: AskedSource): string[] {
  const { i2c } = board.limits;
  if (i2c === undefined) return [];
  const [data, clock] = [sda ?? i2c.usual?.sda, scl ?? i2c.usual?.scl];
  if (data === undefined || clock === undefined)
    return [`${board.id} has no usual pins of I2C: the source's sda and scl are expected`];
  if (i2c.buses === undefined || i2c.buses.some((bus) => bus.sda.includes(data) && bus.scl.includes(clock)))
    return [];
  const told = i2c.buses.map((bus) => `${listText(board, bus.sda)} with ${listText(board, bus.scl)}`);
  return [
    `${pinName(board, data)} and ${pinName(board, clock)} are no SDA and SCL of one I2C of ${board.id}: there are ${told.join("; ")}`,
  ];
}

function whyNoRing({ id, limits }: Board, source: AskedSource): string[] {
  const { driver, hop, channels, buffer = usualBuffer } = source;
  const ring = driver === "adc" || driver === "pdm" ? limits[driver]?.ring : undefined;
  if (ring === undefined) return [];
  const [run, spare] = [hop * channels, ring.spare * channels];
  const values = buffer * run;
  if (values > ring.most)
    return [
      `${driver} of ${id} has a buffer of up to ${figure(ring.most)} values: ${buffer} hops are ${figure(values)}`,
    ];
  return values >= run + spare
    ? []
    : [
        `${driver} of ${id} needs a buffer of a hop and ${figure(ring.spare)} samples: ${buffer} hops of ${hop} are less`,
      ];
}

function whyNoSpi(board: Board, { pin, clock, mosi, rate }: AskedSource): string[] {
  const { spi } = board.limits;
  if (spi === undefined || pin === undefined || clock === undefined) return [];
  const { buses, rates } = spi;
  const whys: string[] = [];
  const has = (bus: (typeof buses)[number]) =>
    bus.miso.includes(pin) && bus.sck.includes(clock) && (mosi === undefined || bus.mosi.includes(mosi));
  if (!buses.some(has)) {
    const asked = [pin, clock, ...(mosi === undefined ? [] : [mosi])];
    const told = buses.map(
      (bus) =>
        `${listText(board, bus.miso)} with ${listText(board, bus.sck)} and ${listText(board, bus.mosi)}`,
    );
    whys.push(
      `${listText(board, asked)} are no MISO, SCK${mosi === undefined ? "" : " and MOSI"} of one SPI of ${board.id}: there are ${told.join("; ")}`,
    );
  }
  if (!isWithin(rate, rates))
    whys.push(`spi of ${board.id} asks up to ${figure(rates.to)} times a second: not ${figure(rate)}`);
  return whys;
}

/** What a board's driver of a source of ours refuses when it starts. */
export function whyNotSource(board: Board, source: AskedSource): string[] {
  const { driver, pin } = source;
  if (driver === "adc") return [...whyNoConverter(board, source), ...whyNoRing(board, source)];
  if (driver === "pdm" || driver === "i2s")
    return [...whyNoMicrophone(board, source), ...whyNoRing(board, source)];
  if (driver === "imu") return whyNoBus(board, source);
  if (driver === "spi") return whyNoSpi(board, source);
  const { uart } = board.limits;
  if (driver !== "uart" || uart === undefined || pin === undefined || uart.pins.includes(pin)) return [];
  return [`uart of ${board.id} receives at ${listText(board, uart.pins)}: not at ${pinName(board, pin)}`];
}

/** What a board's driver of pulses refuses, and what one slice cannot do at once. */
export function whyNoPulses(board: Board, actions: readonly AskedAction[]): string[] {
  const { pwm } = board.limits;
  if (pwm === undefined) return [];
  const pulses = actions.flatMap(({ kind, pin, hertz = usualHertz }) =>
    kind === "pwm" && pin !== undefined
      ? [{ pin, hertz, slice: Math.floor(pin / 2) % pwm.slices, name: pinName(board, pin) }]
      : [],
  );
  return pulses.flatMap(({ hertz, slice, name }, i) => {
    const other = pulses.slice(0, i).find((each) => each.slice === slice && each.hertz !== hertz);
    return [
      ...(pwm.busy.includes(slice)
        ? [`pwm of ${board.id} has no pin ${name}: the firmware counts by it`]
        : []),
      ...(isWithin(hertz, pwm.hertz)
        ? []
        : [`pwm of ${board.id} has ${withinText(pwm.hertz)} periods a second: not ${figure(hertz)}`]),
      ...(other === undefined
        ? []
        : [
            `pwm of ${board.id} has one frequency for ${other.name} and ${name}: not ${figure(other.hertz)} and ${figure(hertz)}`,
          ]),
    ];
  });
}
