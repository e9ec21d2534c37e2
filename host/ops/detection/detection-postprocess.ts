import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor, TensorType } from "../../graph/tensor.js";
import type { Operator, Values } from "../operator.js";

/** Attributes of the last step of a single-shot detector. */
export interface DetectionPostprocessAttributes {
  /** Detections that come out; those that are not found are zeros. */
  maxDetections: number;
  /** Detections of one class, which are suppressed among themselves; 0: suppressed among all, each box with its best class. */
  detectionsPerClass: number;
  /** Score from which a box counts. */
  scoreThreshold: number;
  /** Intersection over union above which the box of the lower score is dropped. */
  overlapThreshold: number;
  /** Classes without the background. */
  classes: number;
  /** What encodings are divided by: y, x, height, width. */
  scales: readonly [number, number, number, number];
}

/** A detector's tensors and numbers. */
export interface DetectionGeometry {
  boxes: number;
  /** Numbers of an encoded box, of which the first four count. */
  boxLength: number;
  /** Scores of a box; one more than classes where the first is the background's. */
  scoreLength: number;
  anchors: Tensor;
}

/** Looks up and checks a detector's tensors and numbers. Throws `NotRunnable`. */
export function detectionGeometry(node: BoundNode<DetectionPostprocessAttributes>): DetectionGeometry {
  const [encodings, scores, anchors] = node.inputs;
  if (encodings === undefined || scores === undefined || anchors === undefined) {
    throw new NotRunnable(`${node.inputs.length} inputs; encodings, scores and anchors are expected`);
  }
  for (const tensor of [encodings, scores, anchors]) {
    requireThat(tensor.dtype === "float32", `"${tensor.name}" is ${tensor.dtype}; float32 is expected`);
  }
  const [batches, boxes = 0, boxLength = 0] = encodings.shape;
  const { classes, maxDetections, detectionsPerClass, overlapThreshold, scoreThreshold, scales } =
    node.attributes;
  requireThat(
    encodings.shape.length === 3 && batches === 1 && boxLength >= 4,
    `encodings of ${encodings.shape.join("x")}; 1 x boxes x 4 is expected`,
  );
  const scoreLength = scores.shape[2] ?? 0;
  requireThat(
    scores.shape.length === 3 && scores.shape[0] === 1 && scores.shape[1] === boxes,
    `scores of ${scores.shape.join("x")}; 1 x ${boxes} x classes is expected`,
  );
  requireThat(
    classes >= 1 && (scoreLength === classes || scoreLength === classes + 1),
    `${scoreLength} scores of a box for ${classes} classes`,
  );
  requireThat(
    anchors.data !== undefined && anchors.shape.join() === `${boxes},4`,
    `anchors of ${anchors.shape.join("x")}; constant ones of ${boxes} x 4 are expected`,
  );
  requireThat(maxDetections >= 1, `${maxDetections} detections; at least 1 is expected`);
  requireThat(
    detectionsPerClass >= 0,
    `${detectionsPerClass} detections a class; a number from 0 is expected`,
  );
  requireThat(
    overlapThreshold > 0 && overlapThreshold <= 1 && Number.isFinite(scoreThreshold),
    `thresholds ${scoreThreshold} and ${overlapThreshold}; of overlap, more than 0 and up to 1 is expected`,
  );
  requireThat(
    scales.every((scale) => Number.isFinite(scale) && scale > 0),
    `scales ${scales.join(", ")}; positive numbers are expected`,
  );
  return { boxes, boxLength, scoreLength, anchors };
}

/** Corners of a box: least y and x, largest y and x. */
type Corners = readonly [number, number, number, number];

function decode(
  encodings: Values,
  at: number,
  anchors: Values,
  index: number,
  scales: readonly number[],
): Corners {
  const [y, x, height, width] = [0, 1, 2, 3].map(
    (i) => (encodings[at + i] as number) / (scales[i] as number),
  ) as [number, number, number, number];
  const [anchorY, anchorX, anchorHeight, anchorWidth] = [0, 1, 2, 3].map(
    (i) => anchors[index * 4 + i] as number,
  ) as [number, number, number, number];
  const [centreY, centreX] = [y * anchorHeight + anchorY, x * anchorWidth + anchorX];
  const [halfHeight, halfWidth] = [
    0.5 * Math.exp(height) * anchorHeight,
    0.5 * Math.exp(width) * anchorWidth,
  ];
  return [centreY - halfHeight, centreX - halfWidth, centreY + halfHeight, centreX + halfWidth];
}

