import { WasmoteError } from "../errors.js";
import { bytesText } from "../figures.js";
import type { Graph } from "../graph/graph.js";
import type { BuiltModel } from "../pipeline.js";
import { bestForm, excess, type Form, isWithin, type Limits, paretoForms } from "./search.js";

/** What bounds a model, and what is known of where it runs. */
export interface Bounds extends Limits {
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

/** Forms of which exact figures are taken at most. */
const mostTrials = 8;

/** How far estimates may be too high, as a share of a bound, once some are corrected. */
const mostUncertainty = 0.05;

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
  const parts = [
    ...(ramBytes > 0
      ? [
          `RAM exceeds it by ${bytesText(ramBytes)}: ${nearest.peak} needs the most of ${bytesText(nearest.arenaBytes)} for activations, interpreter, firmware and stacks take ${bytesText(nearest.ramBytes - nearest.arenaBytes)}`,
        ]
      : []),
    ...(flashBytes > 0
      ? [`flash exceeds it by ${bytesText(flashBytes)}, of which ${nearest.heaviest} takes the most`]
      : []),
    ...(work > 0 ? [`time exceeds it by ${Math.round((100 * work) / (limits.work ?? 1))} %`] : []),
  ];
  return new WasmoteError("budget-exceeded", `${model.name}, ${nearest.label}: ${parts.join("; ")}`);
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
 *
 * @param graph that a refusal names
 * @param trial links a form with nearest weights; `build` with fitted ones
 * @throws `budget-exceeded` where no form that was tried is within bounds
 */
export async function buildFirstWithin(
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
