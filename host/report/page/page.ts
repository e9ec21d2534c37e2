import { shortened } from "../../visible.js";
import { Markup, markup } from "../markup.js";
import type { ModelReport } from "../types.js";
import { frontierSection } from "./frontier.js";
import { labelsSection } from "./labels.js";
import { layersSection } from "./layers.js";
import { memorySection } from "./memory.js";
import { style } from "./style.js";
import { accuracySection, fitSection, tiles } from "./summary.js";
import { weightsSection } from "./weights.js";

/** Letters of the model's name in headings. */
const longestName = 80;

/** Nothing is loaded and nothing runs, whatever a model's names hold. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A link to each section that is there, by their ids and the texts of their headings. */
function contents(sections: readonly Markup[]): Markup {
  const links = sections.flatMap(({ text }) => {
    const [, id, heading] = /^<section id="(\w+)"><h2>([^<:]*)/.exec(text) ?? [];
    return id === undefined ? [] : [markup`<li><a href="#${id}">${new Markup(heading ?? "")}</a></li>`];
  });
  return markup`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}

/**
 * A report as one HTML page that refers to nothing outside of it and runs no script: pictures are SVG, each with its figures
 * in a table; in a light and in a dark theme, and for paper. All names in it are texts.
 */
export function reportPage(report: ModelReport): string {
  const { accuracy, frontier, fit } = report;
  const name = shortened(report.model, longestName);
  const kind = accuracy ? "accuracy, memory and cost" : "memory and cost";
  const sections = [
    fit && fitSection(fit),
    accuracy && accuracySection(accuracy),
    layersSection(report),
    memorySection(report),
    weightsSection(report),
    frontier && frontierSection(frontier),
    accuracy?.labels && labelsSection(accuracy.labels),
  ].filter((section) => section !== undefined);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}: ${kind}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header><p class="note">wasmote report: ${kind}</p><h1>${name}</h1></header>
${contents(sections)}
<main>
${tiles(report)}
${sections.map(
  (section) => markup`${section}
`,
)}</main>
</body>
</html>
`.text;
}
