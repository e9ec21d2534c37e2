import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { DType, Tensor } from "../../../../graph/tensor.js";
import { equal, notEqual } from "../../../../ops/elementwise/comparisons.js";
import { gather } from "../../../../ops/movement/gather.js";
import { argMax } from "../../../../ops/reduction/arg.js";
import { reshaped } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import { requireTexts, standingFor } from "../../texts.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import { chosen } from "./scores.js";

/** Keys or values: numbers of one dtype, or texts. */
type Entries = { dtype: DType; numbers: readonly number[] } | { texts: readonly string[] };

const lengthOf = (entries: Entries): number => ("texts" in entries ? entries.texts : entries.numbers).length;

/** Keys or values of an encoder, in the attribute that it has them in. Throws `NotRunnable` where there are none. */
function entriesOf(node: OnnxNode, what: "keys" | "values"): Entries {
  const [integers = [], floats = []] = [node.integers(`${what}_int64s`), node.floats(`${what}_floats`)];
  const texts = node.texts(`${what}_strings`) ?? [];
  if (integers.length > 0) return { dtype: "int64", numbers: integers };
  if (floats.length > 0) return { dtype: "float32", numbers: floats };
  if (texts.length > 0) return { texts: requireTexts(texts) };
  const tensor = node.tensor(`${what}_tensor`);
  if (tensor?.data === undefined) throw new NotRunnable(`it has no ${what}`);
  const numbers = Array.from(tensor.data, Number);
  if (tensor.texts === undefined) return { dtype: tensor.dtype, numbers };
  return { texts: numbers.map((number) => tensor.texts?.[number] as string) };
}

/** What becomes of elements that are no key. */
function otherwiseOf(node: OnnxNode, values: Entries): number | string {
  const tensor = node.tensor("default_tensor");
  if (tensor?.data !== undefined) {
    const number = Number(tensor.data[0]);
    return tensor.texts?.[number] ?? number;
  }
  if ("texts" in values) return node.text("default_string", "_Unused");
  return values.dtype === "float32" ? node.float("default_float", -0) : node.integer("default_int64", -1);
}

/** Elements of a constant list by their positions. */
function listed(write: GraphWriter, list: Tensor, positions: Tensor): Tensor {
  return write.node(gather, { axis: 0, batchDims: 0, axes: 1 }, [list, positions]);
}

/**
 * Which of some numbers each element is, counted from 1; 0 for none. Of equal ones the first counts.
 *
 * @param findsNaN whether NaN is a key as any other
 */
function numberPositions(
  write: GraphWriter,
  input: Tensor,
  keys: readonly number[],
  findsNaN: boolean,
): Tensor {
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

/** Which of some keys each element is, as `numberPositions`; of texts by what is known of them. Throws `NotRunnable`. */
function keyPositions(write: GraphWriter, input: Tensor, keys: Entries, findsNaN: boolean): Tensor {
  if ("texts" in keys) {
    if (input.texts === undefined) throw new NotRunnable("its keys are texts, the input is none");
    const positions = input.texts.map((text) => keys.texts.indexOf(text) + 1);
    return listed(write, write.list(positions, "int64"), input);
  }
  requireThat(input.texts === undefined, "its keys are numbers, the input is texts");
  requireThat(keys.dtype === input.dtype, `its keys are ${keys.dtype}, the input is ${input.dtype}`);
  return numberPositions(write, input, keys.numbers, findsNaN);
}

/** Each element that is a key as the value of that key. Throws `NotRunnable`. */
function encoded(
  write: GraphWriter,
  input: Tensor,
  {
    keys,
    values,
    otherwise,
    findsNaN,
  }: { keys: Entries; values: Entries; otherwise: number | string; findsNaN: boolean },
): Tensor {
  requireThat(
    lengthOf(keys) === lengthOf(values),
    `${lengthOf(keys)} keys and ${lengthOf(values)} values; as many are expected`,
  );
  const positions = keyPositions(write, input, keys, findsNaN);
  if ("texts" in values) return standingFor(positions, [String(otherwise), ...values.texts]);
  return listed(write, write.list([Number(otherwise), ...values.numbers], values.dtype), positions);
}

function readLabelEncoder(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  if (node.version < 2) return readCategories(node, write, node.texts("classes_strings") ?? []);
  const [keys, values] = [entriesOf(node, "keys"), entriesOf(node, "values")];
  // Since version 4 NaN is a key as any other.
  const findsNaN = node.version >= 4;
  return encoded(write, input, { keys, values, otherwise: otherwiseOf(node, values), findsNaN });
}

/** Texts to their numbers, or numbers to their texts. */
function readCategories(
  node: OnnxNode,
  write: GraphWriter,
  names: readonly string[],
  numbers: readonly number[] = [...names.keys()],
): Tensor {
  const input = node.input(0);
  requireThat(names.length > 0, "it has no categories");
  const texts: Entries = { texts: requireTexts(names) };
  const integers: Entries = { dtype: "int64", numbers };
  const [keys, values] = input.texts === undefined ? [integers, texts] : [texts, integers];
  return encoded(write, input, { keys, values, otherwise: otherwiseOf(node, values), findsNaN: false });
}

/** Probabilities by the classes' names: they stay as they are, in the order of the classes, whose names are told. */
function readZipMap(node: OnnxNode): Tensor {
  const scores = node.input(0);
  const names = node.texts("classlabels_strings") ?? node.integers("classlabels_int64s")?.map(String) ?? [];
  if (names.length === scores.shape.at(-1) && names.some((name, i) => name !== `${i}`))
    scores.labels = requireTexts(names);
  return scores;
}

const domain = "ai.onnx.ml";

const encoding = ["equal", "argMax", "select", "gather"];

/** Labels of classes. */
export const labels: readonly OnnxMapping[] = [
  { operator: "LabelEncoder", domain, becomes: encoding, read: readLabelEncoder },
  {
    operator: "CategoryMapper",
    domain,
    becomes: encoding,
    read: (node, write) =>
      readCategories(node, write, node.texts("cats_strings") ?? [], node.integers("cats_int64s")),
  },
  { operator: "ZipMap", domain, becomes: [], read: readZipMap },
];
