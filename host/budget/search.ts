import { bind, type Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { operatorNamed } from "../ops/index.js";
import type { Plan } from "../plan/types.js";
import { endingNodes } from "../quantize/output-noise.js";
import type { Calibrated } from "../quantize/quantize-model.js";
import type { NodeScheme, WeightKind } from "../quantize/scheme.js";
import type { Sensitivity } from "../quantize/sensitivity.js";
import type { IntegerWeights } from "../quantize/weights/codebook.js";
import { type Planner, splitFrontier, type Variant } from "../split/index.js";
import { type WeightChoice, type WeightOption, weightFrontier } from "./choose.js";

/** Kinds of weights that a search tries, the first of which it begins with. */
export const searchedKinds: readonly IntegerWeights[] = ["int8", "int4-groups", "int4", "table16", "table4"];

/** How much longer a node takes in each arithmetic than in int8, about. */
const arithmeticCosts = { int8: 1, int16: 2 } as const;
type SearchedArithmetic = keyof typeof arithmeticCosts;

/** Parts of the error of int8 activations that a search does away with, by computing the nodes that cause it in int16. */
const removedErrors = [0.5, 0.8, 0.95] as const;

/**
 * How much longer a node takes with weights that are unpacked: instructions of convolutions on a Cortex-M4
 * (docs/decisions/0019-weights-in-few-bits.md).
 */
const kindCosts: Readonly<Record<IntegerWeights, number>> = {
  int8: 1,
  int4: 1.7,
  "int4-groups": 1.7,
  table16: 2.9,
  table4: 2.1,
};

/** Bytes of the file that a node that is added takes: its block of parameters, its call, its line in the manifest. */
export const callFlashBytes = 160;

/** Bytes of RAM that a node that is added takes of the interpreter. */
export const callRamBytes = 80;

/** A form that a model may be built in. */
export interface Form {
  label: string;
  /** How each node of the float graph is quantized; none of a model that is taken as it is. */
  schemes: readonly NodeScheme[];
  /** Limit that its arena is split to; undefined where nothing is computed part by part. */
  arenaLimit?: number;
  arenaBytes: number;
  /** RAM of the board in all, estimated. */
  ramBytes: number;
  /** Bytes of the file, estimated. */
  flashBytes: number;
  macs: number;
  /** Time in int8 MACs. */
  work: number;
  /** Noise at the outputs relative to their signal, estimated. */
  error: number;
  /** The node at which it needs the most RAM, and the one whose weights take the most flash, by their names. */
  peak: string;
  heaviest: string;
}

/** What was measured of each node. */
export interface Sensitivities {
  weights: readonly Sensitivity[];
  /** What int8 activations of each node cost. */
  activations: readonly number[];
}

/** What a search asks of the rest. */
export interface SearchTools {
  /** A graph with these schemes as it would run, and the nodes of the float graph that its nodes compute. */
  quantized(schemes: readonly NodeScheme[]): { graph: Graph; origins: readonly (number | undefined)[] };
  /** Noise of that at the outputs, relative to their signal, weights rounded to the nearest. */
  errorOf(graph: Graph): Promise<number>;
  /** Bytes of the weights section that a node takes as some kind. */
  sectionBytes(graph: Graph, node: Node, kind: WeightKind): number;
  /** A graph as it would run. */
  finish(graph: Graph): Graph;
  planner: Planner;
  /** RAM beside the arena, and flash beside the weights, for a graph as it would run. */
  besides(graph: Graph): { ramBytes: number; flashBytes: number };
}

/** What a node's weights may be: bytes as its kernels store them, and the error that each kind adds. */
function optionsOf(
  { graph, origins }: { graph: Graph; origins: readonly (number | undefined)[] },
  { node: origin, errors }: Sensitivity,
  { sectionBytes }: SearchTools,
): WeightOption[] {
  const at = origins.indexOf(origin);
  const node = graph.nodes[at];
  if (node === undefined) return [];
  const macs = operatorNamed(node.operator).macs(bind(graph, node));
  const base = errors.get("int8") ?? 0;
  return searchedKinds.map((kind) => ({
    kind,
    bytes: sectionBytes(graph, node, kind),
    error: Math.max(0, (errors.get(kind) ?? 0) - base),
    cost: macs * (kindCosts[kind] - 1),
  }));
}

/** How a choice of weights is called: "weights int8", or how many nodes have which. */
function weightsLabel(kinds: readonly WeightKind[]): string {
  const counts = new Map<WeightKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, count]) => (counts.size === 1 ? kind : `${count} ${kind}`));
  return `weights ${parts.join(", ")}`;
}

