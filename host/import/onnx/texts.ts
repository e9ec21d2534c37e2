import { WasmoteError } from "../../errors.js";
import { maxNameBytes } from "../../graph/limits.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";

/*
 * Texts are no numbers, and kernels know none: where a model has texts, the graph has their numbers in a list, int64, and the
 * list beside them (`Tensor.texts`).
 */

/** Texts that a tensor may stand for. */
const maxTexts = 65_536;

/** Texts as a manifest holds them. Throws `model-too-large` for too many, or too long ones. */
export function requireTexts(texts: readonly string[]): readonly string[] {
  if (texts.length > maxTexts)
    throw new WasmoteError("model-too-large", `${texts.length} texts; up to ${maxTexts} are taken`);
  const long = texts.find((text) => new TextEncoder().encode(text).length > maxNameBytes);
  if (long !== undefined) {
    const detail = `a text of ${long.length} characters; up to ${maxNameBytes} bytes are taken`;
    throw new WasmoteError("model-too-large", detail);
  }
  return texts;
}

/** Operators that move what they read, whatever it is. */
const moving: readonly string[] = [
  "Identity",
  "Reshape",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Transpose",
  "Expand",
  "Tile",
  "Gather",
  "Slice",
  "Concat",
  "ArrayFeatureExtractor",
];

/** Operators whose mappings see to texts themselves. */
const reading: readonly string[] = ["Cast", "LabelEncoder", "CategoryMapper", "Shape", "Size"];

/**
 * The texts that a node's outputs stand for, where its inputs stand for texts and it moves them. Throws `NotRunnable` for an
 * operator that does more, or that mixes texts of different lists.
 */
export function movedTexts(
  operator: string,
  inputs: readonly (Tensor | undefined)[],
): readonly string[] | undefined {
  const lists = inputs.flatMap((input) => (input?.texts === undefined ? [] : [input.texts]));
  const [first, ...others] = lists;
  if (first === undefined || reading.includes(operator)) return undefined;
  if (!moving.includes(operator)) throw new NotRunnable("it reads texts, which are moved only");
  if (others.some((list) => list !== first) || (operator === "Concat" && lists.length < inputs.length))
    throw new NotRunnable("it reads texts of different lists; those of one are moved only");
  return first;
}

/** A tensor of numbers that stand for texts. */
export function standingFor(tensor: Tensor, texts: readonly string[]): Tensor {
  tensor.texts = texts;
  return tensor;
}
