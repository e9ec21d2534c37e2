import { decode, encode } from "cborg";
import { z } from "zod";
import { maxSnippets, maxSnippetValues } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import { encodeCustomSection, listSections } from "../wasm/sections.js";
import { concatenate } from "../wasm/writer.js";
import { weightsSection } from "./manifest.js";
import { fillSection, weightsBehind } from "./package.js";

/** Names of the custom sections of an application. */
export const appSection = "wasmote.app";
export const recordingSection = "wasmote.recording";

/** Version of the format of `wasmote.app`. */
export const appVersion = 1;

/** Most that an application may have: a board keeps state for each. */
export const maxEvents = 32;
export const maxActions = 32;
export const maxChannels = 16;
/** Most bytes that begin a frame of a stream. */
export const maxSync = 4;
/** Most messages that are sent to a chip at first, and most bytes of each. */
export const maxFirst = 16;
export const maxFirstBytes = 16;
/** Most pins that supply a sensor. */
export const maxPowerPins = 4;
/** Most hops that may wait. */
export const maxBuffer = 64;
/** Most runs before and after an event of which a snippet is. */
export const maxSnippetHops = 65_536;
/** Most histograms, and most bounds of each. */
export const maxHistograms = 32;
export const maxBounds = 31;
/** Most samples of each channel that one run takes. */
export const maxHop = 65_536;
/** Most bytes of an event's name in UTF-8. */
export const maxEventNameBytes = 64;

/** Where samples come from. */
export interface AppSource {
  /**
   * What takes them: "none" (the link alone brings them), "adc", "imu", "pdm", "i2s", "uart", "spi", or
   * "recording" (the section `wasmote.recording`, once). A
   * board that lacks it says so in its status.
   */
  driver: string;
  /** Samples of each channel in a second, in whole thousandths. */
  rate: number;
  channels: number;
  /** Of "adc": the pin, as the board numbers it; several channels take those that follow. Of "pdm", "i2s" and "spi": that of what comes. */
  pin?: number;
  /** Of the board's sensors: hops that may wait while a run takes longer than one; 2 where it is absent. */
  buffer?: number;
  /** Of "imu": what it is, its address, and the pins that it is wired to. */
  chip?: string;
  address?: number;
  sda?: number;
  scl?: number;
  /** Of "pdm", "i2s" and "spi" the clock's pin; of "pdm" and "i2s" by how many bits samples become louder, and which one of two on the same wires it is. */
  clock?: number;
  shift?: number;
  right?: boolean;
  /**
   * Of "uart" and "spi": its speed, the bytes that begin a frame, or over SPI are sent for one, and whether the high byte of a value comes
   * first. Of "uart" its checksum as well.
   */
  baud?: number;
  sync?: readonly number[];
  checksum?: "sum" | "xor";
  highFirst?: boolean;
  /** Of "spi": the pins of the chip's select and of what is sent, which of its modes, and messages that are sent once at first. */
  select?: number;
  mosi?: number;
  mode?: number;
  first?: readonly (readonly number[])[];
  /** Pins that supply the sensor: high before it is used. */
  power?: readonly number[];
  /** Of "imu": g and degrees a second at full scale; the least that the chip has where they are absent. */
  range?: number;
  rotationRange?: number;
}

/** What a board does when an event begins. */
export interface AppAction {
  /** Index of the event. */
  event: number;
  /**
   * "gpio": a pin is set. "line": a line is written to the port. "notify": a message is sent that no request asked for. Others are done by
   * drivers: "pwm", a square wave at a pin, and those that a firmware was built with.
   */
  kind: string;
  /** Of "gpio" and "pwm": the pin, as the board numbers it. */
  pin?: number;
  /** Of drivers: a frequency, in Hz, and a value to 65535. Of "pwm" that is the share of a period, and where it is absent, the event's level is. */
  hertz?: number;
  value?: number;
  /** Of "gpio": what the pin becomes; true where it is absent. */
  high?: boolean;
  /** For how long; as long as the event lasts where it is absent. */
  milliseconds?: number;
}

/** Which samples around events a board keeps until a host has fetched them. */
export interface AppSnippets {
  /** Runs before the one in which an event begins, and after it. */
  before: number;
  after: number;
  /** Snippets that there is memory for. */
  keep: number;
  /** Indices of the events. */
  events: readonly number[];
  /** Most bytes of snippets in a day of the board's clock. */
  perDay: number;
}

