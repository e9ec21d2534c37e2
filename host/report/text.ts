import { thousands } from "../figures.js";
import { type Column, table, wrapLine } from "../table.js";
import { shortened } from "../visible.js";
import { decibels, part, real } from "./figures.js";
import type { LayerReport, ModelReport } from "./types.js";
import { dataText, furthestLayers, labelsText, outputText } from "./words.js";

/** Layers that are all shown; of more, the furthest from the float model. */
const mostLayers = 40;
const shownLayers = 20;

/** Longest name in the table. */
const longestName = 44;

/** How the text is written. */
export interface TextForm {
  /** Columns of the terminal. */
  width?: number;
  /** Style of headings. */
  heading?(text: string): string;
}

const columns: readonly Column[] = [
  { heading: "step", align: "right" },
  { heading: "layer", align: "left" },
  { heading: "operator", align: "left" },
  { heading: "dtype", align: "left" },
  { heading: "SQNR dB", align: "right" },
  { heading: "range used", align: "right" },
  { heading: "clipped", align: "right" },
  { heading: "mean error", align: "right" },
];

function row({ name, operator, dtype, error }: LayerReport, step: number): string[] {
  const figures =
    error === undefined
      ? ["-", "-", "-", "-"]
      : [decibels(error), part(error.rangeUse), part(error.saturated), real(error.meanError)];
  return [String(step), shortened(name, longestName), operator, dtype ?? "", ...figures];
}

/**
 * The accuracy of a quantized model for a terminal, without line feeds: on what it was compared, layer by layer the
 * signal-to-quantization-noise ratio in decibels, how much of the range of codes occurs and what part of the elements
 * lies beyond it; and the outputs. Nothing where the model was not compared.
 */
export function accuracyText(report: ModelReport, { width, heading }: TextForm = {}): string[] {
  const { accuracy, layers } = report;
  if (accuracy === undefined) return [];
  const all = layers.length <= mostLayers;
  const steps = all ? [...layers.keys()] : furthestLayers(report, shownLayers);
  const rows = steps.map((step) => row(layers[step]!, step));
  const form = { width, heading };
  const left = layers.length - steps.length;
  const outputs = accuracy.outputs.map(
    (output) => `output ${shortened(output.name, longestName)}: ${outputText(output)}`,
  );
  const lines = [
    dataText(accuracy.data),
    ...table(columns, rows, form),
    ...(left > 0
      ? [`the ${steps.length} layers furthest from the float model; ${thousands(left)} more`]
      : []),
    ...outputs,
    ...(accuracy.labels ? [`labels: ${labelsText(accuracy.labels)}`] : []),
  ];
  return lines.flatMap((line) => (width === undefined ? [line] : wrapLine(line, width)));
}
