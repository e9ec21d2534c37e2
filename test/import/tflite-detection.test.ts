import * as flexbuffers from "flatbuffers/js/flexbuffers.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import type { DetectionPostprocessAttributes } from "../../host/ops/detection/detection-postprocess.js";
import { buildModel } from "../../host/pipeline.js";
import { refusalsOf } from "../error-of.js";
import { type WrittenModel, type WrittenTensor, writeTflite } from "./tflite-writer.js";

const options = {
  max_detections: 3,
  max_classes_per_detection: 1,
  num_classes: 2,
  nms_score_threshold: 0.25,
  nms_iou_threshold: 0.5,
  y_scale: 10,
  x_scale: 10,
  h_scale: 5,
  w_scale: 5,
};

/** A model of a detector's last step alone: scores of uint8, with a background. */
function detector(own: Record<string, number | boolean> = {}): WrittenModel {
  const float = (name: string, shape: number[]): WrittenTensor => ({ name, type: "FLOAT32", shape });
  const anchors = Float32Array.of(0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, 0.5, 3, 1, 1);
  return {
    tensors: [
      { name: "boxes", type: "UINT8", shape: [1, 3, 4], scale: [0.05], zeroPoint: [100] },
      { name: "scores", type: "UINT8", shape: [1, 3, 3], scale: [1 / 256], zeroPoint: [0] },
      { ...float("anchors", [3, 4]), data: new Uint8Array(anchors.buffer) },
      float("corners", [1, 3, 4]),
      float("classes", [1, 3]),
      float("best", [1, 3]),
      float("count", [1]),
    ],
    nodes: [
      {
        builtin: "CUSTOM:TFLite_Detection_PostProcess",
        inputs: [0, 1, 2],
        outputs: [3, 4, 5, 6],
        customOptions: flexbuffers.encode({ ...options, ...own }),
      },
    ],
    inputs: [0, 1],
    outputs: [3, 4, 5, 6],
  };
}

const read = (model: WrittenModel) =>
  importModel("model.tflite", writeTflite(model), () => new Uint8Array(0));

test("TFLite_Detection_PostProcess works on real values, whatever its inputs are", async () => {
  const graph = await read(detector());
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["quantize", "quantize", "dequantize", "dequantize", "detectionPostprocess"],
  );
  assert.equal(graph.nodes.at(-1)?.attributes, {
    maxDetections: 3,
    detectionsPerClass: 0,
    scoreThreshold: 0.25,
    overlapThreshold: 0.5,
    classes: 2,
    scales: [10, 10, 5, 5],
  });
  const { manifest } = await buildModel(graph);
  assert.equal(
    manifest.inputs.map(({ dtype, interface: own }) => [dtype, own]),
    [
      ["int8", "uint8"],
      ["int8", "uint8"],
    ],
  );
});

test("its classes are apart where the options say so", async () => {
  const perClass = async (own: Record<string, number | boolean>): Promise<unknown> => {
    const attributes = (await read(detector(own))).nodes.at(-1)?.attributes as DetectionPostprocessAttributes;
    return attributes.detectionsPerClass;
  };
  assert.is(await perClass({ use_regular_nms: true }), 100);
  assert.is(await perClass({ use_regular_nms: true, detections_per_class: 7 }), 7);
});

test("options that mean nothing are refused", async () => {
  const refused = async (own: Record<string, number | boolean>, reason: RegExp): Promise<void> => {
    const [first] = await refusalsOf(read(detector(own)));
    assert.match(first?.reason ?? "", reason);
  };
  await refused({ max_classes_per_detection: 2 }, /2 classes of a detection/);
  await refused({ nms_iou_threshold: true }, /its option nms_iou_threshold is true/);
  await refused({ num_classes: 5 }, /3 scores of a box for 5 classes/);
});

test.run();
