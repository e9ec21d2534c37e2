import type { Accuracy, Comparison, TensorComparison } from "../evaluate/compare-graphs.js";
import { table } from "../table.js";
import { percent, shortName, thousands } from "./figures.js";
import type { Output } from "./output.js";

/** One of the two that were compared: its file, its name, and where it ran. */
export interface ComparedSide {
  path: string;
  name: string;
  on: string;
}

/** What `compare --json` prints. An SQNR is null where there is none: where all values are equal, or those of A all 0. */
export function comparisonJson(
  { samples, tensors, byOrder, outputs, labels }: Comparison,
  [a, b]: readonly [ComparedSide, ComparedSide],
): object {
  return {
    a,
    b,
    samples,
    layersBy: byOrder ? "order" : "name",
    layers: tensors.map(tensorJson),
    outputs: outputs.map((output) => ({
      ...tensorJson(output),
      ...(output.agreement && { top1Agreement: output.agreement.top1, rows: output.agreement.rows }),
    })),
    ...(labels && { accuracy: { a: labels.reference, b: labels.candidate } }),
  };
}

function tensorJson({ sqnr, range, ...tensor }: TensorComparison & { agreement?: unknown }): object {
  const { name, operator, dtype, elements, maxError, meanError, rangeUse, saturated } = tensor;
  const equal = sqnr === Number.POSITIVE_INFINITY;
  return {
    ...{ name, operator, dtype, elements, equal, sqnrDb: equal ? null : (sqnr ?? null), maxError, meanError },
    range,
    ...(rangeUse === undefined ? {} : { rangeUse, saturated }),
  };
}

/** "34.2"; "equal" where there is no error, "-" where there is no signal. */
function decibels(sqnr: number | undefined): string {
  if (sqnr === undefined) return "-";
  return Number.isFinite(sqnr) ? sqnr.toFixed(1) : "equal";
}

/** A number of any size in few characters. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** What `compare` prints: the layers, the outputs, and with labels the accuracy of both. */
export function comparisonText(
  { samples, tensors, outputs, labels }: Comparison,
  [a, b]: readonly [ComparedSide, ComparedSide],
  { styles, width }: Pick<Output, "styles" | "width">,
): string[] {
  const { bold, dim } = styles;
  const rows = (list: readonly TensorComparison[]) =>
    list.map(({ name, operator, dtype, sqnr, maxError, meanError, range, rangeUse, saturated }) => [
      shortName(name),
      shortName(operator),
      dtype,
      decibels(sqnr),
      short(maxError),
      short(meanError),
      `${short(range[0])} to ${short(range[1])}`,
      rangeUse === undefined ? "" : percent(rangeUse, 1),
      saturated === undefined ? "" : percent(saturated, 1),
    ]);
  const columns = (first: string) =>
    [
      { heading: first, align: "left" },
      { heading: "operator", align: "left" },
      { heading: "B in", align: "left" },
      { heading: "SQNR dB", align: "right" },
      { heading: "max error", align: "right" },
      { heading: "mean error", align: "right" },
      { heading: "A's values", align: "right" },
      { heading: "codes used", align: "right" },
      { heading: "saturated", align: "right" },
    ] as const;
  const form = { width, heading: dim };
  return [
    `A: ${bold(a.name)}  ${a.path}, ${a.on}`,
    `B: ${bold(b.name)}  ${b.path}, ${b.on}`,
    `${thousands(samples)} ${samples === 1 ? "sample" : "samples"}`,
    "",
    ...(tensors.length === 0 ? [] : [...table(columns("layer"), rows(tensors), form), ""]),
    ...table(columns("output"), rows(outputs), form),
    ...outputs.flatMap(({ name, agreement }) =>
      agreement === undefined
        ? []
        : [
            "",
            `${shortName(name)}: the same class as A in ${percent(agreement.top1, 1)} of ${thousands(agreement.rows)}`,
          ],
    ),
    ...(labels === undefined ? [] : ["", accuracyText(labels, samples)]),
  ];
}

function accuracyText(
  { reference, candidate }: { reference: Accuracy; candidate: Accuracy },
  samples: number,
): string {
  const points = (candidate.accuracy - reference.accuracy) * 100;
  const change = `${points < 0 ? "" : "+"}${points.toFixed(2)} points`;
  return `accuracy on ${thousands(samples)} labels: A ${percent(reference.accuracy, 1)}, B ${percent(candidate.accuracy, 1)} (${change})`;
}
