import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { DType, Tensor } from "../../../../graph/tensor.js";
import { equal, notEqual } from "../../../../ops/elementwise/comparisons.js";
import { gather } from "../../../../ops/movement/gather.js";
import { argMax } from "../../../../ops/reduction/arg.js";
import { reshaped } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import { chosen } from "./scores.js";

/** Numbers of one dtype. */
interface Numbers {
  dtype: DType;
  numbers: readonly number[];
}

/** Keys or values of an encoder, in the attribute that it has them in. Throws `NotRunnable` for texts, or none. */
function numbersOf(node: OnnxNode, what: "keys" | "values"): Numbers {
  const [integers = [], floats = []] = [node.integers(`${what}_int64s`), node.floats(`${what}_floats`)];
  if (integers.length > 0) return { dtype: "int64", numbers: integers };
  if (floats.length > 0) return { dtype: "float32", numbers: floats };
  const tensor = node.tensor(`${what}_tensor`);
  if (tensor?.data !== undefined) return { dtype: tensor.dtype, numbers: Array.from(tensor.data, Number) };
  throw new NotRunnable(`its ${what} are texts; numbers are expected`);
}

/** What becomes of elements that are no key. */
function defaultOf(node: OnnxNode, dtype: DType): number {
  const tensor = node.tensor("default_tensor");
  if (tensor?.data !== undefined) return Number(tensor.data[0]);
  if (dtype === "float32") return node.float("default_float", -0);
  return node.integer("default_int64", -1);
}

/**
 * Which of some keys each element is, counted from 1; 0 for none. Of equal keys the first counts.
 *
 * @param findsNaN whether NaN is a key as any other
 */
function keyNumbers(write: GraphWriter, input: Tensor, keys: readonly number[], findsNaN: boolean): Tensor {
  const column = reshaped(write, input, [...input.shape, 1]);
  const areNaN = keys.map((key) => findsNaN && Number.isNaN(key));
  const isKey = write.node(equal, {}, [column, write.list([keys[0] as number, ...keys], input.dtype)]);
  // The first column wins over keys that are not there: it is half as much as one that is.
  const none = write.list([0.5, ...keys.map(() => 0)]);
  const matches = chosen(write, isKey, write.list([0.5, ...keys.map(() => 1)]), none);
  const marked = areNaN.includes(true)
    ? chosen(
        write,
        write.node(notEqual, {}, [column, column]),
        write.list([0.5, ...areNaN.map(Number)]),
        matches,
      )
    : matches;
  return write.node(argMax, { axis: -1, index: "int64" }, [marked]);
}

function readLabelEncoder(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const [keys, values] = [numbersOf(node, "keys"), numbersOf(node, "values")];
  requireThat(
    keys.numbers.length === values.numbers.length,
    `${keys.numbers.length} keys and ${values.numbers.length} values; as many are expected`,
  );
  requireThat(keys.dtype === input.dtype, `its keys are ${keys.dtype}, the input is ${input.dtype}`);
  const table = write.list([defaultOf(node, values.dtype), ...values.numbers], values.dtype);
  const positions = keyNumbers(write, input, keys.numbers, node.version >= 4);
  return write.node(gather, { axis: 0, batchDims: 0, axes: 1 }, [table, positions]);
}

const domain = "ai.onnx.ml";

/** Labels of classes. */
export const labels: readonly OnnxMapping[] = [
  { operator: "LabelEncoder", domain, becomes: ["equal", "argMax", "gather"], read: readLabelEncoder },
  // Maps of probabilities by the classes' names: the probabilities themselves, in the order of the classes.
  { operator: "ZipMap", domain, becomes: [], read: (node) => node.input(0) },
];
