import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import {
  type DetectionPostprocessAttributes,
  detectionPostprocess,
} from "../../../host/ops/detection/detection-postprocess.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

const usual: DetectionPostprocessAttributes = {
  maxDetections: 4,
  detectionsPerClass: 0,
  scoreThreshold: 0.3,
  overlapThreshold: 0.5,
  classes: 2,
  scales: [10, 10, 5, 5],
};

/** Tensors of a detector: boxes around anchors, scores with a background where there is one more. */
function draw(seed: number, boxes: number, scoreLength: number, boxLength = 4) {
  const { real } = random(seed);
  const some = (count: number, low: number, high: number): Float32Array =>
    Float32Array.from({ length: count }, () => low + (high - low) * real());
  const anchors = some(boxes * 4, 0.2, 0.8);
  return {
    encodings: some(boxes * boxLength, -3, 3),
    // Sixteenths, so that scores are equal now and then.
    scores: some(boxes * scoreLength, 0, 1).map((score) => Math.round(score * 16) / 16),
    inputs: [
      plain([1, boxes, boxLength]),
      plain([1, boxes, scoreLength]),
      { ...plain([boxes, 4]), data: anchors },
    ] as [Tensor, Tensor, Tensor],
    anchors,
  };
}

const outputsOf = ({ maxDetections }: DetectionPostprocessAttributes): Tensor[] =>
  [[1, maxDetections, 4], [1, maxDetections], [1, maxDetections], [1]].map((shape) => plain(shape));

test("detections are those of the reference, for classes together and apart, with a background and without", async () => {
  let found = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { integer } = random(seed + 500);
    const classes = integer(1, 4);
    const attributes = {
      ...usual,
      classes,
      maxDetections: integer(1, 8),
      detectionsPerClass: seed % 2 === 0 ? 0 : integer(1, 4),
      scoreThreshold: [0, 0.3, 0.9][seed % 3] as number,
    };
    const boxes = integer(1, 30);
    const given = draw(seed, boxes, classes + (seed % 2), 4 + (seed % 3));
    const node = { name: "n", attributes, inputs: given.inputs, outputs: outputsOf(attributes) };
    const expected = detectionPostprocess.reference(node, [given.encodings, given.scores, given.anchors]);
    const outputs = await runCase({
      operator: "detectionPostprocess",
      attributes,
      inputs: given.inputs,
      outputs: node.outputs,
      activations: [given.encodings, given.scores],
    });
    for (const [i, bytes] of outputs.entries()) {
      const actual = new Float32Array(bytes.slice().buffer);
      const far = actual.findIndex((value, j) => Math.abs(value - (expected[i]?.[j] as number)) > 1e-5);
      assert.is(far, -1, `seed ${seed}, output ${i}: ${actual} for ${expected[i]}`);
    }
    found += expected[3]?.[0] as number;
  }
  assert.ok(found > 60, `${found} detections in all`);
});

test("of boxes that overlap, the better one is kept", () => {
  const anchors = Float32Array.of(0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1, 0.5, 3, 1, 1);
  const inputs = [plain([1, 3, 4]), plain([1, 3, 2]), { ...plain([3, 4]), data: anchors }];
  const node = { name: "n", attributes: usual, inputs, outputs: outputsOf(usual) };
  const scores = Float32Array.of(0.1, 0.6, 0.7, 0.2, 0.4, 0.1);
  const [corners, kinds, best, count] = detectionPostprocess.reference(node, [
    new Float32Array(12),
    scores,
    anchors,
  ]);
  assert.equal([...(corners ?? [])].slice(0, 8), [0, 0, 1, 1, 0, 2.5, 1, 3.5]);
  assert.equal([...(kinds ?? [])], [0, 0, 0, 0]);
  assert.equal([...(best ?? [])], [...Float32Array.of(0.7, 0.4, 0, 0)]);
  assert.equal([...(count ?? [])], [2]);
});

test("what no detector has is refused", () => {
  const { inputs } = draw(1, 3, 2);
  const refused = (own: Partial<DetectionPostprocessAttributes>, reason: RegExp, others = inputs): void => {
    const attributes = { ...usual, ...own };
    assert.throws(
      () => detectionPostprocess.infer({ name: "n", attributes, inputs: others, outputs: outputsOf(usual) }),
      (error: Error) => error instanceof NotRunnable && reason.test(error.message),
    );
  };
  refused({ maxDetections: 0 }, /0 detections/);
  refused({ classes: 4 }, /2 scores of a box for 4 classes/);
  refused({ overlapThreshold: 0 }, /thresholds 0.3 and 0/);
  refused({ scales: [10, 0, 5, 5] }, /scales 10, 0/);
  refused({ detectionsPerClass: -1 }, /-1 detections a class/);
  refused({}, /anchors of 2x4/, [inputs[0], inputs[1], { ...plain([2, 4]), data: new Float32Array(8) }]);
  refused({}, /constant ones of 3 x 4/, [inputs[0], inputs[1], plain([3, 4])]);
  refused({}, /scores of 1x2x2/, [inputs[0], plain([1, 2, 2]), inputs[2]]);
  refused({}, /encodings of 1x3x3/, [plain([1, 3, 3]), inputs[1], inputs[2]]);
});

test.run();
