import { block } from "../block.js";

export const detectionParameters = block("DetectionParameters", "What comes after a single-shot detector.", {
  encodings: "address",
  scores: "address",
  anchors: "weights",
  corners: { type: "address", note: "Output 0." },
  kinds: { type: "address", note: "Output 1: classes." },
  best: { type: "address", note: "Output 2: scores." },
  count: { type: "address", note: "Output 3." },
  scratch: { type: "address", note: "Behind this block." },
  boxes: "int32",
  boxLength: { type: "int32", note: "Numbers of an encoded box." },
  classes: "int32",
  scoreLength: { type: "int32", note: "Scores of a box, of which the last `classes` count." },
  maxDetections: "int32",
  detectionsPerClass: { type: "int32", note: "0: classes are suppressed together." },
  scoreThreshold: "float32",
  overlapThreshold: "float32",
  scaleY: "float32",
  scaleX: "float32",
  scaleHeight: "float32",
  scaleWidth: "float32",
});
