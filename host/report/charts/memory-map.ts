import { bytesText, thousands } from "../../figures.js";
import { shortened } from "../../visible.js";
import { type Markup, markup } from "../markup.js";
import type { MemoryBlock, MemoryReport } from "../types.js";
import { at, chart, gridLines, plotLeft, plotWidth, StepAxis, ticks } from "./axes.js";

const top = 26;
const plotHeight = 330;

/** Units that a letter of a block's label is wide, and that a line needs. */
const letter = 6.4;
const line = 13;

/** "steps 3 to 7", "step 3". */
export function stepsText({ first, last }: MemoryBlock): string {
  return first === last ? `step ${first}` : `steps ${first} to ${last}`;
}

/** Whether another block takes over some of a block's memory at the last step that needs it. */
function isTakenOver(block: MemoryBlock, blocks: readonly MemoryBlock[]): boolean {
  return blocks.some(
    (other) =>
      other.over !== undefined &&
      other !== block &&
      other.first === block.last &&
      other.address < block.address + block.bytes &&
      block.address < other.address + other.bytes,
  );
}

/**
 * Linear memory as a picture: addresses upwards, steps from left to right, a rectangle for whatever lies there. Blocks bear
 * the numbers that they have in the table, from 1.
 */
export function memoryMap({ linearBytes, boundStep, aliveBytes, blocks }: MemoryReport): Markup {
  const axis = new StepAxis(aliveBytes.length);
  const marks = ticks(0, Math.max(1, linearBytes), 5).filter((value) => value <= linearBytes);
  const y = (address: number): number => top + plotHeight * (1 - address / Math.max(1, linearBytes));
  const rectangle = (block: MemoryBlock, i: number): Markup => {
    const { kind, name, address, bytes, first, last, over } = block;
    const left = over === undefined ? axis.left(first) : axis.middle(first);
    const right = isTakenOver(block, blocks) ? axis.middle(last) : axis.left(last + 1);
    const [upper, lower] = [y(address + bytes), y(address)];
    const [width, height] = [Math.max(0.5, right - left - 1), Math.max(0.5, lower - upper - 1)];
    const tooltip = `${i + 1}: ${kind} ${shortened(name, 200)}\n${bytesText(bytes)} at ${thousands(address)}, ${stepsText(block)}`;
    const letters = Math.floor((width - 6) / letter);
    const number = String(i + 1);
    const room = letters - number.length - 1;
    const label = kind !== "scratch" && room >= 8 ? `${number} ${shortened(name, room)}` : number;
    const isLabelled = letters >= number.length && height >= line;
    const text = isLabelled
      ? markup`<text x="${at(left + width / 2)}" y="${at(upper + height / 2 + 4)}">${label}</text>`
      : undefined;
    return markup`<g class="block ${kind}"><title>${tooltip}</title><rect x="${at(left)}" y="${at(upper)}" width="${at(width)}" height="${at(height)}" rx="${height > 6 && width > 6 ? 2 : 0}"/>${text}</g>`;
  };
  const description = `${bytesText(linearBytes)} over ${aliveBytes.length} steps, fullest at step ${boundStep}. The blocks are in the table below.`;
  const peak = axis.middle(boundStep);
  const anchor = peak > plotLeft + plotWidth - 120 ? "end" : peak < plotLeft + 120 ? "start" : "middle";
  const edge = anchor === "end" ? axis.left(boundStep + 1) : anchor === "start" ? axis.left(boundStep) : peak;
  return chart({ name: "Linear memory over the steps", description, height: top + plotHeight + 24 }, [
    markup`<text class="note" x="${at(edge)}" y="14" text-anchor="${anchor}">fullest: step ${boundStep}</text>`,
    gridLines(marks, y),
    markup`${blocks.map(rectangle)}`,
    markup`<rect class="peak" x="${at(axis.left(boundStep))}" y="${top - 6}" width="${at(axis.column)}" height="${plotHeight + 6}"/>`,
    axis.labels(top + plotHeight + 18),
    markup`<text class="note" x="${plotLeft - 8}" y="14" text-anchor="end">address</text>`,
  ]);
}
