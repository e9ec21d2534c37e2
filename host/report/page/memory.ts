import { bytesText, thousands } from "../../figures.js";
import { memoryMap } from "../charts/memory-map.js";
import { type Markup, markup } from "../markup.js";
import type { MemoryBlock, ModelReport } from "../types.js";
import { type DataColumn, dataTable, nameMarkup } from "./data-table.js";

/** What the kinds of blocks are, in the order of the legend. */
const kinds: Readonly<Record<MemoryBlock["kind"], string>> = {
  input: "input of the model",
  activation: "activation",
  output: "output of the model",
  scratch: "scratch memory of a step",
  state: "state, kept between runs",
};

function legend(blocks: readonly MemoryBlock[]): Markup {
  const there = Object.entries(kinds).filter(([kind]) => blocks.some((block) => block.kind === kind));
  return markup`<ul class="legend">${there.map(
    ([kind, text]) =>
      markup`<li><svg class="swatch" viewBox="0 0 16 12" aria-hidden="true"><g class="block ${kind}"><rect x="1" y="1" width="14" height="10" rx="2"/></g></svg>${text}</li>`,
  )}</ul>`;
}

const blockColumns: readonly DataColumn<MemoryBlock>[] = [
  { heading: "block", isNumber: true, cell: (_, i) => i + 1 },
  { heading: "what", cell: ({ kind }) => kind },
  { heading: "name", cell: ({ name }) => nameMarkup(name) },
  { heading: "address", isNumber: true, cell: ({ address }) => thousands(address) },
  { heading: "bytes", isNumber: true, cell: ({ bytes }) => thousands(bytes) },
  { heading: "first step", isNumber: true, cell: ({ first }) => first },
  { heading: "last step", isNumber: true, cell: ({ last }) => last },
];

const placeColumn: DataColumn<MemoryBlock> = {
  heading: "in the place of",
  cell: ({ over }) => over !== undefined && nameMarkup(over),
};

/** Linear memory over time: a map, and its figures. */
export function memorySection({ memory }: ModelReport): Markup {
  const { linearBytes, arenaBytes, boundBytes, boundStep, blocks } = memory;
  const columns = blocks.some(({ over }) => over !== undefined)
    ? [...blockColumns, placeColumn]
    : blockColumns;
  const beside = linearBytes - arenaBytes;
  return markup`<section id="memory"><h2>Memory over time</h2>
<p>${bytesText(linearBytes)} of linear memory: an arena of ${thousands(arenaBytes)}, of which step ${boundStep} needs ${thousands(boundBytes)} at once${beside > 0 && `; ${thousands(beside)} beside it for state, a step's row and what aligns them`}.</p>
<figure>${legend(blocks)}${memoryMap(memory)}<figcaption>Addresses upwards, steps from left to right. A step reads and writes what stands in its column; what is white is free.</figcaption></figure>
${dataTable("Blocks of memory, by their numbers in the picture", columns, blocks)}</section>`;
}