/** What is counted between which bounds, once a run. */
export interface AppHistogram {
  name: string;
  /** Of the model's levels of events, or of its output behind them, which has what else is observed. */
  tensor: "levels" | "observed";
  /** The number's place there. */
  element: number;
  /** Ascending; float32. Counts are of what is below the first, and from each on. */
  bounds: readonly number[];
}

/** What the reference data of a stage is, and so what its parts in the weights section are. */
export const dataKinds = ["moments", "rows", "neighbours", "levels"] as const;

/** Reference data that may be replaced in the built file. */
export interface AppData {
  /** The stage's. */
  name: string;
  /**
   * moments: means and standard deviations of columns. rows: the rows. neighbours: the rows, and their classes as one row of flags for
   * each. levels: the rules of a decision's events.
   */
  kind: (typeof dataKinds)[number];
  /** Rows that there is place for; 1 of moments, events of levels. */
  rows: number;
  columns: number;
  /** Names: of the classes of neighbours, of the events of levels. */
  names?: readonly string[];
  /** Offsets in the weights section, of each part. */
  at: readonly (readonly number[])[];
}

/** What may leave the board: events with their times, counts, samples while a host asks for them, samples around events. */
export interface AppShare {
  events: boolean;
  counters: boolean;
  capture: boolean;
  snippets?: AppSnippets;
}

/** Contents of the section `wasmote.app`: what a board has to know to run a model by itself, beside the model. */
export interface AppSection {
  version: typeof appVersion;
  source: AppSource;
  /** Samples of each channel that one run takes. */
  hop: number;
  /** Names of the events, in the order of the outputs' elements. */
  events: readonly string[];
  actions: readonly AppAction[];
  /** Whether events are written to the log in flash. */
  log: boolean;
  share: AppShare;
  /** Summaries that may leave the board, too. */
  histograms?: readonly AppHistogram[];
  /** Reference data that may be replaced. */
  data?: readonly AppData[];
}

const count = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
};
const most32 = 0xffffffff;

/** The longest that an action may last. */
export const maxMilliseconds = most32;
const flag = z.boolean("true or false");
const pin = count(0, 255);

function shortText(maxBytes: number) {
  const expected = `a text of 1 to ${maxBytes} bytes`;
  return z.string(expected).refine((text) => {
    const { length } = new TextEncoder().encode(text);
    return length >= 1 && length <= maxBytes;
  }, expected);
}

/** Tensors that histograms are of, in the order of their numbers. */
const histogramTensors = ["levels", "observed"] as const;

/** Bounds as they are stored: little-endian float32. */
function boundsBytes(bounds: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * bounds.length));
  for (const [i, bound] of bounds.entries()) view.setFloat32(4 * i, bound, true);
  return new Uint8Array(view.buffer);
}

function boundsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Messages as they are stored, each behind its length. */
function messagesBytes(messages: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(messages.flatMap((message) => [message.length, ...message]));
}

/** Undefined where a message has no byte or is longer than what is there, or where there are too many. */
function messagesOf(bytes: Uint8Array): number[][] | undefined {
  const messages: number[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at++] as number;
    if (length === 0 || length > maxFirstBytes || at + length > bytes.length) return undefined;
    messages.push([...bytes.subarray(at, at + length)]);
    at += length;
  }
  return messages.length > 0 && messages.length <= maxFirst ? messages : undefined;
}

