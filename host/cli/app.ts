import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { ApplicationInput } from "../app/schema.js";
import { WasmoteError } from "../errors.js";
import { buildFromFile } from "./app-file.js";
import { ofNoUse, UsageError } from "./errors.js";
import { bytesText } from "./figures.js";
import { makeFolder, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";

const sources = ["microphone", "adc", "imu", "link"] as const;

/** Front ends by what their models were trained with, as stages. */
const frontEnds = {
  "micro-speech": { type: "micro-frontend", from: "source", tables: "operators" },
  microwakeword: { type: "micro-frontend", from: "source", stride: "10 ms" },
  "mlperf-tiny": { type: "mfcc", from: "source" },
  "edge-impulse-mfcc": { type: "mfcc", from: "source", preset: "edge-impulse" },
  "edge-impulse-mfe": { type: "log-mel", from: "source", preset: "edge-impulse" },
  "edge-impulse-spectral": { type: "spectral-features", from: "source" },
  statistics: { type: "statistics", from: "source", window: "1 s", stride: "500 ms" },
  none: undefined,
} as const;

type FrontEnd = keyof typeof frontEnds;

/** Classes that nobody wants to be told of. */
const background = ["silence", "unknown", "noise", "other", "background", "_silence_", "_unknown_"];

interface AppOptions {
  name?: string;
  source?: (typeof sources)[number];
  rate?: number;
  frontEnd?: FrontEnd;
  model?: string;
  classes?: readonly string[];
  event?: string[];
  over: number;
  pin?: number;
  capture?: boolean;
  force?: boolean;
}

const help = `
init writes the file of an application with one model. What is not given is asked for on a terminal, and has its default elsewhere.
--capture writes one of nothing but a source, whose samples \`wasmote capture\` records: before there is a model.
The file is built to see whether its stages fit. What does not is told as an error; the file is there all the same, to be changed.
Front ends are named after what models were trained with; any other settings: docs/applications.md.

Example: wasmote app init app.json --source microphone --front-end micro-speech --model words.tflite --classes silence,unknown,yes,no`;

const numberWithin = (least: number, most: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most && (!whole || Number.isInteger(value)))
    return value;
  throw new InvalidArgumentError(
    `"${text}" is no ${whole ? "whole number" : "number"} from ${least} to ${most}.`,
  );
};

const listOf = (text: string): string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new InvalidArgumentError(`"${text}" has an empty name.`);
};

/** Adds the command `app` to the program. */
export function registerApp(program: Command, output: Output): void {
  const command = program
    .command("app")
    .description("Begin an application: app init writes its file.")
    .addArgument(new Argument("<action>", "what to do").choices(["init"]))
    .argument("[file]", "the file to write; folders are made", "app.json")
    .option("--name <name>", "the application's name; its folder's by default")
    .addOption(
      new Option("--source <kind>", "where samples come from; microphone by default").choices(sources),
    )
    .addOption(
      new Option("--rate <hz>", "samples a second; 16000 of a microphone, else 100 by default").argParser(
        numberWithin(1e-3, 4e6, false),
      ),
    )
    .addOption(
      new Option(
        "--front-end <name>",
        "what the model takes; micro-speech of a microphone, else statistics by default",
      ).choices(Object.keys(frontEnds)),
    )
    .option("--model <file>", "the model: .tflite, .onnx, .keras, ...")
    .addOption(new Option("--classes <names>", "names of the model's scores: a,b,c").argParser(listOf))
    .option("--event <name...>", "classes that are events; all but silence, noise and the like by default")
    .addOption(
      new Option("--over <level>", "the score from which an event begins")
        .argParser(numberWithin(-3e38, 3e38, false))
        .default(0.8),
    )
    .addOption(
      new Option("--pin <number>", "a pin that rises while the first event lasts").argParser(
        numberWithin(0, 255, true),
      ),
    )
    .option("--capture", "a source alone, to record samples from")
    .option("--force", "replace a file that is there")
    .action((_: string, file: string, options: AppOptions) => init(file, options, output));
  addHelp(command, help);
}

/** Asks for what is missing, where somebody can answer. */
async function askedFor(options: AppOptions): Promise<AppOptions> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return options;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ask = async <T>(
    text: string,
    given: T | undefined,
    read: (answer: string) => T,
    byDefault: string,
  ): Promise<T> => {
    for (let value = given; ; ) {
      if (value !== undefined) return value;
      const answer = (await lines.question(`${text}${byDefault === "" ? "" : ` [${byDefault}]`}: `)).trim();
      try {
        value = read(answer === "" ? byDefault : answer);
      } catch (error) {
        process.stderr.write(`${(error as Error).message}\n`);
      }
    }
  };
  const oneOf =
    <T extends string>(choices: readonly T[]) =>
    (answer: string): T => {
      if ((choices as readonly string[]).includes(answer)) return answer as T;
      throw new Error(`one of ${choices.join(", ")} is expected`);
    };
  try {
    const source = await ask(
      `Where do samples come from (${sources.join(", ")})`,
      options.source,
      oneOf(sources),
      "microphone",
    );
    const isSound = source === "microphone";
    const rate = await ask(
      "Samples a second",
      options.rate,
      numberWithin(1e-3, 4e6, false),
      isSound ? "16000" : "100",
    );
    const names = Object.keys(frontEnds) as FrontEnd[];
    const frontEnd = await ask(
      `Front end (${names.join(", ")})`,
      options.frontEnd,
      oneOf(names),
      isSound ? "micro-speech" : "statistics",
    );
    const exists = (answer: string): string => {
      if (existsSync(answer)) return answer;
      throw new Error("there is no such file");
    };
    const model = await ask("The model's file", options.model, exists, "");
    const classes = await ask<readonly string[]>(
      "Names of its scores, in order, with commas",
      options.classes,
      listOf,
      "",
    );
    return { ...options, source, rate, frontEnd, model, classes };
  } finally {
    lines.close();
  }
}

