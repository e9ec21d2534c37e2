import { Option } from "commander";
import type { InputReading } from "../package/manifest.js";
import { UsageError } from "./errors.js";
import type { Output } from "./output.js";

/** What the options say of the model's inputs. */
export interface InputOptions {
  mean?: number[];
  std?: number[];
  sampleRate?: number;
}

/** `--sample-rate`. */
export function sampleRateOption(description: string): Option {
  return new Option("--sample-rate <hz>", description).argParser((value) => {
    const rate = Number(value);
    if (Number.isInteger(rate) && rate > 0 && rate < 2 ** 32) return rate;
    throw new UsageError(`--sample-rate ${value} is no rate`, "Give a whole number of Hz, such as 16000.");
  });
}

/** `--mean`. */
export function meanOption(): Option {
  return new Option("--mean <numbers>", "of pixels, 0 to 255: one number, or one a channel").argParser(
    numbers("--mean", () => true),
  );
}

/** `--std`. */
export function stdOption(): Option {
  return new Option("--std <numbers>", "likewise: the real value is (pixel - mean) / std").argParser(
    numbers("--std", (value) => value > 0),
  );
}

function numbers(option: string, allowed: (value: number) => boolean): (text: string) => number[] {
  return (text) => {
    const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (values.every((value) => Number.isFinite(value) && allowed(value))) return values;
    throw new UsageError(
      `${option} ${text} is no list of numbers`,
      "Give one number, or one a channel, with commas.",
    );
  };
}

/**
 * How files are read for each of the model's inputs, by the options. Throws `UsageError` where an option fits none of
 * the inputs.
 *
 * @param shapes of the inputs, in order
 * @param channelsOf channels of the pictures that an input of that shape takes; undefined where it takes none
 * @param help the next step where they fit none
 */
function inputReadings(
  { mean, std, sampleRate }: InputOptions,
  shapes: readonly (readonly number[])[],
  channelsOf: (shape: readonly number[]) => number | undefined,
  help = "Give one number, or one for each channel of an input of height x width x 1 or 3 channels.",
): InputReading[] {
  const pixels = mean === undefined && std === undefined ? undefined : { mean: mean ?? [0], std: std ?? [1] };
  const fits = (channels: number | undefined) =>
    channels !== undefined &&
    [mean, std].every((values) => values === undefined || [1, channels].includes(values.length));
  const readings = shapes.map((shape) => ({
    ...(pixels !== undefined && fits(channelsOf(shape)) ? { pixels } : {}),
    ...(sampleRate === undefined ? {} : { sampleRate }),
  }));
  if (pixels !== undefined && !readings.some((reading) => "pixels" in reading)) {
    throw new UsageError("--mean and --std fit no input of the model", help);
  }
  return readings;
}

/** As `inputReadings`, of a model's inputs of these shapes, with a warning where numbers look wrong. */
export async function fileReadings(
  options: InputOptions,
  shapes: readonly (readonly number[])[],
  output: Output,
): Promise<InputReading[]> {
  const { coloursFirstHelp, hasColoursFirst, pictureSizeOf } = await import("../run/tensor-files/index.js");
  if (options.std?.every((std) => std < 1)) {
    output.talk(
      "warning: --mean and --std count in pixels of 0 to 255; those of 0 to 1 are to be given times 255",
    );
  }
  const help = shapes.some(hasColoursFirst) ? coloursFirstHelp : undefined;
  return inputReadings(options, shapes, (shape) => pictureSizeOf(shape)?.channels, help);
}
