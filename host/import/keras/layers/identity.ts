import type { TensorIndex } from "../../../graph/node.js";
import type { LayerMapping } from "./mapping.js";

/** Layers that do something while training only. */
export const identityLayers: readonly LayerMapping[] = [
  {
    classNames: [
      "Dropout",
      "SpatialDropout1D",
      "SpatialDropout2D",
      "AlphaDropout",
      "GaussianDropout",
      "GaussianNoise",
      "ActivityRegularization",
    ],
    read: () => (builder) => builder.inputs[0] as TensorIndex,
  },
];
