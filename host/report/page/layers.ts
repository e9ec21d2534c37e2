import { thousands } from "../../figures.js";
import { describeType } from "../../graph/tensor.js";
import { shortened } from "../../visible.js";
import { stepBars } from "../charts/step-bars.js";
import { decibels, part, real } from "../figures.js";
import { type Markup, markup } from "../markup.js";
import type { LayerReport, ModelReport } from "../types.js";
import { furthestLayers } from "../words.js";
import { type DataColumn, dataTable, nameMarkup } from "./data-table.js";

/** Letters of a layer's name that a pointer over a bar shows. */
const longestTooltip = 200;

/** Layers that stand out as the furthest from the float model. */
const markedLayers = 3;

function errorBars({ layers }: ModelReport, marked: readonly number[]): Markup {
  const exact = [...layers.keys()].filter((step) => layers[step]?.error?.exact);
  return stepBars({
    heading: "SQNR, dB: higher is nearer to the float model",
    description: `Signal-to-quantization-noise ratio of each layer's output.${marked.length > 0 ? ` Lowest at step ${marked.join(", ")}.` : ""}`,
    values: layers.map(({ error }) => error?.sqnr),
    beyond: new Set(exact),
    marked: new Set(marked),
    tooltip: (step) =>
      `step ${step}: ${shortened(layers[step]!.name, longestTooltip)}\nSQNR ${decibels(layers[step]!.error ?? {})}`,
  });
}

/** What a layer costs in one respect. */
interface Cost {
  /** What is counted, over the picture and in the table. */
  heading: string;
  short: string;
  of(layer: LayerReport, step: number): number;
}

function costsOf({ measured, memory }: ModelReport): Cost[] {
  const costs: Cost[] = [
    { heading: "multiply-accumulates", short: "MACs", of: ({ macs }) => macs },
    { heading: "weights that it reads, bytes", short: "weight bytes", of: ({ weightBytes }) => weightBytes },
    {
      heading: "linear memory that it needs, bytes",
      short: "memory bytes",
      of: (_, step) => memory.aliveBytes[step] ?? 0,
    },
  ];
  if (measured === undefined) return costs;
  const { unit, on } = measured;
  return [...costs, { heading: `${unit} on ${on}`, short: unit, of: ({ cost = 0 }) => cost }];
}

function costBars({ heading, of }: Cost, layers: readonly LayerReport[]): Markup {
  const values = layers.map(of);
  return stepBars({
    heading,
    description: `Of each layer: ${heading}.`,
    values,
    tooltip: (step) =>
      `step ${step}: ${shortened(layers[step]!.name, longestTooltip)}\n${heading}: ${thousands(values[step] ?? 0)}`,
  });
}

/** Columns of costs have bars: parts of the most costly layer. */
function costColumn({ short, of }: Cost, layers: readonly LayerReport[]): DataColumn<LayerReport> {
  const most = Math.max(1, ...layers.map(of));
  return {
    heading: short,
    isNumber: true,
    cell: (layer, step) => thousands(of(layer, step)),
    share: (layer, step) => of(layer, step) / most,
  };
}

function errorColumns(layers: readonly LayerReport[]): DataColumn<LayerReport>[] {
  const most = Math.max(1, ...layers.map(({ error }) => error?.sqnr ?? 0));
  const share = ({ error }: LayerReport): number | undefined =>
    error === undefined ? undefined : error.exact ? 1 : Math.max(0, (error.sqnr ?? 0) / most);
  return [
    { heading: "SQNR, dB", isNumber: true, cell: ({ error }) => (error ? decibels(error) : "-"), share },
    {
      heading: "range used",
      isNumber: true,
      cell: ({ error }) => part(error?.rangeUse),
      share: ({ error }) => error?.rangeUse,
    },
    { heading: "clipped", isNumber: true, cell: ({ error }) => part(error?.saturated) },
    { heading: "mean error", isNumber: true, cell: ({ error }) => (error ? real(error.meanError) : "-") },
  ];
}

function captionOf({ layers, accuracy }: ModelReport): string {
  const notes = ["One bar for each step, in the order in which they run."];
  if (layers.some(({ error }) => error?.exact))
    notes.push("A hollow bar as high as the picture: all values are the float model's.");
  if (accuracy && layers.some(({ error }) => error === undefined))
    notes.push("Without a bar: the float model has no tensor of that name and shape.");
  return notes.join(" ");
}

/** Error and cost of every layer: bars one below the other, then the figures. */
export function layersSection(report: ModelReport): Markup {
  const { layers, accuracy } = report;
  const costs = costsOf(report);
  const marked = accuracy === undefined ? [] : furthestLayers(report, markedLayers);
  const lowest = marked.map(
    (step) =>
      markup`<li>step ${step}, ${nameMarkup(layers[step]!.name)}: ${decibels(layers[step]!.error!)} dB</li>`,
  );
  const columns: DataColumn<LayerReport>[] = [
    { heading: "step", isNumber: true, cell: (_, step) => step },
    { heading: "layer", cell: ({ name }) => nameMarkup(name) },
    { heading: "operator", cell: ({ operator }) => operator },
    { heading: "output", cell: ({ dtype, shape }) => (dtype && shape ? describeType({ dtype, shape }) : "") },
    ...costs.map((cost) => costColumn(cost, layers)),
    ...(accuracy ? errorColumns(layers) : []),
  ];
  return markup`<section id="layers"><h2>Layers: ${accuracy ? "error and cost" : "cost"}</h2>
${lowest.length > 0 && markup`<p>Furthest from the float model, in orange:</p><ul class="lowest">${lowest}</ul>`}
<figure>${accuracy && errorBars(report, marked)}${costs.map((cost) => costBars(cost, layers))}<figcaption>${captionOf(report)}</figcaption></figure>
${dataTable("The same in figures", columns, layers, (_, step) => (marked.includes(step) ? "marked" : undefined))}</section>`;
}
