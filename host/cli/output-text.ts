import { describeType, interfaceType } from "../graph/tensor.js";
import type { ManifestTensor } from "../package/manifest.js";
import type { Styles } from "./styles.js";
import { shortName } from "./table.js";

const topClasses = 5;
const shownValues = 8;
const shownFrames = 10;

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
      const values = decodeReals(bytes, tensor);
      lines.push(...(isClassifier(tensor) ? classLines(values, tensor.labels) : summaryLines(values)));
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
  return (shape.length === 1 || shape.length === 2) && shape.at(-1)! > 1;
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

function summaryLines(values: readonly number[]): string[] {
  if (values.length === 1) return [`  ${number(values[0]!)}`];
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const first = values.slice(0, shownValues).map(number).join(" ");
  return [
    `  ${values.length} values, ${number(low)} to ${number(high)}, mean ${number(mean)}`,
    `  ${first}${values.length > shownValues ? " ..." : ""}`,
  ];
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
