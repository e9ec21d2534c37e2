import { z } from "zod";
import { accelerators } from "../abi/accelerators.js";
import { maxSnippets, maxSnippetValues } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import { largestPacketBytes } from "./frames.js";
import type { Payload } from "./smp.js";

const count = z.int().nonnegative();
const bytes = z.instanceof(Uint8Array);
/** A level, which may be no number, or infinite. */
export const level: z.ZodType<number> = z.custom<number>(
  (value) => typeof value === "number",
  "a number is expected",
);
const bytes32 = bytes.refine(({ length }) => length === 32, "it has not 32 bytes");

/** What `status` tells (docs/link.md, group 64). Sizes in bytes. */
const statusFields = {
  abi: count,
  board: z.string(),
  /** Name of the active model; null without one. */
  model: z
    .string()
    .nullish()
    .transform((name) => name ?? null),
  /** Free for a model. */
  ram: count,
  /** RAM used besides linear memory. */
  used: count,
  /** Linear memory of the active model. */
  memory: count,
  /** Bytes of its file in the slot; firmware of before does not tell. */
  file: count.optional(),
  steps: count,
  unit: z.enum(["instructions", "cycles"]),
  hz: count,
  /** Largest packet that the board takes. */
  mtu: count.max(largestPacketBytes),
  /** Size of a slot. */
  flash: count,
  /** Whether the firmware has WebAssembly's floating-point operations. */
  floats: z.boolean().default(false),
  /** Names in the module `wasmote`; firmware of before puts the module's in front, and has those of accelerators among them. */
  imports: z.array(z.string().transform((name) => (name.includes(".") ? name : `wasmote.${name}`))),
  /** The bits of the accelerators that it offers. */
  accelerators: count.default(0),
};

/** What `status` tells, with all imports that the firmware offers, as "module.name". */
const statusSchema = z.object(statusFields).transform(({ accelerators: bits, ...status }) => {
  const offered = Object.values(accelerators).filter(({ bit }) => (bits & bit) !== 0);
  return { ...status, imports: [...status.imports, ...offered.map((each) => `wasmote.${each.import}`)] };
});
export type BoardStatus = z.output<typeof statusSchema>;

/** A slot that holds a complete, checked model. */
const imageSchema = z.object({
  slot: count,
  version: z.string(),
  /** SHA-256 of the file. */
  hash: bytes32,
  active: z.boolean().default(false),
  confirmed: z.boolean().default(false),
  pending: z.boolean().default(false),
  /** False where it was tried in vain. */
  bootable: z.boolean().default(true),
});
export type Image = z.output<typeof imageSchema>;

/** What `trust` tells (docs/link.md, group 64). */
const trustSchema = z.object({
  /** Whether the firmware runs nothing but what a key that it trusts has signed. */
  signed: z.boolean(),
  /** Whether the active model is on trial. */
  trial: z.boolean(),
  /** Good runs that would confirm it; 0 where the host alone does. */
  runs: count,
  /** The board's own number. */
  device: bytes.optional(),
  /** Ids of the keys that it trusts. */
  keys: z.array(bytes).default([]),
  /** Number of the last message that changed its keys. */
  seq: count.default(0),
  /** Whether a session is open. */
  session: z.boolean().default(false),
});
export type BoardTrust = z.output<typeof trustSchema>;

/** What lies in a slot, besides what the list of images tells. */
const slotSchema = z.object({
  /** Size of the slot. */
  bytes: count,
  state: z.enum(["empty", "incomplete", "complete"]),
  /** Bytes of the file; of all of it where the upload is not complete. */
  file: count,
  /** Name of the model in a slot that is complete, perhaps cut. */
  model: z.string().nullable(),
});
export type Slot = z.output<typeof slotSchema>;

