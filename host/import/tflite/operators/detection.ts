import { requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { realValues } from "../../../numerics/real-values.js";
import type { DetectionPostprocessAttributes } from "../../../ops/detection/detection-postprocess.js";
import type { FlexOptions } from "../flexbuffer.js";
import { custom } from "./custom.js";
import type { TfliteMapping, Translation } from "./mapping.js";

/** Detections of one class, where the options do not say. */
const usualPerClass = 100;

function readAttributes(options: FlexOptions): DetectionPostprocessAttributes {
  const perDetection = options.integer("max_classes_per_detection");
  requireThat(perDetection === 1, `${perDetection} classes of a detection; 1 is supported`);
  return {
    maxDetections: options.integer("max_detections"),
    detectionsPerClass: options.bool("use_regular_nms", false)
      ? options.integer("detections_per_class", usualPerClass)
      : 0,
    scoreThreshold: options.real("nms_score_threshold"),
    overlapThreshold: options.real("nms_iou_threshold"),
    classes: options.integer("num_classes"),
    scales: [
      options.real("y_scale"),
      options.real("x_scale"),
      options.real("h_scale"),
      options.real("w_scale"),
    ],
  };
}

/** What comes after detectors. Encodings and scores that are quantized are dequantized before, anchors at once. */
export const detection: readonly TfliteMapping[] = [
  custom("TFLite_Detection_PostProcess", ["dequantize", "detectionPostprocess"], (options, { inputs }) => {
    const before: Translation[] = [];
    const asReal = (tensor: Tensor | undefined): Tensor | undefined => {
      if (tensor === undefined || tensor.dtype === "float32") return tensor;
      const real: Tensor = { name: `${tensor.name} real`, dtype: "float32", shape: tensor.shape };
      const data = realValues(tensor);
      if (data !== undefined) return { ...real, data };
      before.push({ operator: "dequantize", attributes: {}, inputs: [tensor], outputs: [real] });
      return real;
    };
    const reals = inputs.map(asReal);
    return [
      ...before,
      { operator: "detectionPostprocess", attributes: readAttributes(options), inputs: reals },
    ];
  }),
];
