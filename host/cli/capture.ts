import { type Command, InvalidArgumentError, Option } from "commander";
import type { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import { type AppSection, decodeApp } from "../package/app.js";
import { withBoard } from "./board-line.js";
import { keyOption, portOption, wholeNumber } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { bytesText, thousands } from "./figures.js";
import { makeFolder, writeNewFile } from "./files.js";
import { addHelp } from "./help.js";
import { readPrivateKeyFile } from "./key-files.js";
import type { Output } from "./output.js";
import {
  nextNumber,
  requireLabel,
  type SampleFormat,
  sampleFile,
  sampleFormat,
  sampleFormats,
  samplePath,
} from "./sample-files.js";

interface CaptureOptions {
  port?: string;
  seconds: number;
  label: string;
  repeat: number;
  out: string;
  format?: SampleFormat;
  allowGaps?: boolean;
  key?: string;
  json?: boolean;
}

const help = `
The board's application gives the samples of its own source, where its file says so (share.capture); meanwhile it does not run. A file of
nothing but a source will do, before there is a model: wasmote app init --capture. Each sample is a file of its own, LABEL.NUMBER.wav for
one channel from 4000 samples a second on, else LABEL.NUMBER.npy (int16, times x channels); none is replaced.
Whether the line is fast enough is measured first. Where samples are lost all the same, nothing is written of that sample; with
--allow-gaps each stretch without a gap is a file.

Example: wasmote capture pico --seconds 2 --label yes --repeat 10 -o data/`;

const mostSeconds = 3600;

function duration(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= mostSeconds) return value;
  throw new InvalidArgumentError(`It must be a number of seconds up to ${mostSeconds}.`);
}

/** Adds the command `capture` to the program. */
export function registerCapture(program: Command, output: Output): void {
  const command = program
    .command("capture")
    .description("Record labelled samples from a board's own sensor.")
    .argument("[board]", "the board at the port: a board of `wasmote boards`")
    .addOption(
      new Option("--port <port>", `${portOption().description}; auto by default where a board is named`),
    )
    .addOption(new Option("--seconds <n>", "how long a sample is").argParser(duration).default(1))
    .requiredOption("--label <name>", "what it is a sample of: files are named after it")
    .addOption(
      new Option("--repeat <n>", "how many samples, one after the other").argParser(wholeNumber).default(1),
    )
    .option("-o, --out <dir>", "where they are written; folders are made", ".")
    .addOption(new Option("--format <name>", "how they are written").choices(sampleFormats))
    .option("--allow-gaps", "write each stretch without a gap, where samples are lost")
    .addOption(keyOption())
    .option("--json", "print the files as JSON")
    .action((board: string | undefined, options: CaptureOptions) => capture(board, options, output));
  addHelp(command, help);
}

/** A file that was written. */
interface Written {
  file: string;
  label: string;
  seconds: number;
  samples: number;
  rate: number;
  channels: number;
}

async function capture(board: string | undefined, options: CaptureOptions, output: Output): Promise<void> {
  requireLabel(options.label);
  if (board === undefined && options.port === undefined)
    throw new UsageError(
      "no board is named",
      "Name one behind the command, or give --port PORT for a connected board.",
    );
  const key = await readPrivateKeyFile(options.key, output);
  const port = options.port ?? "auto";
  await withBoard({ on: board, port }, output, async (device) => {
    const { unlock } = await import("../device/unlock.js");
    await unlock(device, key);
    const { source, hop } = await startCapture(device);
    const written: Written[] = [];
    try {
      const format = sampleFormat(source, options.format);
      await requireFastLine(device, source, hop);
      for (let i = 0; i < options.repeat; i++) {
        const which = options.repeat === 1 ? "" : ` ${i + 1} of ${options.repeat}`;
        output.talk(`recording ${options.label}${which}: ${options.seconds} s`);
        const found = await record(device, { source, hop }, options, format);
        for (const each of found) output.talk(`wrote ${each.file}: ${each.seconds} s`);
        written.push(...found);
      }
    } finally {
      await device.capture(false).catch(() => undefined);
    }
    if (options.json) output.json({ files: written });
    else
      output.data([
        `${thousands(written.length)} ${written.length === 1 ? "file" : "files"} of ${source.channels} ${source.channels === 1 ? "channel" : "channels"}, ${source.rate} samples a second`,
      ]);
  });
}

/** Has the board give its samples. Throws `board-no-application`, `board-not-capturing`, what the board answers. */
async function startCapture(device: Device): Promise<Pick<AppSection, "source" | "hop">> {
  const { state } = await device.application();
  if (state === "none") throw new WasmoteError("board-no-application", device.name);
  const { source, hop, share } = decodeApp(await device.applicationSection());
  if (!share.capture) throw new WasmoteError("board-not-capturing", `${device.name} does not share them`);
  const begun = await device.capture(true);
  if (begun.state === "capturing") return { source, hop };
  const why =
    source.driver === "none"
      ? "its samples come over the link"
      : begun.refused === null
        ? `the board has no source "${source.driver}"`
        : `the source "${source.driver}" refuses its ${begun.refused}`;
  throw new WasmoteError("board-not-capturing", `${device.name}: ${why}`);
}

/** Throws `board-line-slow`, with figures, where samples come faster than the line brings them. */
async function requireFastLine(
  device: Device,
  { rate, channels }: AppSection["source"],
  hop: number,
): Promise<void> {
  const brings = await device.samplesRate(2 * hop * channels);
  const needed = 2 * rate * channels;
  if (brings === undefined || brings >= needed) return;
  throw new WasmoteError(
    "board-line-slow",
    `${device.name} brings ${bytesText(Math.floor(brings))} a second, and ${bytesText(Math.ceil(needed))} come; some ${thousands(Math.floor(brings / (2 * channels)))} samples a second would do`,
  );
}

/** Records one sample, and writes its files. */
async function record(
  device: Device,
  { source, hop }: Pick<AppSection, "source" | "hop">,
  { seconds, label, out, allowGaps }: CaptureOptions,
  format: SampleFormat,
): Promise<Written[]> {
  const { rate, channels } = source;
  const moments = Math.max(1, Math.round(seconds * rate));
  await device.capture(true);
  const { stretches, ended } = await device.captured(source, hop, moments, allowGaps ? moments : 0);
  const came = stretches.reduce((sum, { samples }) => sum + samples.length / channels, 0);
  if (ended && (!allowGaps || came === 0))
    throw new WasmoteError("capture-incomplete", `the source ended after ${came} of ${moments} samples`);
  await makeFolder(out);
  const written: Written[] = [];
  for (const { samples } of stretches) {
    const bytes = sampleFile(samples, source, format);
    const file = await writeNumbered(out, label, format, bytes);
    const count = samples.length / channels;
    written.push({ file, label, seconds: count / rate, samples: count, rate, channels });
  }
  return written;
}

/** Writes a file under the next number that is free. */
async function writeNumbered(
  folder: string,
  label: string,
  format: SampleFormat,
  bytes: Uint8Array,
): Promise<string> {
  for (let number = await nextNumber(folder, label); ; number++) {
    const path = samplePath(folder, label, number, format);
    if (await writeNewFile(path, bytes)) return path;
  }
}
