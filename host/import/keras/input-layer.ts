import type { DType, TensorType } from "../../graph/tensor.js";
import type { ImportOptions } from "../imported.js";
import { shown } from "./json-fields.js";
import { LayerConfig } from "./layer-config.js";
import type { Layer } from "./layer-graph.js";

/** Element types of inputs, and what they are in the graph. */
const inputTypes: Readonly<Record<string, DType>> = {
  float32: "float32",
  float16: "float32",
  bfloat16: "float32",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  int8: "int8",
  int16: "int16",
  bool: "bool",
};

/** Whether a length is not known when the model is written. */
const isOpen = (length: unknown): boolean => length === null || length === -1;

/**
 * The input's shape with an unknown batch as 1, and other unknown lengths as `dims` has them, by the input's name and the
 * axis: "tokens.1". Others are refused.
 */
function inputShape(layer: Layer, config: LayerConfig, { dims = {} }: ImportOptions): number[] | undefined {
  const shape = config.raw("batch_input_shape") ?? config.raw("batch_shape");
  if (!Array.isArray(shape) || shape.length === 0) {
    config.refuse(`the input's shape is ${shown(shape)}; a list of lengths is expected`);
    return undefined;
  }
  const lengths = shape.map((length, axis) => {
    if (!isOpen(length)) return length;
    return dims[`${layer.path}.${axis}`] ?? (axis === 0 ? 1 : length);
  });
  if (lengths.every((length) => Number.isSafeInteger(length) && length >= 1)) return lengths;
  const open = lengths.flatMap((length, axis) =>
    isOpen(length) ? [`--dim ${layer.path}.${axis}=LENGTH`] : [],
  );
  const next = open.length > 0 ? `; give it: ${open.join(" ")}` : "";
  config.refuse(`the input's shape ${shown(shape)} is not known beyond the batch, its first length${next}`);
  return undefined;
}

/** The type of a model's input. What cannot be run of its config is refused. */
export function readInput(
  layer: Layer,
  options: ImportOptions,
): { type: TensorType | undefined; refusals: readonly string[] } {
  const config = new LayerConfig(layer.config, layer.path, layer.className);
  const dtype = config.dtypeName();
  const known = Object.hasOwn(inputTypes, dtype) ? inputTypes[dtype] : undefined;
  config.expect(
    known !== undefined,
    `dtype ${shown(dtype)} is not supported; ${Object.keys(inputTypes).join(", ")} are`,
  );
  config.expect(!config.flag("sparse", false), "a sparse input is not supported");
  config.expect(!config.flag("ragged", false), "a ragged input is not supported");
  const shape = inputShape(layer, config, options);
  const type = shape === undefined || known === undefined ? undefined : { dtype: known, shape };
  return { type, refusals: config.refusals };
}
