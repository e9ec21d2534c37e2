import { type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { table } from "../table.js";
import { shortened } from "../visible.js";
import type { Plan, TensorAllocation } from "./types.js";

/** Columns of the map of addresses. */
const mostMapColumns = 64;

/** Columns that it has at least, on however narrow a terminal. */
const fewestMapColumns = 8;
const boundNote = " <- lower bound";

type Cell = string | number;

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
      const [taken, whole] = [tensor?.sharesWith, tensor?.partOf];
      const where = (other: TensorIndex): string => producer.get(other) ?? "model input";
      return [
        position === 0 ? step : "",
        position === 0 ? shortened(node.name, longestName) : "",
        position === 0 ? node.operator : "",
        tensor?.address ?? "",
        tensor?.bytes ?? "",
        position === 0 && scratch.bytes > 0 ? scratch.address : "",
        position === 0 && scratch.bytes > 0 ? scratch.bytes : "",
        taken !== undefined ? `over ${where(taken)}` : whole !== undefined ? `in ${where(whole)}` : "",
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
      shortened(tensorAt(graph, index).name, longestName),
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
  mapColumns: number,
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
  const most = new Array<number>(mapColumns).fill(0);
  const shown = new Array<string>(mapColumns).fill(".");
  for (const { address, bytes, sign } of ranges) {
    const last = Math.min(mapColumns - 1, Math.floor((address + bytes) / rangeBytes));
    for (let column = Math.floor(address / rangeBytes); column <= last; column++) {
      const end = Math.min(address + bytes, (column + 1) * rangeBytes);
      const shared = end - Math.max(address, column * rangeBytes);
      if (shared <= (most[column] as number)) continue;
      most[column] = shared;
      shown[column] = sign;
    }
  }
  return shown.join("");
}

function map(graph: Graph, plan: Plan, width: number): string[] {
  const digits = String(Math.max(0, plan.order.length - 1)).length;
  const room = width - digits - " ||".length - boundNote.length;
  const mapColumns = Math.max(fewestMapColumns, Math.min(mostMapColumns, room));
  const lines = plan.order.map((at, step) => {
    const node = graph.nodes[at] as Graph["nodes"][number];
    const line = mapLine(plan, step, new Set(node.inputs), new Set(node.outputs), mapColumns);
    return `${String(step).padStart(digits)} |${line}|${step === plan.boundStep ? boundNote : ""}`;
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
 * outputs and its scratch memory lie (addresses and sizes in bytes), which step's output they take over or are a part of,
 * and the bytes alive; the arena and its lower bound; and a map of addresses (across) over steps (down).
 *
 * @param width columns of the terminal
 */
export function printPlan(graph: Graph, plan: Plan, width: number = Number.POSITIVE_INFINITY): string {
  const heads = ["step", "node", "operator", "address", "bytes", "scratch at", "bytes", "in place", "alive"];
  const rows = [...inputRows(graph, plan), ...stepRows(graph, plan)];
  const columns = heads.map((heading, i) => ({
    heading,
    align: rows.some((row) => typeof row[i] === "number") ? ("right" as const) : ("left" as const),
  }));
  const variables = plan.variables.map(({ address, bytes }, i) => {
    const name = shortened(graph.variables?.[i]?.name ?? "", longestName);
    return `variable ${name}: ${bytes} bytes at ${address}, kept between runs`;
  });
  return [
    ...table(
      columns,
      rows.map((row) => row.map(String)),
      { width },
    ),
    `arena ${plan.arenaBytes} bytes, lower bound ${plan.boundBytes} bytes (step ${plan.boundStep}), ` +
      `with state ${plan.memoryBytes} bytes`,
    ...variables,
    ...(plan.arenaBytes > 0 && plan.order.length > 0 ? map(graph, plan, width) : []),
  ].join("\n");
}
