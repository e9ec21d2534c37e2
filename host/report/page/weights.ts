import { thousands } from "../../figures.js";
import { histogramChart } from "../charts/histogram.js";
import { counted, part, real } from "../figures.js";
import { type Markup, markup } from "../markup.js";
import type { Histogram, LayerReport, ModelReport, WeightsReport } from "../types.js";
import { type DataColumn, dataTable, nameMarkup } from "./data-table.js";

type Weighted = { step: number; layer: LayerReport; weights: WeightsReport };

/** Layers whose weights are drawn; of more, those with the most. */
const mostPictures = 120;

/** Where the bins of a histogram begin, end, and what they hold, without the empty ones. */
function binsText({ low, high, counts }: Histogram): Markup {
  const width = (high - low) / counts.length;
  const rows = counts.flatMap((count, i) =>
    count === 0 ? [] : [markup`<tr><td>${real(low + (i + 0.5) * width)}<td>${count}`],
  );
  return markup`<details><summary>counts by value</summary><table class="bins"><thead><tr><th scope="col">around<th scope="col">weights</thead><tbody>${rows}</tbody></table></details>`;
}

function card({ step, layer, weights }: Weighted): Markup {
  const { histogram } = weights;
  return markup`<figure class="card"><figcaption><b>step ${step}</b> ${nameMarkup(layer.name)}<span class="note">${weights.storage}</span><span class="note">${counted(weights.elements, "weight")}, ${part(weights.zeros)} of them 0</span></figcaption>
${histogramChart(histogram, `step ${step}`)}<div class="ends"><span>${real(histogram.low)}</span><span>0</span><span>${real(histogram.high)}</span></div>
${binsText(histogram)}</figure>`;
}

const columns: readonly DataColumn<Weighted>[] = [
  { heading: "step", isNumber: true, cell: ({ step }) => step },
  { heading: "layer", cell: ({ layer }) => nameMarkup(layer.name) },
  { heading: "stored as", cell: ({ weights }) => weights.storage },
  { heading: "weights", isNumber: true, cell: ({ weights }) => thousands(weights.elements) },
  { heading: "smallest", isNumber: true, cell: ({ weights }) => real(weights.low) },
  { heading: "largest", isNumber: true, cell: ({ weights }) => real(weights.high) },
  { heading: "mean", isNumber: true, cell: ({ weights }) => real(weights.mean) },
  { heading: "deviation", isNumber: true, cell: ({ weights }) => real(weights.deviation) },
  {
    heading: "zeros",
    isNumber: true,
    cell: ({ weights }) => part(weights.zeros),
    share: ({ weights }) => weights.zeros,
  },
];

/** How the weights of each layer lie around 0; nothing for a model without weights. */
export function weightsSection({ layers }: ModelReport): Markup | undefined {
  const all = layers.flatMap((layer, step) =>
    layer.weights ? [{ step, layer, weights: layer.weights }] : [],
  );
  if (all.length === 0) return undefined;
  const largest = [...all].sort((a, b) => b.weights.elements - a.weights.elements).slice(0, mostPictures);
  const drawn = largest.sort((a, b) => a.step - b.step);
  const bounded = all.length > drawn.length && ` Drawn are the ${drawn.length} layers with the most weights.`;
  return markup`<section id="weights"><h2>Weights</h2>
<p>How often each value occurs among the weights that are stored, in real numbers around 0. A range that a few far values make wide leaves few steps to the others.${bounded}</p>
<div class="cards">${drawn.map(card)}</div>
${dataTable("Weights in figures", columns, all)}</section>`;
}