/** The node whose weights take the most bytes in a choice, by its name. */
function heaviestOf(
  { kinds }: WeightChoice,
  nodes: readonly number[],
  options: readonly (readonly WeightOption[])[],
  float: Graph,
): string {
  let [heaviest, most] = ["no layer", -1];
  for (const [i, kind] of kinds.entries()) {
    const bytes = options[i]?.find((option) => option.kind === kind)?.bytes ?? 0;
    if (bytes > most) [heaviest, most] = [float.nodes[nodes[i] as number]?.name ?? "", bytes];
  }
  return heaviest;
}

/**
 * What the activations of each node may be in: all int8, the nodes whose activations cost the most in int16 until so much of
 * the error is gone, all int16. Nodes that end the model, behind what errors are measured at, are in what they read is in.
 *
 * @param errors that int8 activations of each node cost
 */
export function arithmeticChoices(errors: readonly number[], float: Graph): SearchedArithmetic[][] {
  const endings = endingNodes(float);
  const order = errors.map((_, at) => at).sort((a, b) => (errors[b] as number) - (errors[a] as number));
  const total = errors.reduce((sum, error) => sum + error, 0);
  const counts = removedErrors.map((part) => {
    let [count, removed] = [0, 0];
    while (count < order.length && removed < part * total)
      removed += errors[order[count++] as number] as number;
    return count;
  });
  return [...new Set([0, ...counts, errors.length])].map((count) => {
    const wide = new Set(order.slice(0, count));
    return errors.map((_, at) => (wide.has(endings.get(at) ?? at) ? "int16" : "int8"));
  });
}

/** How a choice of arithmetics is called: "int8", or "int8, 3 nodes int16". */
function arithmeticLabel(choice: readonly SearchedArithmetic[]): string {
  const wide = choice.filter((arithmetic) => arithmetic === "int16").length;
  if (wide === choice.length && wide > 0) return "int16";
  return wide === 0 ? "int8" : `int8, ${wide} node${wide === 1 ? "" : "s"} int16`;
}

/** How much longer a model takes in such arithmetics than in int8, about. */
function arithmeticCost(choice: readonly SearchedArithmetic[], float: Graph): number {
  const macs = float.nodes.map((node) => operatorNamed(node.operator).macs(bind(float, node)));
  const all = macs.reduce((sum, own) => sum + own, 0);
  const longer = macs.reduce((sum, own, at) => sum + own * (arithmeticCosts[choice[at] ?? "int8"] - 1), 0);
  return 1 + longer / (all || 1);
}