/** What `application` tells (docs/link.md, group 64). Times are in units of the board's counter. */
const applicationSchema = z.object({
  /** "none": the active model is no application. "link": it waits for samples over the link. "ended": its recording is over; "capturing": its samples go over the link. */
  state: z.enum(["none", "running", "link", "paused", "ended", "capturing", "stopped"]),
  /** Why it is stopped. */
  why: z.string().nullable(),
  /** Which application it is: CRC-32 of its section `wasmote.app`. */
  app: count.default(0),
  /** The driver that its file asks for. */
  source: z.string().default(""),
  /** What of its setup that driver refused: "rate", "pin". */
  refused: z.string().nullable().default(null),
  /** What its file asks for and the board does not have: "source", "pin", "log", "action". */
  lacks: z.array(z.string()).default([]),
  /** Runs since it began, and hops that were lost because no run was free to take them. */
  runs: count.default(0),
  overruns: count.default(0),
  /** Of the longest run, of all runs, and since it began. */
  most: count.default(0),
  busy: count.default(0),
  elapsed: count.default(0),
  /** Events that could not be written to the log. */
  unlogged: count.default(0),
  /** Whether it shares its events: its log may be read. */
  shares: z.boolean().default(false),
  /** How often each event began, where the application shares that. */
  events: z.array(count).optional(),
});
export type BoardApplication = z.output<typeof applicationSchema>;

/** An entry of the log of events: its number, the board's start, milliseconds since that, the run, the event, its level. */
const entrySchema = z
  .tuple([count, count, count, count, count, level])
  .transform(([sequence, boot, milliseconds, run, event, level]) => ({
    sequence,
    boot,
    milliseconds,
    run,
    event,
    level,
  }));
export type LoggedEvent = z.output<typeof entrySchema>;

/** Samples around an event: number, milliseconds since the board's start, run, event, level, samples of all channels before it and in all. */
const snippetSchema = z
  .tuple([count, count, count, count, level, count, count.max(maxSnippetValues)])
  .transform(([number, milliseconds, run, event, level, before, samples]) => ({
    number,
    milliseconds,
    run,
    event,
    level,
    before,
    samples,
  }));
export type Snippet = z.output<typeof snippetSchema>;

/** The snippets that a board keeps, events that had none for want of bytes and of memory, and bytes of this day. */
const snippetsSchema = z.object({
  snippets: z.array(snippetSchema).max(maxSnippets),
  leftOff: count,
  missed: count,
  today: count,
});
export type Snippets = z.output<typeof snippetsSchema>;

/** What each request is answered with (docs/link.md). Fields that are not named are ignored. */
export const answers = {
  nothing: z.object({}),
  echo: z.object({ r: z.string() }),
  parameters: z.object({ buf_size: count, buf_count: count }),
  information: z.object({ output: z.string() }),
  status: statusSchema,
  trust: trustSchema,
  challenge: z.object({ device: bytes, challenge: bytes }),
  images: z.object({ images: z.array(imageSchema) }),
  slots: z.object({ slots: z.array(slotSchema) }),
  /** The offset that the board wants next; SHA-256 of the file, where another was sent. */
  offset: z.object({ off: count, hash: bytes32.optional() }),
  deviceKey: z.object({ key: bytes32 }),
  part: z.object({ off: count, len: count, data: bytes }),
  run: z.object({ code: z.int(), count }),
  application: applicationSchema,
  log: z.object({ entries: z.array(entrySchema) }),
  /** Bytes that the application has taken, its runs, and the events that began with the last of them. */
  samples: z.object({ off: count, runs: count, events: z.array(z.tuple([count, count, level])) }),
  snippets: snippetsSchema,
  histograms: z.object({ histograms: z.array(z.array(count)) }),
  /** Samples of the source, from a moment on. */
  captured: z.object({ from: count, data: bytes, ended: z.boolean() }),
} as const;

/**
 * Reads an answer. Throws `board-protocol` where a field is missing, of another type or out of range.
 *
 * @param what the request, for a person
 */
export function readAnswer<Schema extends z.ZodType>(
  schema: Schema,
  payload: Payload,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const { path = [], message = "" } = result.error.issues[0] ?? {};
  return refuseAnswer(what, `"${path.join(".")}": ${message}`);
}

/** Throws `board-protocol` for an answer that has the right fields and is still wrong. */
export function refuseAnswer(what: string, problem: string): never {
  throw new WasmoteError("board-protocol", `the answer to ${what}: ${problem}`);
}
