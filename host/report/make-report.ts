import type { Comparison, TensorComparison } from "../evaluate/compare-graphs.js";
import { tensorAt } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { elementCount } from "../graph/tensor.js";
import type { BuiltModel } from "../pipeline.js";
import type {
  AccuracyReport,
  ClassReport,
  DataReport,
  ErrorReport,
  FitReport,
  Frontier,
  LabelsReport,
  LayerReport,
  MemoryBlock,
  MemoryReport,
  ModelReport,
} from "./types.js";
import { weightsReport } from "./weights.js";

/** What is known of a built model besides itself. */
export interface ReportParts {
  /** Of the float model with the graph that was built, and on what. */
  compared?: { comparison: Comparison; data: DataReport };
  frontier?: Frontier;
  fit?: FitReport;
  /** What each step costs, counted in a unit: "instructions" on an emulated core. */
  measured?: { unit: string; on: string; counts: readonly number[] };
}

/** Classes of which a report has the whole matrix of confusion. */
const mostClassesInMatrix = 100;

/** Mistakes that a report lists. */
const mostMistakes = 50;

function errorReport(compared: TensorComparison): ErrorReport {
  const { sqnr, meanError, maxError, range, rangeUse, saturated } = compared;
  return {
    ...(sqnr === Number.POSITIVE_INFINITY ? { exact: true } : sqnr === undefined ? {} : { sqnr }),
    meanError,
    maxError,
    range,
    ...(rangeUse === undefined ? {} : { rangeUse }),
    ...(saturated === undefined ? {} : { saturated }),
  };
}

/** Whether a tensor is further from its reference than another, by noise against signal. */
function isFurther(a: TensorComparison, b: TensorComparison): boolean {
  return (a.sqnr ?? Number.POSITIVE_INFINITY) < (b.sqnr ?? Number.POSITIVE_INFINITY);
}

/** What was compared of each node, by the names and sizes of what it writes: of equal ones, the last is the last's. */
function errorsOf({ graph }: BuiltModel, comparison: Comparison | undefined): Map<Node, ErrorReport> {
  const keyOf = (name: string, elements: number): string => `${elements} ${name}`;
  const byKey = new Map<string, TensorComparison[]>();
  for (const tensor of comparison?.tensors ?? []) {
    const key = keyOf(tensor.name, tensor.elements);
    byKey.set(key, [...(byKey.get(key) ?? []), tensor]);
  }
  const errors = new Map<Node, ErrorReport>();
  for (const node of [...graph.nodes].reverse()) {
    const outputs = node.outputs.map((index) => tensorAt(graph, index)).reverse();
    const [first, ...others] = outputs.flatMap(
      ({ name, shape }) => byKey.get(keyOf(name, elementCount(shape)))?.pop() ?? [],
    );
    if (first === undefined) continue;
    const worst = others.reduce((furthest, next) => (isFurther(next, furthest) ? next : furthest), first);
    errors.set(node, errorReport(worst));
  }
  return errors;
}

function layersOf(built: BuiltModel, { compared, measured }: ReportParts): LayerReport[] {
  const { graph, plan, program } = built;
  const errors = errorsOf(built, compared?.comparison);
  return plan.order.map((at): LayerReport => {
    const node = graph.nodes[at] as Node;
    const step = program.steps.findIndex((own) => own.node === at);
    const { macs, weightBytes } = program.steps[step] ?? { macs: 0, weightBytes: 0 };
    const output = node.outputs.map((index) => tensorAt(graph, index))[0];
    const [weights, error, cost] = [weightsReport(graph, node), errors.get(node), measured?.counts[step]];
    return {
      name: node.name,
      operator: node.operator,
      ...(output && { dtype: output.dtype, shape: output.shape }),
      macs,
      weightBytes,
      ...(weights && { weights }),
      ...(error && { error }),
      ...(cost === undefined ? {} : { cost }),
    };
  });
}

