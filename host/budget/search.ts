import { bind, type Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { operatorNamed } from "../ops/index.js";
import type { Plan } from "../plan/types.js";
import type { Calibrated } from "../quantize/quantize-model.js";
import type { Arithmetic, NodeScheme, WeightKind } from "../quantize/scheme.js";
import type { Sensitivity } from "../quantize/sensitivity.js";
import type { IntegerWeights } from "../quantize/weights/codebook.js";
import { type Planner, splitFrontier, type Variant } from "../split/index.js";
import { type WeightChoice, type WeightOption, weightFrontier } from "./choose.js";

/** Kinds of weights that a search tries, the first of which it begins with. */
export const searchedKinds: readonly IntegerWeights[] = ["int8", "int4-groups", "int4", "table16", "table4"];

/** Arithmetics of the activations that a search tries, and how much longer a node takes than in int8, about. */
const arithmetics: readonly { arithmetic: Arithmetic; cost: number }[] = [
  { arithmetic: "int8", cost: 1 },
  { arithmetic: "int16", cost: 2 },
];

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

/** How a choice of weights is called: "int8 weights", or how many nodes have which. */
function weightsLabel(kinds: readonly WeightKind[]): string {
  const counts = new Map<WeightKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => (counts.size === 1 ? kind : `${count} ${kind}`)).join(", ");
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

/** All forms of one arithmetic: choices of weights by variants of memory. */
async function formsOf(
  arithmetic: Arithmetic,
  cost: number,
  calibrated: Calibrated,
  sensitivities: readonly Sensitivity[],
  tools: SearchTools,
): Promise<Form[]> {
  const plain = calibrated.float.nodes.map((): NodeScheme => ({ arithmetic, weights: "int8" }));
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
        label: `${arithmetic}, ${weightsLabel(choice.kinds)} weights${v === 0 ? "" : `, ${splitLabel(variant)}`}`,
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
 * Every form that a model may be built in, of those that are worth it: in each arithmetic, weights of fewer and fewer bits
 * where they cost the least, by variants that are computed part by part to take less RAM. Estimates, of which nothing is
 * linked.
 */
export async function searchForms(
  calibrated: Calibrated,
  sensitivities: readonly Sensitivity[],
  tools: SearchTools,
): Promise<Form[]> {
  const all: Form[] = [];
  for (const { arithmetic, cost } of arithmetics)
    all.push(...(await formsOf(arithmetic, cost, calibrated, sensitivities, tools)));
  return paretoForms(all);
}

/** What bounds a form. */
export interface Limits {
  ramBytes?: number | undefined;
  flashBytes?: number | undefined;
  /** In int8 MACs. */
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
