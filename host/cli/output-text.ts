import { describeType, interfaceType } from "../graph/tensor.js";
import type { ManifestTensor } from "../package/manifest.js";
import { shortName } from "./figures.js";
import type { Styles } from "./styles.js";

const topClasses = 5;
const shownValues = 8;
const shownFrames = 10;
/** More values in a row than this are no classes. */
const mostClasses = 65_536;
/** Decoded at once: a multiple of every element's size. */
const decodedBytes = 65_536;

/**
 * What `run` prints without --output. One row of several values, as a classifier has, is shown as its highest
 * values; anything else as its range and first values.
 */
export async function outputText(
  outputs: readonly ManifestTensor[],
  results: readonly (readonly Uint8Array[])[],
  styles: Styles,
): Promise<string[]> {
  const { decodeReals } = await import("../run/tensor-files/index.js");
  const lines: string[] = [];
  for (const [i, tensor] of outputs.entries()) {
    const frames = results[i]!;
    if (i > 0) lines.push("");
    lines.push(`${styles.bold(tensor.name)}  ${describeType(interfaceType(tensor))}`);
    for (const [frame, bytes] of frames.slice(0, shownFrames).entries()) {
      if (frames.length > 1) lines.push(styles.dim(`frame ${frame + 1} of ${frames.length}`));
      lines.push(
        ...(tensor.texts !== undefined
          ? textLines(decodeReals(bytes, tensor), tensor.texts)
          : isClassifier(tensor)
            ? classLines(decodeReals(bytes, tensor), tensor.labels)
            : summaryLines(bytes, (part) => decodeReals(part, tensor))),
      );
    }
    if (frames.length > shownFrames) {
      lines.push(styles.dim(`${frames.length - shownFrames} more frames: --json or --output gives them all`));
    }
  }
  return lines;
}

function isClassifier(tensor: ManifestTensor): boolean {
  const { shape } = tensor;
  if (shape.length === 2 && shape[0] !== 1) return false;
  const classes = shape.at(-1) ?? 0;
  return (shape.length === 1 || shape.length === 2) && classes > 1 && classes <= mostClasses;
}

function classLines(values: readonly number[], labels: readonly string[] | undefined): string[] {
  const ranked = values
    .map((value, index) => ({ value, name: shortName(labels?.[index] ?? `class ${index}`) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, topClasses);
  const width = Math.max(...ranked.map(({ name }) => name.length));
  const more = values.length - ranked.length;
  return [
    ...ranked.map(({ name, value }) => `  ${name.padEnd(width)}  ${number(value)}`),
    ...(more > 0 ? [`  and ${more} more classes`] : []),
  ];
}

/** The first numbers with the texts that they stand for. */
function textLines(values: readonly number[], texts: readonly string[]): string[] {
  const shown = values.slice(0, shownValues).map((value) => `  ${shortName(texts[value] ?? "?")}  ${value}`);
  const more = values.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** Range, mean and first values, decoded part by part: there may be millions of them. */
function summaryLines(bytes: Uint8Array, decode: (part: Uint8Array) => number[]): string[] {
  const first = decode(bytes.subarray(0, decodedBytes));
  let [low, high, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let at = 0; at < bytes.length; at += decodedBytes) {
    for (const value of decode(bytes.subarray(at, at + decodedBytes))) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
      count++;
    }
  }
  if (count === 1) return [`  ${number(first[0]!)}`];
  const shownFirst = first.slice(0, shownValues).map(number).join(" ");
  return [
    `  ${count} values, ${number(low)} to ${number(high)}, mean ${number(sum / count)}`,
    `  ${shownFirst}${count > shownValues ? " ..." : ""}`,
  ];
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