/** As it is stored: the rate in millihertz. */
const schema = z.object({
  version: z.literal(appVersion, `${appVersion}`),
  source: z.object({
    driver: shortText(16),
    millihertz: count(1, most32),
    channels: count(1, maxChannels),
    pin: pin.exactOptional(),
    buffer: count(2, maxBuffer).exactOptional(),
    chip: shortText(16).exactOptional(),
    address: count(0, 127).exactOptional(),
    sda: pin.exactOptional(),
    scl: pin.exactOptional(),
    baud: count(1, most32).exactOptional(),
    sync: z
      .array(count(0, 255), "a list of bytes")
      .min(1, "a byte")
      .max(maxSync, `at most ${maxSync}`)
      .exactOptional(),
    checksum: z.enum(["sum", "xor"], "sum, xor").exactOptional(),
    highFirst: flag.exactOptional(),
    power: z.array(pin, "a list of pins").max(maxPowerPins, `at most ${maxPowerPins}`).exactOptional(),
    clock: pin.exactOptional(),
    select: pin.exactOptional(),
    mosi: pin.exactOptional(),
    mode: count(0, 3).exactOptional(),
    first: z
      .instanceof(Uint8Array, { error: "bytes" })
      .refine((bytes) => messagesOf(bytes) !== undefined, "messages, each behind its length,")
      .exactOptional(),
    shift: count(0, 8).exactOptional(),
    right: flag.exactOptional(),
    range: count(1, most32).exactOptional(),
    rotationRange: count(1, most32).exactOptional(),
  }),
  hop: count(1, maxHop),
  events: z
    .array(shortText(maxEventNameBytes), "a list of texts")
    .min(1, "an event")
    .max(maxEvents, `at most ${maxEvents}`),
  actions: z
    .array(
      z.object({
        event: count(0, maxEvents - 1),
        kind: shortText(16),
        pin: pin.exactOptional(),
        hertz: count(1, most32).exactOptional(),
        value: count(0, 65_535).exactOptional(),
        high: flag.exactOptional(),
        milliseconds: count(1, maxMilliseconds).exactOptional(),
      }),
      "a list of maps",
    )
    .max(maxActions, `at most ${maxActions}`),
  log: flag,
  share: z.object({
    events: flag,
    counters: flag,
    capture: flag.default(false),
    snippets: z
      .object({
        before: count(0, maxSnippetHops),
        after: count(0, maxSnippetHops),
        keep: count(1, maxSnippets),
        events: z.array(count(0, maxEvents - 1), "a list of numbers").max(maxEvents),
        perDay: count(0, most32),
      })
      .exactOptional(),
  }),
  histograms: z
    .array(
      z.object({
        name: shortText(2 * maxEventNameBytes),
        tensor: count(0, histogramTensors.length - 1),
        element: count(0, maxHop),
        bounds: z
          .instanceof(Uint8Array, { error: "bytes" })
          .refine(
            ({ length }) => length % 4 === 0 && length > 0 && length <= 4 * maxBounds,
            `1 to ${maxBounds} numbers`,
          ),
      }),
      "a list of maps",
    )
    .max(maxHistograms, `at most ${maxHistograms}`)
    .exactOptional(),
  data: z
    .array(
      z.object({
        name: shortText(maxEventNameBytes),
        kind: z.enum(dataKinds, dataKinds.join(", ")),
        rows: count(1, most32),
        columns: count(1, most32),
        names: z.array(z.string(), "a list of texts").exactOptional(),
        at: z
          .array(z.array(count(0, most32), "a list of numbers"), "a list of lists")
          .min(1, "a list of lists"),
      }),
      "a list of maps",
    )
    .exactOptional(),
});

/**
 * Encodes the contents of the section `wasmote.app`, in CBOR's deterministic form (RFC 8949, 4.2.1, with the order of keys of
 * 4.2.3).
 *
 * @throws `module-invalid` where a field has a value that it may not have
 */
export function encodeApp(app: AppSection): Uint8Array {
  const { source, actions } = app;
  const { rate, first, ...others } = source;
  const millihertz = Math.round(rate * 1000);
  const { histograms, ...rest } = app;
  const stored = {
    ...rest,
    source: {
      ...present(others),
      millihertz,
      ...(first === undefined ? {} : { first: messagesBytes(first) }),
    },
    actions: actions.map(present),
    ...(histograms === undefined
      ? {}
      : {
          histograms: histograms.map(({ tensor, bounds, ...histogram }) => ({
            ...histogram,
            tensor: histogramTensors.indexOf(tensor),
            bounds: boundsBytes(bounds),
          })),
        }),
  };
  const bytes = encode(stored);
  decodeApp(bytes);
  return bytes;
}

/** A map without the fields that are undefined. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/**
 * Decodes the contents of the section `wasmote.app`; nothing in it is believed. Fields that are unknown, as later versions may add,
 * are left out.
 *
 * @throws `module-invalid`, `module-newer`
 */
