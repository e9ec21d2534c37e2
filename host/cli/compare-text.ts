import type { BenchReport } from "../bench/index.js";
import { table } from "../table.js";
import { bytesText, shortName, thousands } from "./figures.js";
import type { Output } from "./output.js";

/** How often `base` is what `other` is: "1.83". */
function ratio(base: number, other: number): string {
  return other === 0 ? "-" : (base / other).toFixed(2);
}

/** Title of a report: what ran where. */
function title({ model, on, tier }: BenchReport): string {
  return `${model} on ${on}, ${tier} tier`;
}

/**
 * Two reports beside each other, step by step where they have the same steps. The ratio is the first's count divided by
 * the second's: above 1 the second is faster.
 */
export function compareText(base: BenchReport, other: BenchReport, output: Output): string[] {
  const { bold, dim } = output.styles;
  const same = base.steps.length === other.steps.length;
  const steps = same ? base.steps : [];
  const rows = table(
    [
      { heading: "step", align: "left" },
      { heading: "operator", align: "left" },
      { heading: `1: ${base.unit}`, align: "right" },
      { heading: `2: ${other.unit}`, align: "right" },
      { heading: "1 / 2", align: "right" },
    ],
    [
      ...steps.map((step, i) => {
        const second = other.steps[i]?.count ?? 0;
        return [
          shortName(step.name),
          shortName(step.operator),
          thousands(step.count),
          thousands(second),
          ratio(step.count, second),
        ];
      }),
      ["whole inference", "", thousands(base.total), thousands(other.total), ratio(base.total, other.total)],
    ],
    { width: output.width, heading: dim, last: bold },
  );
  const memory = (report: BenchReport): string =>
    `linear memory ${bytesText(report.memory.linearBytes)}, file ${bytesText(report.memory.flashBytes)}`;
  return [
    `1: ${bold(title(base))}; ${memory(base)}`,
    `2: ${bold(title(other))}; ${memory(other)}`,
    ...(same ? [] : ["the two have different steps, so only the whole is compared"]),
    "",
    ...rows,
  ];
}
