import { bytesText, thousands } from "../../figures.js";
import { frontierChart } from "../charts/frontier.js";
import { real } from "../figures.js";
import { type Markup, markup } from "../markup.js";
import type { Candidate, Frontier } from "../types.js";
import { type DataColumn, dataTable, nameMarkup } from "./data-table.js";

/** Rows of the table. */
const mostCandidates = 200;

function budgetText({ budget, candidates }: Frontier): string {
  const { ramBytes, flashBytes, latencyMillis } = budget;
  const limits = [
    ...(ramBytes === undefined ? [] : [`RAM ${bytesText(ramBytes)}`]),
    ...(flashBytes === undefined ? [] : [`flash ${bytesText(flashBytes)}`]),
    ...(latencyMillis === undefined ? [] : [`${real(latencyMillis)} ms`]),
  ];
  const fitting = candidates.filter(({ fits }) => fits).length;
  const met = `${thousands(fitting)} of ${thousands(candidates.length)} candidates meet it.`;
  return limits.length === 0 ? "There was no budget." : `The budget: ${limits.join(", ")}. ${met}`;
}

/** What the budget search weighed: error against bytes. */
export function frontierSection(frontier: Frontier): Markup {
  const { candidates, error } = frontier;
  const shown = [...candidates].sort((a, b) => a.error - b.error || a.flashBytes - b.flashBytes);
  /** A column of what some candidates tell; none where no one does. */
  const optional = (
    heading: string,
    of: (candidate: Candidate) => number | undefined,
    text: (value: number) => string,
  ): DataColumn<Candidate>[] => {
    if (candidates.every((candidate) => of(candidate) === undefined)) return [];
    const cell = (candidate: Candidate): string => {
      const value = of(candidate);
      return value === undefined ? "-" : text(value);
    };
    return [{ heading, isNumber: true, cell }];
  };
  const columns: DataColumn<Candidate>[] = [
    { heading: "candidate", cell: ({ label }) => nameMarkup(label) },
    { heading: "RAM, bytes", isNumber: true, cell: ({ ramBytes }) => thousands(ramBytes) },
    { heading: "flash, bytes", isNumber: true, cell: ({ flashBytes }) => thousands(flashBytes) },
    ...optional("MACs", ({ macs }) => macs, thousands),
    ...optional("time, ms, about", ({ latencyMillis }) => latencyMillis, real),
    { heading: error, isNumber: true, cell: (candidate) => real(candidate.error) },
    { heading: "", cell: ({ chosen, fits }) => (chosen ? "built" : fits ? "fits" : "does not fit") },
  ];
  return markup`<section id="frontier"><h2>Frontier of the search</h2><p>${budgetText(frontier)}</p>
<ul class="legend"><li><svg class="swatch" viewBox="0 0 16 12" aria-hidden="true"><g class="point"><circle cx="8" cy="6" r="4"/></g></svg>fits</li><li><svg class="swatch" viewBox="0 0 16 12" aria-hidden="true"><g class="point beside"><circle cx="8" cy="6" r="4"/></g></svg>does not fit</li><li><svg class="swatch" viewBox="0 0 16 12" aria-hidden="true"><g class="point"><circle class="ring" cx="8" cy="6" r="5.4"/><circle cx="8" cy="6" r="3"/></g></svg>built</li></ul>
<div class="columns"><figure>${frontierChart(frontier, "ramBytes")}</figure><figure>${frontierChart(frontier, "flashBytes")}</figure></div>
${dataTable("Candidates, the smallest error first", columns, shown.slice(0, mostCandidates), ({ chosen }) => (chosen ? "marked" : undefined))}</section>`;
}
