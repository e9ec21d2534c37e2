import { alignUp } from "../abi/align.js";
import { variableAlignment } from "../abi/variable-alignment.js";
import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { type Tensor, tensorBytes } from "../graph/tensor.js";
import { allocate } from "./allocate.js";
import { type Demand, demandOf, type NeedsLookup, type NodeDemand } from "./demand.js";
import type { Layout } from "./first-fit.js";
import { type Lifetime, type Schedule, scheduleOf } from "./lifetimes.js";
import { orderNodes } from "./order.js";
import { type Place, placesApart } from "./places.js";
import { scratchAt } from "./scratch.js";
import type { Plan, TensorAllocation, VariableAllocation } from "./types.js";

/** Linear memory is a multiple of this many bytes. */
const memoryGranularityBytes = 16;

interface Outline {
  demand: Demand;
  order: readonly number[];
  schedule: Schedule;
  boundBytes: number;
  layout: Layout;
}

function outlineOf(demand: Demand, order: readonly number[]): Outline {
  const schedule = scheduleOf(demand, order);
  const boundBytes = Math.max(...schedule.aliveBytes);
  return { demand, order, schedule, boundBytes, layout: allocate(schedule, boundBytes) };
}

const needsMoreThanBound = ({ layout, boundBytes }: Outline): boolean => layout.arenaBytes > boundBytes;

const smaller = (a: Outline, b: Outline): Outline => (b.layout.arenaBytes < a.layout.arenaBytes ? b : a);

/** The nodes in an order that needs little memory, or in the given one where that does not work out. */
function outlineFor(demand: Demand): Outline {
  const found = outlineOf(demand, orderNodes(demand));
  if (!needsMoreThanBound(found)) return found;
  return smaller(
    found,
    outlineOf(
      demand,
      demand.nodes.map((_, node) => node),
    ),
  );
}

/** Addresses of the graph's variables, one after another from `start` on: first those that start as zeros, so that one fill does. */
function placeVariables({ variables = [] }: Graph, start: number): VariableAllocation[] {
  const placed = new Map<number, VariableAllocation>();
  const numbers = variables.map((_, i) => i);
  const isGiven = (i: number): boolean => variables[i]?.data !== undefined;
  let end = start;
  for (const i of [...numbers.filter((i) => !isGiven(i)), ...numbers.filter(isGiven)]) {
    const address = alignUp(end, variableAlignment);
    const bytes = tensorBytes(variables[i] as Tensor);
    placed.set(i, { address, bytes });
    end = address + bytes;
  }
  return numbers.map((i) => placed.get(i) as VariableAllocation);
}

/**
 * Plans linear memory for an integer graph: an order of the nodes that needs little memory, and an address for every
 * activation and every step's scratch memory, so that nothing that is alive at the same step overlaps. Memory is
 * taken over by the outputs of in-place operators. Variables lie behind all that, with what operators offer to keep in them. Pure and
 * deterministic.
 *
 * @param needsOf how to find what an operator needs, by its name
 * @throws WasmoteError `model-invalid` where a tensor is read before it is written, or written twice
 */
export function planMemory(graph: Graph, needsOf: NeedsLookup): Plan {
  const outlines = [outlineFor(demandOf(graph, needsOf))];
  // What lies in one place moves together, and may then leave gaps.
  if (needsMoreThanBound(outlines[0] as Outline))
    outlines.push(outlineFor(demandOf(graph, needsOf, placesApart(graph, needsOf))));
  const { demand, order, schedule, boundBytes, layout } = outlines.reduce(smaller);
  const tensors = new Map<TensorIndex, TensorAllocation>();
  schedule.blocks.forEach((block, at) => {
    for (const { index, offset } of block.tensors) {
      const { partOf } = demand.places[index] as Place;
      tensors.set(index, {
        address: (layout.addresses[at] as number) + offset,
        bytes: demand.bytes[index] as number,
        ...(schedule.lifetimes.get(index) as Lifetime),
        ...(partOf === undefined ? {} : { partOf }),
      });
    }
  });
  const variables = placeVariables(graph, layout.arenaBytes);
  for (const [index, variable] of demand.inVariables)
    tensors.set(index, {
      ...(variables[variable] as VariableAllocation),
      first: 0,
      last: Math.max(0, order.length - 1),
      variable,
    });
  const endBytes = Math.max(layout.arenaBytes, ...variables.map(({ address, bytes }) => address + bytes));
  return {
    order,
    tensors,
    scratch: order.map((node, step) => scratchAt(step, demand.nodes[node] as NodeDemand, schedule, layout)),
    aliveBytes: schedule.aliveBytes,
    variables,
    arenaBytes: layout.arenaBytes,
    boundBytes,
    boundStep: schedule.aliveBytes.indexOf(boundBytes),
    memoryBytes: alignUp(endBytes, memoryGranularityBytes),
  };
}
