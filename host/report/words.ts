import { thousands } from "../figures.js";
import { shortened } from "../visible.js";
import { counted, decibels, part, real } from "./figures.js";
import type { DataReport, LabelsReport, LayerReport, ModelReport, OutputReport } from "./types.js";

/** Sources of samples that are named. */
const shownSources = 3;

/** Longest name of a source. */
const longestSource = 80;

function sourcesText(sources: readonly string[]): string {
  const shown = sources.slice(0, shownSources).map((source) => shortened(source, longestSource));
  const more = sources.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${thousands(more)} more` : shown.join(", ");
}

/** On what the built model was compared with the float model. */
export function dataText({ given, compared, calibrated, heldBack, sources }: DataReport): string {
  const some =
    compared < given ? `${thousands(compared)} of ${counted(given, "sample")}` : counted(given, "sample");
  const from = sources.length > 0 ? ` from ${sourcesText(sources)}` : "";
  const known = heldBack
    ? `held back from calibration, which had ${counted(calibrated, "sample")}`
    : `the ${calibrated === 1 ? "one" : "ones"} that it was calibrated with: others (--validate) would tell more`;
  const bounded = compared < given ? "; all of them would take long" : "";
  return `Compared with the float model on ${some}${from}, ${known}${bounded}.`;
}

/** How near one output is to the float model's. */
export function outputText({ error, agreement }: OutputReport): string {
  const same =
    agreement === undefined
      ? ""
      : `same class as the float model in ${part(agreement.top1)} of ${thousands(agreement.rows)}; `;
  if (error.exact) return `${same}all values equal`;
  return `${same}SQNR ${decibels(error)} dB; mean error ${real(error.meanError)}, largest ${real(error.maxError)}, of values from ${real(error.range[0])} to ${real(error.range[1])}`;
}

/** Accuracy by labels, and the float model's. */
export function labelsText({ accuracy, accuracyInFloat, samples }: LabelsReport): string {
  return `${part(accuracy)} of ${counted(samples, "labelled sample")} right; float model ${part(accuracyInFloat)}`;
}

/** Steps of the layers that are furthest from the float model, the furthest first. */
export function furthestLayers({ layers }: ModelReport, count: number): number[] {
  const ratio = ({ error }: LayerReport): number => error?.sqnr ?? Number.POSITIVE_INFINITY;
  const steps = [...layers.keys()].filter((step) => layers[step]?.error?.sqnr !== undefined);
  return steps.sort((a, b) => ratio(layers[a]!) - ratio(layers[b]!) || a - b).slice(0, count);
}
