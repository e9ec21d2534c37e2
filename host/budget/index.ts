import { bind, type Graph } from "../graph/graph.js";
import type { NarrowStorage } from "../graph/tensor.js";
import { loweringOf } from "../lower/index.js";
import { lowerGraph } from "../lower/lower.js";
import {
  assemble,
  type BuildOptions,
  type BuiltModel,
  finishGraph,
  floatGraph,
  opener,
  quantizedBy,
  requireRunnable,
  type Typed,
  typedGraph,
} from "../pipeline.js";
import { planMemory } from "../plan/plan.js";
import { evenly } from "../quantize/find-ranges.js";
import { type Calibrated, calibrateModel, outputError } from "../quantize/quantize-model.js";
import type { WeightKind } from "../quantize/scheme.js";
import { activationSensitivities, weightSensitivities } from "../quantize/sensitivity.js";
import { quantizeWhereSupported } from "../quantize/supported.js";
import { splitFrontier } from "../split/index.js";
import {
  callFlashBytes,
  callRamBytes,
  type Form,
  peakOf,
  type SearchTools,
  searchedKinds,
  searchForms,
  splitLabel,
} from "./search.js";
import { type Bounds, buildFirstWithin, type FittedModel } from "./trials.js";

export { type Budget, parseBudget } from "./budget.js";
export type { Form } from "./search.js";
export type { Bounds, FittedModel } from "./trials.js";

/** RAM that interpreter, firmware and stacks take, before a model of the kind has been built, in bytes. */
const firstBesides = 13_000;

/** Bytes of code, manifest and module around the weights of a model, before one of the kind has been built, and for each step. */
const firstOverhead = { base: 3000, perStep: 110 } as const;

/** Samples on which an arithmetic is judged. */
const judgedSamples = 16;

function searchTools(calibrated: Calibrated, options: BuildOptions): SearchTools {
  const open = opener(options);
  const finished = new Map<Graph, Graph>();
  const finish = (graph: Graph): Graph => {
    const known = finished.get(graph) ?? finishGraph(graph, options.passes);
    finished.set(graph, known);
    return known;
  };
  const plan = (graph: Graph) => planMemory(graph, loweringOf);
  const sectionBytes = (graph: Graph, node: Graph["nodes"][number], kind: WeightKind): number => {
    const stored = kind === "int8" || kind === "float32" ? undefined : (kind as NarrowStorage);
    return loweringOf(node.operator).sectionBytes?.(bind(graph, node), stored) ?? 0;
  };
  const judged = evenly(calibrated.samples, judgedSamples);
  return {
    quantized(schemes) {
      const { graph, origins } = quantizeWhereSupported(
        calibrated.float,
        calibrated.ranges,
        schemes,
        requireRunnable,
      );
      return { graph, origins };
    },
    errorOf: (graph) => outputError(calibrated.float, graph, judged, open),
    sectionBytes,
    finish,
    planner: { plan, needsOf: loweringOf },
    besides(graph) {
      const typed = finish(graph);
      const { weights, steps } = lowerGraph(typed, plan(typed));
      const weighted = graph.nodes.reduce((sum, node) => sum + sectionBytes(graph, node, "int8"), 0);
      const others = Math.max(0, weights.length - weighted);
      const { base, perStep } = firstOverhead;
      return { ramBytes: firstBesides, flashBytes: others + base + perStep * steps.length };
    },
  };
}

/**
 * Builds the form of a float model with the least error that is within bounds: sensitivities are measured on samples, forms
 * are listed by estimates, and exact figures taken of the few that seem best. Only the one that is chosen gets fitted weights; no
 * compiler is called.
 *
 * Any other model, and one of which `quantize` says what it becomes, is computed part by part alone, with the same bytes.
 *
 * @throws `budget-exceeded` where no form is within bounds; as `buildModel`
 */
export async function buildWithin(graph: Graph, bounds: Bounds, options: BuildOptions): Promise<FittedModel> {
  const { calibration = [], quantize } = options;
  const isFree = quantize === undefined && calibration !== "assumed" && calibration.length > 0;
  const float = isFree ? floatGraph(graph, options.passes) : undefined;
  if (float === undefined) return splitWithin(graph, bounds, options);
  const samples = calibration as Exclude<BuildOptions["calibration"], "assumed" | undefined>;
  const open = opener(options);
  const calibrated = await calibrateModel(float, samples, open);
  const { float: scaled, ranges } = calibrated;
  const sensitivities = {
    weights: await weightSensitivities(scaled, samples, open, searchedKinds),
    activations: await activationSensitivities(scaled, ranges.int8, samples, open),
  };
  const forms = await searchForms(calibrated, sensitivities, searchTools(calibrated, options));
  const assembleForm = ({ arenaLimit }: Form, typed: Typed): Promise<BuiltModel> => {
    const memory = arenaLimit === undefined ? {} : { memory: { arenaBytes: arenaLimit } };
    return assemble(graph, typed, { ...options, ...memory });
  };
  const build = async (form: Form): Promise<BuiltModel> => {
    const typed = await quantizedBy(calibrated, form.schemes, options);
    return assembleForm(form, { typed, reference: float });
  };
  const trial = async (form: Form): Promise<BuiltModel> => {
    const { graph: typed } = quantizeWhereSupported(
      calibrated.float,
      calibrated.ranges,
      form.schemes,
      requireRunnable,
    );
    return assembleForm(form, { typed });
  };
  return buildFirstWithin(graph, forms, bounds, trial, build);
}

/** A model of which it is known what it runs in, computed part by part as far as it takes to be within bounds. */
async function splitWithin(graph: Graph, bounds: Bounds, options: BuildOptions): Promise<FittedModel> {
  const typed = await typedGraph(graph, options);
  const plain = await assemble(graph, typed, options);
  const besides = {
    ramBytes: (await bounds.ramOf(plain)) - plain.plan.memoryBytes,
    flashBytes: plain.wasm.length,
  };
  const plan = (variant: Graph) => planMemory(variant, loweringOf);
  const variants = splitFrontier(plain.graph, { plan, needsOf: loweringOf });
  const forms = variants.map((variant, v): Form => {
    const more = variant.calls - (variants[0]?.calls ?? 0);
    return {
      label: v === 0 ? "as it is" : splitLabel(variant),
      schemes: [],
      ...(v > 0 && { arenaLimit: variant.plan.arenaBytes }),
      arenaBytes: variant.plan.arenaBytes,
      ramBytes: variant.plan.memoryBytes + besides.ramBytes + more * callRamBytes,
      flashBytes: besides.flashBytes + more * callFlashBytes,
      macs: variant.macs,
      work: variant.macs,
      error: 0,
      peak: peakOf(variant.plan, variant.graph),
      heaviest: "its weights",
    };
  });
  const build = async (form: Form): Promise<BuiltModel> =>
    form.arenaLimit === undefined
      ? plain
      : assemble(graph, typed, { ...options, memory: { arenaBytes: form.arenaLimit } });
  return buildFirstWithin(graph, forms, bounds, build, build);
}
