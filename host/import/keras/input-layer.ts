import type { DType, TensorType } from "../../graph/tensor.js";
import { shown } from "../json-fields.js";
import type { OpenLengths } from "../open-lengths.js";
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

/** The input's shape, with what it leaves open as it is fixed; a shape that is none is refused. */
function inputShape(layer: Layer, config: LayerConfig, open: OpenLengths): number[] | undefined {
  const shape = config.raw("batch_input_shape") ?? config.raw("batch_shape");
  const isShape = Array.isArray(shape) && shape.length > 0;
  if (isShape && shape.every((length) => isOpen(length) || (Number.isSafeInteger(length) && length >= 1)))
    return shape.map((length, axis) => (isOpen(length) ? open.length(layer.path, axis, axis === 0) : length));
  config.refuse(`the input's shape is ${shown(shape)}; a list of lengths is expected`);
  return undefined;
}

/**
 * The type of a model's input. What cannot be run of its config is refused.
 *
 * @param open fixes what the shape leaves open
 */
export function readInput(
  layer: Layer,
  open: OpenLengths,
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
  const shape = inputShape(layer, config, open);
  const type = shape === undefined || known === undefined ? undefined : { dtype: known, shape };
  return { type, refusals: config.refusals };
}
