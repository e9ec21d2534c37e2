import { bytesText, thousands } from "../../figures.js";
import { describeType } from "../../graph/tensor.js";
import { counted, decibels, part, real } from "../figures.js";
import { type Content, type Markup, markup } from "../markup.js";
import type { FitReport, ModelReport, OutputReport } from "../types.js";
import { dataText, labelsText } from "../words.js";
import { dataTable, nameMarkup } from "./data-table.js";

function tile(label: string, value: Content, note: Content): Markup {
  return markup`<div class="tile"><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

/** The figures that are read first. */
export function tiles({
  accuracy,
  memory,
  fileBytes,
  codeBytes,
  weightBytes,
  macs,
  layers,
}: ModelReport): Markup {
  const output = accuracy?.outputs[0];
  const labels = accuracy?.labels;
  return markup`<dl class="tiles">${[
    labels && tile("accuracy", part(labels.accuracy), `float model ${part(labels.accuracyInFloat)}`),
    output?.agreement &&
      tile("same class as float", part(output.agreement.top1), `of ${counted(output.agreement.rows, "row")}`),
    output &&
      tile(
        "SQNR at the output",
        output.error.exact ? "exact" : markup`${decibels(output.error)}<small> dB</small>`,
        `mean error ${real(output.error.meanError)}`,
      ),
    tile(
      "RAM, linear memory",
      markup`${thousands(memory.linearBytes)}<small> bytes</small>`,
      `least of this order ${thousands(memory.boundBytes)}`,
    ),
    tile(
      "flash, the file",
      markup`${thousands(fileBytes)}<small> bytes</small>`,
      `weights ${thousands(weightBytes)}, code ${thousands(codeBytes)}`,
    ),
    tile("multiply-accumulates", thousands(macs), `in ${counted(layers.length, "step")}`),
  ]}</dl>`;
}

/** Whether it fits the board, with a bar for each figure. */
export function fitSection({ board, fits, figures }: FitReport): Markup {
  return markup`<section id="board"><h2>Board</h2><p class="verdict ${fits ? "fits" : "misfits"}">${fits ? "Fits" : "Does not fit"} ${board}.</p>
${dataTable(
  "What it needs of the board, and what is there",
  [
    { heading: "", cell: ({ what }) => what },
    {
      heading: "needed, bytes",
      isNumber: true,
      cell: ({ neededBytes }) => thousands(neededBytes),
      share: ({ neededBytes, availableBytes }) => Math.min(1, neededBytes / Math.max(1, availableBytes)),
    },
    { heading: "available, bytes", isNumber: true, cell: ({ availableBytes }) => thousands(availableBytes) },
    {
      heading: "used",
      isNumber: true,
      cell: ({ neededBytes, availableBytes }) => part(neededBytes / Math.max(1, availableBytes)),
    },
  ],
  figures,
)}</section>`;
}

/** How near the outputs are to the float model's, and on what that was measured. */
export function accuracySection({ data, outputs, labels }: NonNullable<ModelReport["accuracy"]>): Markup {
  return markup`<section id="accuracy"><h2>Accuracy</h2><p>${dataText(data)}</p>${labels && markup`<p>${labelsText(labels)}.</p>`}
${dataTable<OutputReport>(
  "Outputs, against the float model's",
  [
    { heading: "output", cell: ({ name }) => nameMarkup(name) },
    { heading: "type", cell: (output) => describeType(output) },
    { heading: "same class", isNumber: true, cell: ({ agreement }) => part(agreement?.top1) },
    { heading: "SQNR, dB", isNumber: true, cell: ({ error }) => decibels(error) },
    { heading: "mean error", isNumber: true, cell: ({ error }) => real(error.meanError) },
    { heading: "largest error", isNumber: true, cell: ({ error }) => real(error.maxError) },
    {
      heading: "values in float",
      isNumber: true,
      cell: ({ error }) => `${real(error.range[0])} to ${real(error.range[1])}`,
    },
    { heading: "range used", isNumber: true, cell: ({ error }) => part(error.rangeUse) },
  ],
  outputs,
)}</section>`;
}

/** What the file and memory are made of, where nothing was compared. */
export function sizesText({ fileBytes, memory }: ModelReport): string {
  return `${bytesText(fileBytes)} of flash, ${bytesText(memory.linearBytes)} of linear memory`;
}
