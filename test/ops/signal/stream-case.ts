import { random } from "../harness.js";
import { matchReference, type Run, type SignalCase, tensor } from "./signal-case.js";

/** A node that takes a stream [time, channels] and keeps a state of this shape. */
export function streamCase(
  operator: string,
  attributes: { readonly start: string; readonly [name: string]: unknown },
  shape: readonly number[],
  state: readonly number[],
): SignalCase {
  const started = attributes.start === "first" ? [tensor("int32", [])] : [];
  return {
    operator,
    attributes,
    inputs: [tensor("float32", shape)],
    variables: [tensor("float32", state), ...started],
  };
}

/** Samples of a stream, [time][channel]: whole numbers in short steps, so that many are alike. */
export function streamSamples(seed: number, time: number, channels: number): number[][] {
  const { integer } = random(seed);
  return Array.from({ length: time }, () => Array.from({ length: channels }, () => integer(-9, 9) / 4));
}

/** Runs of a stream, `time` rows in each. */
export function runsOf(samples: readonly (readonly number[])[], time: number): Run[] {
  return Array.from({ length: samples.length / time }, (_, run) => [
    samples.slice(run * time, (run + 1) * time).flat(),
  ]);
}

/** Rows of output 0 of the last of a stream's runs, which comes in pieces of `time` rows; every byte is the reference's. */
export async function lastRows(
  of: SignalCase,
  samples: readonly (readonly number[])[],
  time: number,
): Promise<number[][]> {
  const [output] = await matchReference(of, ...runsOf(samples, time));
  const channels = samples[0]?.length ?? 0;
  const values = Array.from(output as Float32Array);
  return Array.from({ length: values.length / channels }, (_, row) =>
    values.slice(row * channels, (row + 1) * channels),
  );
}
