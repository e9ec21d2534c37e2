import { WasmoteError } from "../errors.js";
import { bytesText } from "../figures.js";
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
  bestForm,
  callFlashBytes,
  callRamBytes,
  excess,
  type Form,
  isWithin,
  type Limits,
  paretoForms,
  peakOf,
  type SearchTools,
  searchedKinds,
  searchForms,
  splitLabel,
} from "./search.js";

export { type Budget, parseBudget } from "./budget.js";
export type { Form } from "./search.js";

/** What bounds a model, and what is known of where it runs. */
export interface Bounds {
  /** RAM in all, in bytes. */
  ramBytes?: number | undefined;
  /** Bytes of the file. */
  flashBytes?: number | undefined;
  /** Time, as int8 MACs. */
  work?: number | undefined;
  /** RAM that a built model takes in all, in bytes. */
  ramOf(built: BuiltModel): Promise<number>;
}

/** A model that is within its bounds, and what else was looked at. */
export interface FittedModel {
  built: BuiltModel;
  /** What was built, with its exact figures. */
  chosen: Form;
  /** Forms that are worth it, estimated, and whether each seems to be within the bounds. */
  forms: readonly (Form & { fits: boolean })[];
}

/** RAM that interpreter, firmware and stacks take, before a model of the kind has been built, in bytes. */
const firstBesides = 13_000;

/** Bytes of code, manifest and module around the weights of a model, before one of the kind has been built, and for each step. */
const firstOverhead = { base: 3000, perStep: 110 } as const;

/** Samples on which an arithmetic is judged. */
const judgedSamples = 16;

/** Forms of which exact figures are taken at most. */
const mostTrials = 8;

/** How far estimates may be too high, as a share of a bound, once some are corrected. */
const mostUncertainty = 0.05;

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

/** By how much a form exceeds limits, as the sum of its shares of each. */
function excessShare(form: Form, limits: Limits): number {
  const { ramBytes, flashBytes, work } = excess(form, limits);
  return (
    ramBytes / (limits.ramBytes ?? 1) + flashBytes / (limits.flashBytes ?? 1) + work / (limits.work ?? 1)
  );
}

/** The form that exceeds limits the least. */
function nearestForm(forms: readonly Form[], limits: Limits): Form {
  return forms.reduce((best, form) => (excessShare(form, limits) < excessShare(best, limits) ? form : best));
}

