/**
 * What comes after a single-shot detector: boxes from their encodings, and the best of them by non-maximum suppression.
 *
 * encodings [boxes, boxLength] float32: y, x, height, width relative to the box's anchor, and more that does not count
 * scores    [boxes, scoreLength] float32; the last `classes` of a box count
 * anchors   [boxes, 4] float32 in the weights section: y, x, height, width
 * corners   [maxDetections, 4] float32: least y and x, largest y and x
 * kinds     [maxDetections] float32: classes
 * best      [maxDetections] float32: scores
 * count     [1] float32: detections that were found; all others are zeros
 *
 *   centre = encoding / scale * anchor size + anchor centre
 *   half   = exp(encoding / scale) * anchor size / 2
 *
 * Of the boxes of a score of at least `scoreThreshold`, the best is taken and all are dropped that overlap it by more
 * than `overlapThreshold` (intersection over union), and so on: within each class up to `detectionsPerClass` times, of
 * which the best `maxDetections` of all classes are kept; or, where that is 0, among all boxes with the best class of
 * each. Of equal scores the first one counts.
 *
 * scratch: 16 bytes a box for corners, 1 for whether it is free, 4 more for its best score where classes are suppressed
 * together, and 12 for each of maxDetections + 1 candidates.
 * Source: TFLite's custom operator `TFLite_Detection_PostProcess`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { exp } from "../../math/exp";
import { DetectionParameters } from "../../parameters";

export function detectionPostprocessFloat32(parameters: i32, to: usize): void {
  const given = readParameters<DetectionParameters>(parameters, to);
  const boxes = given.boxes, corners = given.scratch;
  decode(given, corners);
  const scores = given.scores + ((given.scoreLength - given.classes) << 2);
  const step = given.scoreLength << 2;
  const together = given.detectionsPerClass == 0;
  const highest = corners + (boxes << 4);
  const free = together ? highest + (boxes << 2) : highest;
  const list = (free + boxes + 7) & ~7;
  let found = 0;
  if (together) {
    for (let i = 0; i < boxes; i++) {
      const row = scores + i * step;
      store<f32>(highest + (i << 2), load<f32>(row + (kindOf(row, given.classes) << 2)));
    }
    found = suppress(given, corners, highest, 4, free, list, 0, -1, given.maxDetections);
  } else {
    for (let kind = 0; kind < given.classes; kind++) {
      found = suppress(
        given, corners, scores + (kind << 2), step, free, list, found, kind, given.detectionsPerClass,
      );
    }
  }
  writeDetections(given, corners, list, found, scores, step);
}

/** The anchors are read to where the corners come, and turned into these one by one. */
function decode(given: DetectionParameters, corners: usize): void {
  const boxes = given.boxes, step = given.boxLength << 2;
  readWeights(corners, given.anchors, boxes << 4);
  let box = given.encodings;
  for (let p = corners, end = corners + (boxes << 4); p < end; p += 16, box += step) {
    const height = load<f32>(p, 8), width = load<f32>(p, 12);
    const y = (load<f32>(box) / given.scaleY) * height + load<f32>(p);
    const x = (load<f32>(box, 4) / given.scaleX) * width + load<f32>(p, 4);
    const halfHeight: f32 = 0.5 * exp(load<f32>(box, 8) / given.scaleHeight) * height;
    const halfWidth: f32 = 0.5 * exp(load<f32>(box, 12) / given.scaleWidth) * width;
    store<f32>(p, y - halfHeight);
    store<f32>(p, x - halfWidth, 4);
    store<f32>(p, y + halfHeight, 8);
    store<f32>(p, x + halfWidth, 12);
  }
}

/** The class of the best of some scores. */
function kindOf(row: usize, classes: i32): i32 {
  let best = 0;
  for (let kind = 1; kind < classes; kind++) {
    if (load<f32>(row + (kind << 2)) > load<f32>(row + (best << 2))) best = kind;
  }
  return best;
}

/**
 * Takes up to `limit` boxes by the scores at `scores` and every `step` bytes, and adds them to the list of the best, which
 * holds `found`; answers how many it holds then.
 */
function suppress(
  given: DetectionParameters, corners: usize, scores: usize, step: i32, free: usize,
  list: usize, found: i32, kind: i32, limit: i32,
): i32 {
  const boxes = given.boxes, threshold = given.scoreThreshold, most = given.overlapThreshold;
  memory.fill(free, 1, boxes);
  for (; limit > 0; limit--) {
    let best = -1;
    let bestScore: f32 = 0;
    for (let i = 0; i < boxes; i++) {
      const score = load<f32>(scores + i * step);
      if (load<u8>(free + i) && score >= threshold && (best < 0 || score > bestScore)) {
        best = i;
        bestScore = score;
      }
    }
    if (best < 0) break;
    store<u8>(free + best, 0);
    for (let i = 0; i < boxes; i++) {
      if (load<u8>(free + i) && overlap(corners + (best << 4), corners + (i << 4)) > most) store<u8>(free + i, 0);
    }
    found = insert(list, found, given.maxDetections, bestScore, best, kind);
  }
  return found;
}

/** Puts a detection behind all of at least its score; one that is worse than `most` others falls out. */
function insert(list: usize, found: i32, most: i32, score: f32, box: i32, kind: i32): i32 {
  let p = list + found * 12;
  for (; p > list && load<f32>(p - 12) < score; p -= 12) memory.copy(p, p - 12, 12);
  store<f32>(p, score);
  store<i32>(p, box, 4);
  store<i32>(p, kind, 8);
  return min(found + 1, most);
}

/** Intersection over union of two boxes; 0 where one has no area. */
function overlap(a: usize, b: usize): f32 {
  const top = load<f32>(a), left = load<f32>(a, 4), bottom = load<f32>(a, 8), right = load<f32>(a, 12);
  const otherTop = load<f32>(b), otherLeft = load<f32>(b, 4), otherBottom = load<f32>(b, 8), otherRight = load<f32>(b, 12);
  const area = (bottom - top) * (right - left), other = (otherBottom - otherTop) * (otherRight - otherLeft);
  if (area <= 0 || other <= 0) return 0;
  const height = max<f32>(min<f32>(bottom, otherBottom) - max<f32>(top, otherTop), 0);
  const width = max<f32>(min<f32>(right, otherRight) - max<f32>(left, otherLeft), 0);
  const both = height * width;
  return both / (area + other - both);
}

function writeDetections(given: DetectionParameters, corners: usize, list: usize, found: i32, scores: usize, step: i32): void {
  const most = given.maxDetections;
  memory.fill(given.corners, 0, most << 4);
  memory.fill(given.kinds, 0, most << 2);
  memory.fill(given.best, 0, most << 2);
  store<f32>(given.count, <f32>found);
  for (let i = 0; i < found; i++, list += 12) {
    const box = load<i32>(list, 4);
    let kind = load<i32>(list, 8);
    if (kind < 0) kind = kindOf(scores + box * step, given.classes);
    memory.copy(given.corners + (i << 4), corners + (box << 4), 16);
    store<f32>(given.kinds + (i << 2), <f32>kind);
    store<f32>(given.best + (i << 2), load<f32>(list));
  }
}