function overlap(a: Corners, b: Corners): number {
  const area = ([top, left, bottom, right]: Corners): number => (bottom - top) * (right - left);
  if (area(a) <= 0 || area(b) <= 0) return 0;
  const height = Math.max(Math.min(a[2], b[2]) - Math.max(a[0], b[0]), 0);
  const width = Math.max(Math.min(a[3], b[3]) - Math.max(a[1], b[1]), 0);
  return (height * width) / (area(a) + area(b) - height * width);
}

/** Boxes in the order of their scores, without those that overlap a better one too much; at most `limit`. */
function suppress(
  scores: readonly number[],
  corners: readonly Corners[],
  { scoreThreshold, overlapThreshold }: DetectionPostprocessAttributes,
  limit: number,
): number[] {
  const left = [...scores.keys()]
    .filter((box) => (scores[box] as number) >= scoreThreshold)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const chosen: number[] = [];
  for (const box of left) {
    if (chosen.length >= limit) break;
    const isFree = chosen.every(
      (better) => overlap(corners[better] as Corners, corners[box] as Corners) <= overlapThreshold,
    );
    if (isFree) chosen.push(box);
  }
  return chosen;
}

/**
 * What comes after a single-shot detector: boxes decoded from centres and sizes relative to anchors, the best of them
 * by non-maximum suppression. Outputs: corners [1, detections, 4], classes and scores [1, detections], and how many were
 * found [1], all float32. Source: TFLite's custom operator `TFLite_Detection_PostProcess`, with one class a detection.
 */
export const detectionPostprocess: Operator<DetectionPostprocessAttributes> = {
  name: "detectionPostprocess",
  quantization: { output: "calibrated" },
  infer(node): TensorType[] {
    detectionGeometry(node);
    const { maxDetections } = node.attributes;
    return [[1, maxDetections, 4], [1, maxDetections], [1, maxDetections], [1]].map((shape) => ({
      dtype: "float32",
      shape,
    }));
  },
  macs: () => 0,
  reference(node, [encodings, scores, anchors]) {
    if (encodings === undefined || scores === undefined || anchors === undefined)
      throw new NotRunnable("an input is missing");
    const { boxes, boxLength, scoreLength } = detectionGeometry(node);
    const { classes, maxDetections, detectionsPerClass, scales } = node.attributes;
    const first = scoreLength - classes;
    const score = (box: number, kind: number): number => scores[box * scoreLength + first + kind] as number;
    const all = Array.from({ length: boxes }, (_, box) => box);
    const kinds = Array.from({ length: classes }, (_, kind) => kind);
    const corners = all.map((box) => decode(encodings, box * boxLength, anchors, box, scales));
    const bestOf = (box: number): number =>
      kinds.reduce((best, kind) => (score(box, kind) > score(box, best) ? kind : best), 0);
    const found =
      detectionsPerClass === 0
        ? suppress(
            all.map((box) => score(box, bestOf(box))),
            corners,
            node.attributes,
            maxDetections,
          ).map((box) => ({ box, kind: bestOf(box) }))
        : kinds
            .flatMap((kind) =>
              suppress(
                all.map((box) => score(box, kind)),
                corners,
                node.attributes,
                detectionsPerClass,
              ).map((box) => ({ box, kind })),
            )
            .sort((a, b) => score(b.box, b.kind) - score(a.box, a.kind))
            .slice(0, maxDetections);
    const outputs = [maxDetections * 4, maxDetections, maxDetections, 1].map(
      (length) => new Float32Array(length),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (const [i, { box, kind }] of found.entries()) {
      outputs[0].set(corners[box] as Corners, i * 4);
      outputs[1][i] = kind;
      outputs[2][i] = score(box, kind);
    }
    outputs[3][0] = found.length;
    return outputs;
  },
};
