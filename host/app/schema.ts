import { z } from "zod";
import { maxSnippets } from "../abi/limits.js";
import { maxActions, maxBounds, maxHistograms } from "../package/app.js";
import { duration, namePattern, ownDriver, pinField, size } from "./fields.js";
import { expectedText, refuseIssues, refuseLostNames } from "./issues.js";
import { sourceSchema } from "./sources.js";
import { type StageKinds, stageKinds } from "./stages/index.js";

const eventName = z.string().min(1).describe("The event's name.");

const forTime = duration.optional().describe("For how long; as long as the event lasts by default.");
const pinSaid = 'The pin: its number, or its name as "GPIO25", "PA5" or "P0.13".';

const actions = [
  z.strictObject({
    on: eventName,
    do: z.literal("gpio"),
    pin: pinField.describe(pinSaid),
    high: z.boolean().default(true).describe("What the pin becomes."),
    for: forTime,
  }),
  z.strictObject({
    on: eventName,
    do: z.literal("pwm"),
    pin: pinField.describe(pinSaid),
    duty: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("The share of a period in which the pin is high; as much as the event's level by default."),
    frequency: z.int().min(8).max(1e6).default(1000).describe("Periods in a second."),
    for: forTime,
  }),
  z.strictObject({
    on: eventName,
    do: z.literal("driver").describe("A driver of your own, which the firmware was built with."),
    driver: ownDriver.describe("Its name."),
    pin: pinField.optional().describe(pinSaid),
    frequency: z.int().min(1).max(1e9).optional().describe("In Hz, as the driver takes it."),
    value: z.int().min(0).max(65_535).optional().describe("As the driver takes it."),
    for: forTime,
  }),
  z.strictObject({ on: eventName, do: z.literal("line").describe("A line of text on the port.") }),
  z.strictObject({
    on: eventName,
    do: z
      .literal("notify")
      .describe("A message to the host that asked to be told: `wasmote monitor --events`."),
  }),
] as const;

const actionSchema = z.discriminatedUnion(
  "do",
  actions,
  'an action whose "do" is gpio, pwm, driver, line or notify',
);

const snippetsSchema = z.strictObject({
  before: duration.default("500 ms").describe("How much before the event, in whole runs."),
  after: duration.default("500 ms").describe("How much after the run in which it begins, in whole runs."),
  on: z.array(eventName).optional().describe("The events; all by default."),
  perDay: size.describe("Most bytes of them in a day of the board's clock; events beyond it are counted."),
  keep: z
    .int()
    .min(1)
    .max(maxSnippets)
    .default(1)
    .describe("How many there is memory for, until a host has fetched them."),
});

const histogramSchema = z.strictObject({
  of: z
    .string()
    .min(1)
    .describe("An event, whose levels are counted, or a stage that gives features or scores."),
  feature: z
    .int()
    .min(0)
    .optional()
    .describe("Of a stage: which of its numbers, from 0 on; the first by default."),
  bounds: z
    .union(
      [z.literal("log2"), z.array(z.number()).min(1).max(maxBounds)],
      `"log2", or a list of at most ${maxBounds} ascending numbers`,
    )
    .optional()
    .describe(
      "Ascending bounds between bins; by default those of 16 equal bins from 0 to 1. log2: the powers of two from 1/128 to 128, for what has no end.",
    ),
});

const shareSchema = z
  .strictObject({
    events: z.boolean().default(false).describe("Events with their times, and the log."),
    counters: z.boolean().default(false).describe("How often each event was."),
    capture: z
      .boolean()
      .default(false)
      .describe("Raw samples, while a host asks for them: `wasmote capture`."),
    histograms: z
      .array(histogramSchema)
      .max(maxHistograms)
      .default([])
      .describe("How often numbers were between which bounds: `wasmote log --summary`."),
    snippets: snippetsSchema
      .optional()
      .describe("Raw samples around events, kept in the board's RAM: `wasmote log --snippets`."),
  })
  .prefault({})
  .describe("What may leave the board; nothing by default.");

const kinds = Object.values(stageKinds).map(({ schema }) => schema) as unknown as [
  z.ZodObject,
  ...z.ZodObject[],
];

/** What an application's file holds. */
export const applicationSchema = z
  .strictObject({
    $schema: z.string().optional().describe("This schema, for editors."),
    name: z
      .string()
      .regex(namePattern, "a name of letters, digits, and -_. inside")
      .describe("The application's name."),
    source: sourceSchema,
    hop: duration
      .optional()
      .describe("How much of the samples one run takes; by default as much as all stages can be cut by."),
    stages: z
      .record(
        z.string().regex(namePattern, "a name of letters, digits, and -_. inside"),
        z.discriminatedUnion(
          "type",
          kinds as never,
          `a stage whose "type" is one of ${Object.keys(stageKinds).join(", ")}`,
        ),
      )
      .default({})
      .describe(
        'The stages, by their names. Each is given what it works on by the name of another, or by "source". None where the board only shares its samples.',
      ),
    actions: z
      .array(actionSchema)
      .max(maxActions)
      .default([])
      .describe("What a board does when an event begins."),
    log: z.boolean().default(true).describe("Whether the board keeps events in its flash."),
    share: shareSchema,
  })
  .describe("An application of wasmote: from a sensor to decisions, compiled into one file.");

/** An application as its file says it, defaults filled in. */
export type Application = Omit<z.infer<typeof applicationSchema>, "stages"> & {
  stages: Record<string, StageConfig>;
};

/** A stage as the file says it. */
export type StageConfig = { type: keyof typeof stageKinds; from: string } & Readonly<Record<string, unknown>>;

/** A stage as a program writes it: defaults may be left out. */
export type StageInput = { [K in keyof StageKinds]: z.input<StageKinds[K]["schema"]> }[keyof StageKinds];

/** An application as a program writes it: defaults may be left out. */
export type ApplicationInput = Omit<z.input<typeof applicationSchema>, "stages"> & {
  readonly stages?: Readonly<Record<string, StageInput>>;
};

/**
 * An application written in a program: checked as a file is, with the types of all fields.
 *
 * @throws `application-invalid`
 */
export function defineApplication(application: ApplicationInput): ApplicationInput {
  parseApplication(application);
  return application;
}

/** The schema of application files as a JSON Schema (draft 2020-12), for editors. */
export function applicationJsonSchema(): object {
  return z.toJSONSchema(applicationSchema, { io: "input" });
}

/**
 * Reads what an application's file holds.
 *
 * @throws `application-invalid` with where it is and what is expected there
 */
export function parseApplication(found: unknown): Application {
  refuseLostNames(found);
  const parsed = applicationSchema.safeParse(found, { error: expectedText });
  return parsed.success ? (parsed.data as unknown as Application) : refuseIssues(found, parsed.error.issues);
}