/** What every application begins with: its name, and its source. */
function beginningOf(file: string, options: AppOptions) {
  const { source = "microphone" } = options;
  const { rate = source === "microphone" ? 16_000 : 100 } = options;
  return {
    $schema: "node_modules/wasmote/docs/app.schema.json",
    name: options.name ?? basename(dirname(resolve(file))),
    source:
      source === "imu"
        ? { type: source, rate, chip: "mpu6050", axes: 3 }
        : source === "adc"
          ? { type: source, rate, pin: 26 }
          : { type: source, rate },
  };
}

/** Throws `UsageError` for what is said of a model, where there is none. */
function requireNoModel({ model, classes, frontEnd, event, pin }: AppOptions): void {
  const given = {
    "--model": model,
    "--classes": classes,
    "--front-end": frontEnd,
    "--event": event,
    "--pin": pin,
  };
  for (const [option, value] of Object.entries(given))
    if (value !== undefined) throw ofNoUse(option, "--capture writes a source alone");
}

/** The application that the options say. */
function applicationOf(file: string, options: AppOptions, model: string): ApplicationInput {
  const { source = "microphone", classes = [], over, pin } = options;
  const isSound = source === "microphone";
  const { frontEnd = isSound ? "micro-speech" : "statistics" } = options;
  const events = options.event ?? classes.filter((name) => !background.includes(name.toLowerCase()));
  const named = events.length > 0 ? events : ["event"];
  const begin = frontEnds[frontEnd];
  const from = begin === undefined ? "source" : "features";
  const path = relative(dirname(resolve(file)), resolve(model)).replaceAll("\\", "/");
  const refractory = "1 s";
  const application = {
    ...beginningOf(file, options),
    ...(begin === undefined && { hop: isSound ? "20 ms" : "100 ms" }),
    stages: {
      ...(begin === undefined ? {} : { features: begin }),
      scores: { type: "model", from, file: path, ...(classes.length > 0 && { classes: [...classes] }) },
      decision: {
        type: "decision",
        from: "scores",
        ...(classes.length > 1 && { highest: true }),
        events: Object.fromEntries(
          named.map((name, i) => [name, { ...(classes.length === 0 && { class: i }), over, refractory }]),
        ),
      },
    },
    ...(pin === undefined ? {} : { actions: [{ on: named[0] as string, do: "gpio", pin }] }),
  };
  return application as ApplicationInput;
}

async function init(file: string, given: AppOptions, output: Output): Promise<void> {
  if (existsSync(file) && given.force !== true)
    throw new UsageError(`${file} is there already`, "Give another name, or --force to replace it.");
  if (given.capture === true) {
    requireNoModel(given);
    const application = {
      ...beginningOf(file, given),
      log: false,
      share: { capture: true },
    } as ApplicationInput;
    await writeApplication(file, application, output, [
      `next: wasmote build ${file} -o app.wasm`,
      "      wasmote push app.wasm --port auto",
      "      wasmote capture --port auto --label NAME -o data",
    ]);
    return;
  }
  const options = await askedFor(given);
  if (options.model === undefined)
    throw new UsageError(
      "no model is named",
      "Give --model FILE; on a terminal, init asks for what is missing.",
    );
  if (!existsSync(options.model))
    throw new WasmoteError("file-unreadable", "it does not exist", { file: options.model });
  const application = applicationOf(file, options, options.model);
  await writeApplication(file, application, output, [`next: wasmote simulate ${file} --input RECORDING.wav`]);
}

/** Writes the file, and tells what comes next. Throws what building it throws, of a file that is there to be changed. */
async function writeApplication(
  file: string,
  application: ApplicationInput,
  output: Output,
  next: readonly string[],
): Promise<void> {
  const { parseApplication } = await import("../app/schema.js");
  parseApplication(application);
  const bytes = new TextEncoder().encode(`${JSON.stringify(application, null, 2)}\n`);
  await makeFolder(dirname(file));
  await writeFilesAtomically([{ path: file, bytes }]);
  output.talk(`wrote ${file}`);
  const { wasm, manifest } = await buildFromFile(file, bytes, undefined).catch((error: unknown) => {
    output.talk("it does not build yet");
    throw error;
  });
  output.data([
    `it builds: a file of ${bytesText(wasm.length)}, linear memory of ${bytesText(manifest.memoryBytes)}`,
    ...next,
  ]);
}