export function decodeApp(contents: Uint8Array): AppSection {
  const found = decoded(contents);
  const version = z.object({ version: count(appVersion + 1, most32) }).safeParse(found);
  if (version.success) {
    const { version: newer } = version.data;
    throw new WasmoteError(
      "module-newer",
      `${appSection} of version ${newer}; up to ${appVersion} is known here`,
    );
  }
  const parsed = schema.safeParse(found);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(issue?.path.join(".") ?? "", `${issue?.message} is expected`);
  }
  const { source, ...app } = parsed.data;
  const { millihertz, first: stored, ...others } = source;
  const first = stored && messagesOf(stored);
  for (const [i, { event, kind, pin }] of app.actions.entries()) {
    if (event >= app.events.length) refuse(`actions.${i}.event`, `there are ${app.events.length} events`);
    if ((kind === "gpio" || kind === "pwm") && pin === undefined)
      refuse(`actions.${i}.pin`, "a pin is expected");
  }
  const { snippets } = app.share;
  if (snippets !== undefined) {
    const values = (snippets.before + 1 + snippets.after) * app.hop * source.channels * snippets.keep;
    if (values > maxSnippetValues) refuse("share.snippets", `at most ${maxSnippetValues} values`);
    if (snippets.events.some((event) => event >= app.events.length))
      refuse("share.snippets.events", `there are ${app.events.length} events`);
  }
  for (const [i, { kind, rows, names = [] }] of (app.data ?? []).entries()) {
    if (kind === "levels" && names.length > rows) refuse(`data.${i}.names`, `at most ${rows} names`);
  }
  const { histograms, ...told } = app;
  const counted = histograms?.map(({ tensor, bounds, ...histogram }) => ({
    ...histogram,
    tensor: histogramTensors[tensor] as AppHistogram["tensor"],
    bounds: boundsOf(bounds),
  }));
  for (const [i, { tensor, element, bounds }] of (counted ?? []).entries()) {
    if (tensor === "levels" && element >= app.events.length)
      refuse(`histograms.${i}.element`, `there are ${app.events.length} events`);
    if (
      bounds.some((bound, at) => !Number.isFinite(bound) || (at > 0 && bound <= (bounds[at - 1] as number)))
    )
      refuse(`histograms.${i}.bounds`, "ascending numbers are expected");
  }
  return {
    ...told,
    source: { ...others, rate: millihertz / 1000, ...(first === undefined ? {} : { first }) },
    ...(counted === undefined ? {} : { histograms: counted }),
  };
}

function decoded(contents: Uint8Array): unknown {
  try {
    return decode(contents);
  } catch {
    throw new WasmoteError("module-invalid", `its section ${appSection} is no CBOR`);
  }
}

function refuse(at: string, why: string): never {
  throw new WasmoteError(
    "module-invalid",
    `its section ${appSection} has no valid ${at === "" ? "map" : at}: ${why}`,
  );
}

/**
 * Makes an application of a built model: puts what a board has to know into the file. One that is there is replaced. A signature does
 * not hold any more: sign afterwards.
 *
 * @throws `module-invalid`
 */
export function withApp(wasm: Uint8Array, app: AppSection): Uint8Array {
  return withSection(wasm, appSection, encodeApp(app));
}

/**
 * Puts a recording into the file of an application, which the source "recording" plays.
 *
 * @param samples as the model's input has them, one time after another with all its channels, little-endian
 */
export function withRecording(wasm: Uint8Array, samples: Uint8Array): Uint8Array {
  return withSection(wasm, recordingSection, samples);
}

/** The file with one custom section more, before the weights, which stay at a multiple of 16. */
function withSection(wasm: Uint8Array, name: string, contents: Uint8Array): Uint8Array {
  const sections = listSections(wasm);
  const weights = sections.find((section) => section.custom && section.name === weightsSection);
  if (weights === undefined) throw new WasmoteError("module-invalid", `it has no section ${weightsSection}`);
  const moved = [name, fillSection, weightsSection];
  const kept = sections
    .filter((section) => !(section.custom && moved.includes(section.name)))
    .map(({ offset, bytes, sectionBytes }) =>
      wasm.subarray(offset + bytes.length - sectionBytes, offset + bytes.length),
    );
  const before = concatenate([wasm.subarray(0, 8), ...kept, encodeCustomSection(name, contents)]);
  return concatenate([before, ...weightsBehind(before.length, weights.bytes)]);
}

/**
 * What the file of an application says to a board; undefined where it is a model and no more. The module must be valid.
 *
 * @throws `module-invalid`, `module-newer`
 */
export function appOf(wasm: Uint8Array): AppSection | undefined {
  const found = sectionOf(wasm, appSection);
  return found === undefined ? undefined : decodeApp(found);
}

/** The samples of a file's recording, a view of the file; undefined where there is none. The module must be valid. */
export function recordingOf(wasm: Uint8Array): Uint8Array | undefined {
  return sectionOf(wasm, recordingSection);
}

function sectionOf(wasm: Uint8Array, name: string): Uint8Array | undefined {
  return listSections(wasm).find((section) => section.custom && section.name === name)?.bytes;
}
