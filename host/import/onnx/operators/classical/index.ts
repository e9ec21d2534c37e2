import type { OnnxMapping } from "../mapping.js";
import { features } from "./features.js";
import { labels } from "./labels.js";
import { linear } from "./linear.js";
import { neighbors } from "./neighbors.js";
import { supportVectors } from "./support-vectors.js";
import { trees } from "./trees.js";

/** Classical models, as scikit-learn, XGBoost and LightGBM export them: operators of the domain ai.onnx.ml. */
export const classical: readonly OnnxMapping[] = [
  ...trees,
  ...linear,
  ...supportVectors,
  ...features,
  ...labels,
  ...neighbors,
];
