import type { LayerMapping } from "../layers/mapping.js";
import { arithmeticFunctions } from "./arithmetic.js";
import { FunctionCall, type FunctionMapping } from "./call.js";
import { composedFunctions } from "./composed.js";
import { movementFunctions } from "./movement.js";
import { reductionFunctions } from "./reduction.js";

const functions: readonly FunctionMapping[] = [
  ...arithmeticFunctions,
  ...reductionFunctions,
  ...movementFunctions,
  ...composedFunctions,
];

/** A function as a layer of a model: of classes in `keras.ops` ("ops.Add"), or of TensorFlow's names ("tf.math.add"). */
function asLayer(
  { build, parameters }: FunctionMapping,
  classNames: readonly string[],
  own: readonly string[],
  isKeras: boolean,
): LayerMapping {
  const aliases = Object.fromEntries(parameters.map((name, i) => [name, own[i] ?? name]));
  return {
    classNames,
    inputs: "several",
    parameters: own,
    anyDtype: true,
    read: (config) => (layer) => build(new FunctionCall(layer, config, aliases, isKeras)),
  };
}

/** Functions that Keras puts into a model as layers. */
export const functionLayers: readonly LayerMapping[] = functions.flatMap((mapping) => {
  const { keras, tensorflow = [], parameters, tensorflowParameters = parameters } = mapping;
  return [
    asLayer(
      mapping,
      keras.map((name) => `ops.${name}`),
      parameters,
      true,
    ),
    asLayer(
      mapping,
      tensorflow.map((name) => `tf.${name}`),
      tensorflowParameters,
      false,
    ),
  ].filter(({ classNames }) => classNames.length > 0);
});