/** All forms of one choice of arithmetics: choices of weights by variants of memory. */
async function formsOf(
  arithmetics: readonly SearchedArithmetic[],
  calibrated: Calibrated,
  sensitivities: readonly Sensitivity[],
  tools: SearchTools,
): Promise<Form[]> {
  const cost = arithmeticCost(arithmetics, calibrated.float);
  const plain = arithmetics.map((arithmetic): NodeScheme => ({ arithmetic, weights: "int8" }));
  const quantized = tools.quantized(plain);
  const base = await tools.errorOf(quantized.graph);
  const variants: Variant[] = splitFrontier(tools.finish(quantized.graph), tools.planner);
  const options = sensitivities.map((own) => optionsOf(quantized, own, tools));
  const known = options.flatMap((own, i) => (own.length === 0 ? [] : [i]));
  const choices = weightFrontier(known.map((i) => options[i] as WeightOption[]));
  const besides = tools.besides(quantized.graph);
  return choices.flatMap((choice) => {
    const schemes = plain.map((scheme, node): NodeScheme => {
      const at = known.findIndex((i) => sensitivities[i]?.node === node);
      return at < 0 ? scheme : { ...scheme, weights: choice.kinds[at] as WeightKind };
    });
    const heaviest = heaviestOf(
      choice,
      known.map((i) => sensitivities[i]?.node as number),
      known.map((i) => options[i] as WeightOption[]),
      calibrated.float,
    );
    return variants.map((variant, v): Form => {
      const { graph, plan, macs, calls } = variant;
      const more = calls - (variants[0]?.calls ?? calls);
      return {
        label: [
          arithmeticLabel(arithmetics),
          weightsLabel(choice.kinds),
          ...(v === 0 ? [] : [splitLabel(variant)]),
        ].join("; "),
        schemes,
        ...(v > 0 && { arenaLimit: plan.arenaBytes }),
        arenaBytes: plan.arenaBytes,
        ramBytes: plan.memoryBytes + besides.ramBytes + more * callRamBytes,
        flashBytes: choice.bytes + besides.flashBytes + more * callFlashBytes,
        macs,
        work: (macs + choice.cost) * cost,
        error: base + choice.error,
        peak: peakOf(plan, graph),
        heaviest,
      };
    });
  });
}

/** The step at which a plan needs the most, by its node's name. */
export function peakOf({ order, boundStep }: Plan, graph: Graph): string {
  return graph.nodes[order[boundStep] ?? -1]?.name ?? "an input";
}

/** How a variant is called that is computed part by part. */
export function splitLabel({ splits, plan }: Variant): string {
  return `${splits.length} split${splits.length === 1 ? "" : "s"} to ${plan.arenaBytes.toLocaleString("en-US")}`;
}

/**
 * Forms of which no other is better or as good in everything.
 *
 * @param kept one that stays in any case, told by its label
 */
export function paretoForms(forms: readonly Form[], kept?: Form): Form[] {
  const better = (a: Form, b: Form): boolean =>
    a.ramBytes <= b.ramBytes && a.flashBytes <= b.flashBytes && a.work <= b.work && a.error <= b.error;
  return forms.filter(
    (form, i) =>
      form.label === kept?.label ||
      !forms.some((other, j) => j !== i && better(other, form) && (!better(form, other) || j < i)),
  );
}

/**
 * Every form that a model may be built in, of those that are worth it: with more and more nodes in int16, weights of fewer and
 * fewer bits where they cost the least, by variants that are computed part by part to take less RAM. Estimates, of which
 * nothing is linked.
 */
export async function searchForms(
  calibrated: Calibrated,
  sensitivities: Sensitivities,
  tools: SearchTools,
): Promise<Form[]> {
  const all: Form[] = [];
  for (const choice of arithmeticChoices(sensitivities.activations, calibrated.float))
    all.push(...(await formsOf(choice, calibrated, sensitivities.weights, tools)));
  return paretoForms(all);
}

/** What bounds a form. */
export interface Limits {
  /** RAM in all, in bytes. */
  ramBytes?: number | undefined;
  /** Bytes of the file. */
  flashBytes?: number | undefined;
  /** Time, as int8 MACs. */
  work?: number | undefined;
}

/** By how much a form exceeds each limit. */
export function excess(form: Form, limits: Limits): { ramBytes: number; flashBytes: number; work: number } {
  const over = (value: number, limit: number | undefined): number =>
    limit === undefined ? 0 : Math.max(0, value - limit);
  return {
    ramBytes: over(form.ramBytes, limits.ramBytes),
    flashBytes: over(form.flashBytes, limits.flashBytes),
    work: over(form.work, limits.work),
  };
}

/** Whether a form is within its limits. */
export function isWithin(form: Form, limits: Limits): boolean {
  return Object.values(excess(form, limits)).every((over) => over === 0);
}

/** The form of the least error within limits; of equal ones the one of the least work. */
export function bestForm(forms: readonly Form[], limits: Limits): Form | undefined {
  return forms
    .filter((form) => isWithin(form, limits))
    .reduce<Form | undefined>(
      (best, form) =>
        best === undefined || form.error < best.error || (form.error === best.error && form.work < best.work)
          ? form
          : best,
      undefined,
    );
}