/** Everything that lies in linear memory, as it was planned. */
function blocksOf({ graph, plan }: BuiltModel): MemoryBlock[] {
  const lastStep = Math.max(0, plan.order.length - 1);
  const nameOf = (index: number): string => tensorAt(graph, index).name;
  const tensors = [...plan.tensors].map(
    ([index, { address, bytes, first, last, sharesWith, partOf, variable }]): MemoryBlock => {
      const kind = graph.outputs.includes(index)
        ? "output"
        : graph.inputs.includes(index)
          ? "input"
          : "activation";
      const below = sharesWith ?? partOf;
      const kept = variable === undefined ? undefined : graph.variables?.[variable]?.name;
      const whole = below === undefined ? kept : nameOf(below);
      const over = whole === undefined ? {} : { over: whole };
      return { kind, name: nameOf(index), address, bytes, first, last, ...over };
    },
  );
  const scratch = plan.scratch.flatMap(({ address, bytes }, step): MemoryBlock[] => {
    const name = graph.nodes[plan.order[step] as number]?.name ?? "";
    return bytes === 0 ? [] : [{ kind: "scratch", name, address, bytes, first: step, last: step }];
  });
  const state = plan.variables.map(({ address, bytes }, i): MemoryBlock => {
    const name = graph.variables?.[i]?.name ?? "";
    return { kind: "state", name, address, bytes, first: 0, last: lastStep };
  });
  return [...tensors, ...scratch, ...state].sort((a, b) => a.first - b.first || a.address - b.address);
}

function memoryOf(built: BuiltModel): MemoryReport {
  const { arenaBytes, boundBytes, boundStep, aliveBytes } = built.plan;
  const linearBytes = built.manifest.memoryBytes;
  return { linearBytes, arenaBytes, boundBytes, boundStep, aliveBytes, blocks: blocksOf(built) };
}

/** Classes found against labels. Classes without a name go by their numbers. */
function labelsReport(
  { reference, candidate }: NonNullable<Comparison["labels"]>,
  names: readonly string[] = [],
): LabelsReport {
  const { confusion } = candidate;
  const nameOf = (label: number): string => names[label] ?? String(label);
  const sum = (row: readonly number[]): number => row.reduce((total, count) => total + count, 0);
  const classes = confusion.map((row, label): ClassReport => {
    const right = row[label] ?? 0;
    return {
      name: nameOf(label),
      samples: sum(row),
      right,
      rightInFloat: reference.confusion[label]?.[label] ?? 0,
      wronglyFound: sum(confusion.map((other) => other[label] ?? 0)) - right,
    };
  });
  const mistakes = confusion.flatMap((row, label) =>
    row.flatMap((samples, found) =>
      samples > 0 && found !== label ? [{ label: nameOf(label), found: nameOf(found), samples }] : [],
    ),
  );
  return {
    samples: sum(classes.map(({ samples }) => samples)),
    accuracy: candidate.accuracy,
    accuracyInFloat: reference.accuracy,
    classes,
    ...(confusion.length <= mostClassesInMatrix ? { confusion } : {}),
    mistakes: mistakes.sort((a, b) => b.samples - a.samples).slice(0, mostMistakes),
  };
}

function accuracyOf(
  { graph }: BuiltModel,
  { comparison, data }: NonNullable<ReportParts["compared"]>,
): AccuracyReport {
  const outputs = graph.outputs.map((index) => tensorAt(graph, index));
  return {
    data,
    outputs: comparison.outputs.map((output, i) => {
      const { name, dtype, shape } = outputs[i]!;
      const { agreement } = output;
      return { name, dtype, shape, error: errorReport(output), ...(agreement && { agreement }) };
    }),
    ...(comparison.labels && { labels: labelsReport(comparison.labels, outputs[0]?.labels) }),
  };
}

/**
 * All that is known of a built model: what its layers cost, where they lie in memory, what their weights are like, and,
 * where it was compared with the float model on samples, how near it is to it. Names are the model's own, of any length
 * and with any characters in them.
 */
export function makeReport(built: BuiltModel, parts: ReportParts = {}): ModelReport {
  const { manifest, wasm, codeBytes, weightBytes } = built;
  const { compared, frontier, fit, measured } = parts;
  return {
    model: manifest.name,
    fileBytes: wasm.length,
    codeBytes,
    weightBytes,
    macs: manifest.steps.reduce((sum, step) => sum + step.macs, 0),
    ...(fit && { fit: { board: fit.board, fits: fit.fits, figures: fit.figures } }),
    layers: layersOf(built, parts),
    memory: memoryOf(built),
    ...(compared && { accuracy: accuracyOf(built, compared) }),
    ...(frontier && { frontier }),
    ...(measured && { measured: { unit: measured.unit, on: measured.on } }),
  };
}
