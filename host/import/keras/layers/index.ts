import { functionLayers } from "../functions/index.js";
import { activationLayers } from "./activation.js";
import { attentionLayers } from "./attention.js";
import { convolutionLayers } from "./convolution.js";
import { denseLayers } from "./dense.js";
import { identityLayers } from "./identity.js";
import type { LayerMapping } from "./mapping.js";
import { mergeLayers } from "./merge.js";
import { normalizationLayers } from "./normalization.js";
import { poolingLayers } from "./pooling.js";
import { preprocessingLayers } from "./preprocessing.js";
import { recurrentLayers } from "./recurrent.js";
import { shapeLayers } from "./shape.js";
import { transposedConvolutionLayers } from "./transposed-convolution.js";
import { volumeLayers } from "./volumes.js";
import { wrapperLayers } from "./wrappers.js";

const byClassName = new Map(
  [
    ...activationLayers,
    ...attentionLayers,
    ...convolutionLayers,
    ...transposedConvolutionLayers,
    ...denseLayers,
    ...identityLayers,
    ...mergeLayers,
    ...normalizationLayers,
    ...poolingLayers,
    ...preprocessingLayers,
    ...recurrentLayers,
    ...shapeLayers,
    ...volumeLayers,
    ...wrapperLayers,
    ...functionLayers,
  ].flatMap((mapping) => mapping.classNames.map((className): [string, LayerMapping] => [className, mapping])),
);

/**
 * Names of all classes that are supported, and of those that TensorFlow.js has had for them; of functions of Keras 3
 * "ops.Add", of TensorFlow's in models of Keras 2 "tf.math.add".
 */
export function layerClassNames(): string[] {
  return [...byClassName].flatMap(([name, { unlisted }]) => (unlisted ? [] : [name]));
}

/** How layers of this class become nodes; undefined for a class that is not supported. */
export function layerMapping(className: string): LayerMapping | undefined {
  return byClassName.get(className);
}
