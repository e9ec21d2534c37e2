import { thousands } from "../../figures.js";
import { shortened } from "../../visible.js";
import { part } from "../figures.js";
import { type Markup, markup } from "../markup.js";
import type { ClassReport, LabelsReport } from "../types.js";
import { labelsText } from "../words.js";
import { dataTable, nameMarkup } from "./data-table.js";

/** Classes up to which the whole matrix is drawn. */
const mostClasses = 32;

/** Letters of a class' name over a column of the matrix. */
const longestHead = 14;

/** The matrix of confusion: a table that is its own picture. */
function matrix(confusion: readonly (readonly number[])[], classes: readonly ClassReport[]): Markup {
  const heads = classes.map(({ name }) => markup`<th scope="col">${shortened(name, longestHead)}</th>`);
  const rows = confusion.map((row, label) => {
    const all = Math.max(1, classes[label]?.samples ?? 0);
    const cells = row.map((count, found) => {
      const share = count / all;
      const kind = `${found === label ? "right" : "wrong"}${share > 0.3 ? " deep" : ""}${count === 0 ? " none" : ""}`;
      return markup`<td class="${kind}" style="--v:${Math.round(Math.sqrt(share) * 1000) / 1000}">${thousands(count)}</td>`;
    });
    return markup`<tr><th scope="row">${shortened(classes[label]?.name ?? "", longestHead * 2)}</th>${cells}</tr>
`;
  });
  const caption = "Labels (rows) and the classes that were found (columns), in samples";
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table class="confusion"><caption>${caption}</caption><thead><tr><td></td>${heads}</tr></thead><tbody>
${rows}</tbody></table></div>`;
}

function classesTable(classes: readonly ClassReport[]): Markup {
  return dataTable<ClassReport>(
    "Class by class",
    [
      { heading: "class", cell: ({ name }) => nameMarkup(name) },
      { heading: "samples", isNumber: true, cell: ({ samples }) => thousands(samples) },
      { heading: "right", isNumber: true, cell: ({ right }) => thousands(right) },
      {
        heading: "recall",
        isNumber: true,
        cell: ({ right, samples }) => (samples === 0 ? "-" : part(right / samples)),
        share: ({ right, samples }) => (samples === 0 ? undefined : right / samples),
      },
      {
        heading: "recall in float",
        isNumber: true,
        cell: ({ rightInFloat, samples }) => (samples === 0 ? "-" : part(rightInFloat / samples)),
      },
      {
        heading: "precision",
        isNumber: true,
        cell: ({ right, wronglyFound }) =>
          right + wronglyFound === 0 ? "-" : part(right / (right + wronglyFound)),
      },
    ],
    classes,
  );
}

function mistakesTable(mistakes: LabelsReport["mistakes"]): Markup {
  return dataTable<LabelsReport["mistakes"][number]>(
    "The most frequent mistakes",
    [
      { heading: "label", cell: ({ label }) => nameMarkup(label) },
      { heading: "taken for", cell: ({ found }) => nameMarkup(found) },
      { heading: "samples", isNumber: true, cell: ({ samples }) => thousands(samples) },
    ],
    mistakes,
  );
}

/** What the samples of each label were taken for. */
export function labelsSection(labels: LabelsReport): Markup {
  const { confusion, classes, mistakes } = labels;
  const drawn = confusion !== undefined && classes.length <= mostClasses;
  const seen = classes.length <= mostClasses ? classes : classes.filter(({ samples }) => samples > 0);
  const picture = drawn
    ? matrix(confusion, classes)
    : markup`<p>${thousands(classes.length)} classes are too many to draw a matrix of; the most frequent mistakes are below.</p>`;
  return markup`<section id="labels"><h2>Labels</h2><p>${labelsText(labels)}.</p>
<div class="matrix">${picture}${classesTable(seen)}</div>
${mistakes.length > 0 && mistakesTable(mistakes)}</section>`;
}