/** What is told where no form is within its bounds: by how much the nearest that was tried exceeds them, and what takes the most. */
function exceeded(tried: readonly Tried[], limits: Limits, model: Graph): WasmoteError {
  const nearest = nearestForm(
    tried.map(({ exact }) => exact),
    limits,
  );
  const { ramBytes, flashBytes, work } = excess(nearest, limits);
  const bytes = (count: number): string => bytesText(Math.ceil(count));
  const parts = [
    ...(ramBytes > 0
      ? [
          `RAM exceeds it by ${bytes(ramBytes)}: ${nearest.peak} needs the most of ${bytes(nearest.arenaBytes)} for activations, interpreter, firmware and stacks take ${bytes(nearest.ramBytes - nearest.arenaBytes)}`,
        ]
      : []),
    ...(flashBytes > 0
      ? [`flash exceeds it by ${bytes(flashBytes)}, of which ${nearest.heaviest} takes the most`]
      : []),
    ...(work > 0 ? [`time exceeds it by ${Math.round((100 * work) / (limits.work ?? 1))} %`] : []),
  ];
  return new WasmoteError("budget-exceeded", `${model.name}, ${nearest.label}: ${parts.join("; ")}`);
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

/** A form that was tried: as it was estimated, and with its exact figures. */
interface Tried {
  form: Form;
  exact: Form;
}

/** How unlike two forms are in what estimates do not know: the interpreter's RAM hangs on steps, code on kernels. */
function unlike(a: Form, b: Form): number {
  const kernels = ({ schemes }: Form): string =>
    [...new Set(schemes.map(({ arithmetic, weights }) => `${arithmetic} ${weights}`))].sort().join();
  return (a.arenaLimit === b.arenaLimit ? 0 : 2) + (kernels(a) === kernels(b) ? 0 : 1);
}

/** Forms that were tried as they are, and the others' estimates corrected by what the most alike of those have shown. */
function corrected(forms: readonly Form[], tried: readonly Tried[]): Form[] {
  return forms.map((form) => {
    const own = tried.find((each) => each.form === form);
    if (own !== undefined) return own.exact;
    const [first, ...others] = tried;
    if (first === undefined) return form;
    const { form: other, exact } = others.reduce(
      (best, each) => (unlike(each.form, form) < unlike(best.form, form) ? each : best),
      first,
    );
    return {
      ...form,
      ramBytes: form.ramBytes + exact.ramBytes - other.ramBytes,
      flashBytes: form.flashBytes + exact.flashBytes - other.flashBytes,
    };
  });
}

/** A form with the figures of what was built of it. */
async function withFigures(form: Form, built: BuiltModel, { ramOf }: Bounds): Promise<Form> {
  return { ...form, ramBytes: await ramOf(built), flashBytes: built.wasm.length };
}

/** The form to be tried next, as it is estimated; undefined where none is left that is worth it. */
function nextTrial(forms: readonly Form[], tried: readonly Tried[], bounds: Bounds): Form | undefined {
  if (tried.length === mostTrials) return undefined;
  if (tried.length === 0) return leastWork(forms);
  const now = corrected(forms, tried);
  const rest = now.filter((_, i) => !tried.some(({ form }) => form === forms[i]));
  if (rest.length === 0) return undefined;
  const found = bestTried(tried, bounds)?.exact;
  const nearest = nearestForm(rest, bounds);
  // While nothing is found: what may be within bounds all the same, and what a refusal would name.
  const isWorthIt = excessShare(nearest, bounds) < mostUncertainty || nearest === nearestForm(now, bounds);
  const best = bestForm(rest, bounds) ?? (found === undefined && isWorthIt ? nearest : undefined);
  if (best === undefined || (found !== undefined && best.error >= found.error)) return undefined;
  return forms[now.indexOf(best)];
}

/** Of the forms that were tried, the one of the least error within bounds. */
function bestTried(tried: readonly Tried[], bounds: Bounds): Tried | undefined {
  const best = bestForm(
    tried.map(({ exact }) => exact),
    bounds,
  );
  return tried.find(({ exact }) => exact === best);
}

/**
 * The form of the least error within bounds by its exact figures. Forms are tried with weights rounded to the nearest, which
 * take about what fitted ones do: at first the one of the least work, to see how far estimates are off; then the best that
 * seems to be within bounds, until none that may be better is left, or while there is none the one that seems to exceed them
 * the least.
 */
async function buildFirstWithin(
  graph: Graph,
  forms: readonly Form[],
  bounds: Bounds,
  trial: (form: Form) => Promise<BuiltModel>,
  build: (form: Form) => Promise<BuiltModel>,
): Promise<FittedModel> {
  const tried: Tried[] = [];
  for (;;) {
    for (let form = nextTrial(forms, tried, bounds); form; form = nextTrial(forms, tried, bounds))
      tried.push({ form, exact: await withFigures(form, await trial(form), bounds) });
    const best = bestTried(tried, bounds);
    if (best === undefined) throw exceeded(tried, bounds, graph);
    const built = await build(best.form);
    best.exact = await withFigures(best.form, built, bounds);
    if (!isWithin(best.exact, bounds)) continue;
    const listed = paretoForms(corrected(forms, tried), best.form).map((form) => ({
      ...form,
      fits: isWithin(form, bounds),
    }));
    return { built, chosen: best.exact, forms: listed };
  }
}

function leastWork(forms: readonly Form[]): Form | undefined {
  return forms.reduce<Form | undefined>(
    (best, form) => (best === undefined || form.work < best.work ? form : best),
    undefined,
  );
}
