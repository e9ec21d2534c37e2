import { type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { shown } from "../visible.js";
import type { Plan, TensorAllocation } from "./types.js";

/** Columns of the map of addresses. */
const mapColumns = 64;

type Cell = string | number;

/** Rows of cells as lines: columns as wide as they need, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column]).length)),
  );
  const line = (cells: readonly Cell[], numeric: readonly boolean[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] as number;
        return numeric[column] ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const numeric = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  return [line(head, numeric), ...rows.map((row) => line(row, numeric))];
}

/** Longest name in the table. */
const longestName = 80;

function stepRows(graph: Graph, plan: Plan): Cell[][] {
  const producer = new Map(
    plan.order.flatMap((at, step) =>
      (graph.nodes[at]?.outputs ?? []).map((index) => [index, `step ${step}`]),
    ),
  );
  return plan.order.flatMap((at, step): Cell[][] => {
    const node = graph.nodes[at] as Graph["nodes"][number];
    const scratch = plan.scratch[step] as Plan["scratch"][number];
    const outputs = node.outputs.length > 0 ? node.outputs : [undefined];
    return outputs.map((index, position): Cell[] => {
      const tensor = index === undefined ? undefined : plan.tensors.get(index);
      const taken = tensor?.sharesWith;
      return [
        position === 0 ? step : "",
        position === 0 ? shown(node.name, longestName) : "",
        position === 0 ? node.operator : "",
        tensor?.address ?? "",
        tensor?.bytes ?? "",
        position === 0 && scratch.bytes > 0 ? scratch.address : "",
        position === 0 && scratch.bytes > 0 ? scratch.bytes : "",
        taken === undefined ? "" : `over ${producer.get(taken) ?? "model input"}`,
        position === 0 ? (plan.aliveBytes[step] as number) : "",
      ];
    });
  });
}

function inputRows(graph: Graph, plan: Plan): Cell[][] {
  const activations = [...new Set(graph.inputs)].filter((index) => plan.tensors.has(index));
  return activations.map((index): Cell[] => {
    const { address, bytes } = plan.tensors.get(index) as TensorAllocation;
    return [
      "",
      shown(tensorAt(graph, index).name, longestName),
      "(model input)",
      address,
      bytes,
      "",
      "",
      "",
      "",
    ];
  });
}

/** One line of the map: for each range of addresses the sign of what takes most of it at the step. */
function mapLine(
  plan: Plan,
  step: number,
  reads: ReadonlySet<TensorIndex>,
  writes: ReadonlySet<TensorIndex>,
) {
  const rangeBytes = plan.arenaBytes / mapColumns;
  const ranges: { address: number; bytes: number; sign: string }[] = [];
  for (const [index, { address, bytes, first, last, sharesWith }] of plan.tensors) {
    if (step < first || step > last) continue;
    const sign = writes.has(index) ? (sharesWith === undefined ? "o" : "+") : reads.has(index) ? "i" : "-";
    if (sign === "+") ranges.unshift({ address, bytes, sign });
    else ranges.push({ address, bytes, sign });
  }
  const scratch = plan.scratch[step];
  if (scratch !== undefined) ranges.push({ ...scratch, sign: "s" });
  let line = "";
  for (let column = 0; column < mapColumns; column++) {
    let most = 0;
    let shown = ".";
    for (const { address, bytes, sign } of ranges) {
      const end = Math.min(address + bytes, (column + 1) * rangeBytes);
      const shared = end - Math.max(address, column * rangeBytes);
      if (shared <= most) continue;
      most = shared;
      shown = sign;
    }
    line += shown;
  }
  return line;
}

function map(graph: Graph, plan: Plan): string[] {
  const digits = String(Math.max(0, plan.order.length - 1)).length;
  const lines = plan.order.map((at, step) => {
    const node = graph.nodes[at] as Graph["nodes"][number];
    const line = mapLine(plan, step, new Set(node.inputs), new Set(node.outputs));
    return `${String(step).padStart(digits)} |${line}|${step === plan.boundStep ? " <- lower bound" : ""}`;
  });
  const columnBytes = Math.ceil(plan.arenaBytes / mapColumns);
  return [
    "",
    `addresses 0 to ${plan.arenaBytes - 1}, ${columnBytes} ${columnBytes === 1 ? "byte" : "bytes"} a column`,
    "i input  o output  + in place  - kept for later  s scratch  . free",
    ...lines,
  ];
}

/**
 * A memory plan for a terminal, without a line feed at its end: for each step the node, its operator, where its
 * outputs and its scratch memory lie (addresses and sizes in bytes), which step's output an in-place operator takes over,
 * and the bytes alive; the arena and its lower bound; and a map of addresses (across) over steps (down).
 */
export function printPlan(graph: Graph, plan: Plan): string {
  const head = ["step", "node", "operator", "address", "bytes", "scratch at", "bytes", "in place", "alive"];
  return [
    ...table(head, [...inputRows(graph, plan), ...stepRows(graph, plan)]),
    `arena ${plan.arenaBytes} bytes, lower bound ${plan.boundBytes} bytes (step ${plan.boundStep}), ` +
      `linear memory ${plan.memoryBytes} bytes`,
    ...(plan.arenaBytes > 0 && plan.order.length > 0 ? map(graph, plan) : []),
  ].join("\n");
}
