import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { joined, reshaped, sliced } from "../../compose/movement.js";
import { GraphWriter } from "../../graph-writer.js";
import type { FlowReading } from "./control-flow.js";
import type { ReadNode } from "./graph-reader.js";
import type { TensorList, Value } from "./scope.js";

/** Elements of a list, at most. */
const maxItems = 4096;

function tensorAt({ inputs }: ReadNode, position: number): Tensor {
  const value = inputs[position];
  if (typeof value === "object" && "dtype" in value) return value;
  throw new NotRunnable(`input ${position} is no tensor`);
}

function listAt({ inputs }: ReadNode): TensorList {
  const [value] = inputs;
  if (typeof value === "object" && "items" in value) return value;
  throw new NotRunnable("input 0 is no list of tensors");
}

/** A constant number that says which element, or how many. */
function indexAt(read: ReadNode, position: number, what: string): number {
  const { data } = tensorAt(read, position);
  if (data === undefined || data.length !== 1)
    throw new NotRunnable(`the ${what} must be one constant number, not computed while the model runs`);
  return Number(data[0]);
}

function reserve(read: ReadNode): Value[] {
  const length = indexAt(read, 1, "number of elements");
  requireThat(
    Number.isInteger(length) && length >= 0 && length <= maxItems,
    `a list has ${length} elements; 0 to ${maxItems} are supported`,
  );
  return [{ items: Array.from({ length }, () => undefined) }];
}

/** The parts of a tensor along its first axis. */
const fromTensor: FlowReading = (read, { graph }) => {
  const whole = tensorAt(read, 0);
  const [length, ...shape] = whole.shape;
  if (length === undefined) throw new NotRunnable("a scalar has no parts");
  requireThat(length <= maxItems, `a list has ${length} elements; up to ${maxItems} are supported`);
  const write = new GraphWriter(graph, read.name);
  const items = Array.from({ length }, (_, i) => reshaped(write, sliced(write, whole, 0, i, 1), shape));
  return [{ items }];
};

const getItem: FlowReading = (read) => {
  const { items } = listAt(read);
  const index = indexAt(read, 1, "index");
  const item = items[index];
  if (item === undefined) throw new NotRunnable(`element ${index} of the list is read before it is given`);
  return [item];
};

const setItem: FlowReading = (read) => {
  const { items } = listAt(read);
  const index = indexAt(read, 1, "index");
  requireThat(index >= 0 && index < items.length, `element ${index} is given to a list of ${items.length}`);
  return [{ items: items.with(index, tensorAt(read, 2)) }];
};

/** All elements as one tensor, along a new first axis. */
const stack: FlowReading = (read, { graph }) => {
  const { items } = listAt(read);
  const write = new GraphWriter(graph, read.name);
  const rows = items.map((item, index) => {
    if (item === undefined) throw new NotRunnable(`element ${index} of the list is read before it is given`);
    return reshaped(write, item, [1, ...item.shape]);
  });
  requireThat(rows.length > 0, "the list is empty");
  return [joined(write, rows, 0)];
};

/** A reading that waits for its inputs: nothing is known of its outputs where one is unknown. */
const known =
  (reading: FlowReading): FlowReading =>
  (read, reader) =>
    read.inputs.includes("unknown") ? "unknown" : reading(read, reader);

/** Lists of tensors, as loops of recurrent layers use them. */
export const tensorLists: readonly (readonly [string, FlowReading])[] = [
  ["TensorListReserve", known(reserve)],
  ["TensorListFromTensor", known(fromTensor)],
  ["TensorListGetItem", known(getItem)],
  ["TensorListSetItem", known(setItem)],
  ["TensorListStack", known(stack)],
  [
    "TensorListLength",
    known((read, { graph }) => [
      new GraphWriter(graph, read.name).scalar(listAt(read).items.length, "int32"),
    ]),
  ],
];
