import { elementCount, type Tensor } from "../graph/tensor.js";
import { readAt } from "../import/compose/indices.js";
import { reshaped } from "../import/compose/movement.js";
import { assignVariable, readVariable } from "../ops/recurrent/variable.js";
import type { AppHistogram } from "../package/app.js";
import type { AppGraph } from "./app-graph.js";
import { asReal } from "./reals.js";
import type { Application } from "./schema.js";
import { refuseApplication } from "./times.js";
import type { Value } from "./values.js";

const bins = 16;
const exponents = [-7, 7] as const;

/** Bounds as the file says them. Throws `application-invalid`. */
function boundsOf(bounds: "log2" | readonly number[] | undefined, at: string): readonly number[] {
  if (bounds === undefined) return Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  if (bounds === "log2")
    return Array.from({ length: exponents[1] - exponents[0] + 1 }, (_, i) => 2 ** (exponents[0] + i));
  const stored = bounds.map(Math.fround);
  if (stored.some((bound, i) => !Number.isFinite(bound) || (i > 0 && bound <= (stored[i - 1] as number))))
    refuseApplication(at, `${bounds.join(", ")}; ascending numbers are expected`);
  return stored;
}

/** A number of a stage as it is in the runs that give a new one, in others NaN. */
function observedOf(
  graph: AppGraph,
  value: Value | undefined,
  feature: number,
  name: string,
  at: string,
): Tensor {
  if (value?.kind !== "features" && value?.kind !== "scores")
    return refuseApplication(
      `${at}.of`,
      `"${name}"; an event is expected, or a stage that gives features or scores`,
    );
  const { tensor, when } = value.signal;
  const count = elementCount(tensor.shape);
  if (feature >= count) refuseApplication(`${at}.feature`, `${feature}; "${name}" gives ${count} numbers`);
  const write = graph.writer(`${name} observed`);
  const read = () => {
    const flat = reshaped(write, asReal(write, tensor), [count]);
    return readAt(write, flat, [{ axis: 0, indices: [feature] }]);
  };
  if (when.length === 0) return read();
  const kept: Tensor = { name: `${name} observed ${feature}`, dtype: "float32", shape: [1] };
  const none = write.constant(Float32Array.of(Number.NaN), [1], "float32");
  write.nodes(assignVariable, {}, [none], { variables: [kept] });
  graph.under(when, () => write.nodes(assignVariable, {}, [read()], { variables: [kept] }));
  return write.node(readVariable, {}, [], { output: { dtype: "float32", shape: [1] }, variables: [kept] });
}

/**
 * The histograms that an application shares, and the tensors that they need besides the levels of events, each of one number.
 *
 * @throws `application-invalid`
 */
export function histogramsOf(
  { share }: Application,
  graph: AppGraph,
  values: ReadonlyMap<string, Value>,
  events: readonly string[],
): { histograms: AppHistogram[]; observed: Tensor[] } {
  const observed: Tensor[] = [];
  const histograms = share.histograms.map(({ of, feature, bounds: said }, i): AppHistogram => {
    const at = `share.histograms.${i}`;
    const bounds = boundsOf(said, `${at}.bounds`);
    const event = events.indexOf(of);
    if (event >= 0 && feature === undefined) return { name: of, tensor: "levels", element: event, bounds };
    observed.push(observedOf(graph, values.get(of), feature ?? 0, of, at));
    return { name: `${of} ${feature ?? 0}`, tensor: "observed", element: observed.length - 1, bounds };
  });
  return { histograms, observed };
}
