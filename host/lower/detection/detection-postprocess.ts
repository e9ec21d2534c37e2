import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { detectionParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import {
  type DetectionPostprocessAttributes,
  detectionGeometry,
} from "../../ops/detection/detection-postprocess.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Where the kernel's scratch memory begins behind its block, which stays there. */
const scratchStart = alignUp(blockBytes(detectionParameters), 8);

/** Corners of all boxes, what is still free of them, and the best detections: score, box, class. */
function scratchBytes(node: BoundNode<DetectionPostprocessAttributes>): number {
  const { boxes } = detectionGeometry(node);
  const perBox = node.attributes.detectionsPerClass === 0 ? 16 + 4 + 1 : 16 + 1;
  return scratchStart + alignUp(boxes * perBox, 8) + (node.attributes.maxDetections + 1) * 12;
}

/** What comes after a single-shot detector: one kernel. */
export const detectionPostprocess: Lowering<DetectionPostprocessAttributes> = {
  operator: "detectionPostprocess",
  dtypes: ["float32"],
  constantInputs: () => [2],
  scratchBytes: (node) => [scratchBytes(node)],
  emit(node, placement) {
    const { boxes, boxLength, scoreLength, anchors } = detectionGeometry(node);
    const { classes, maxDetections, detectionsPerClass, scoreThreshold, overlapThreshold, scales } =
      node.attributes;
    const data = anchors.data as Float32Array;
    const [encodings, scores] = placement.inputs as readonly number[];
    const [corners, kinds, best, count] = placement.outputs as readonly [number, number, number, number];
    return [
      callKernel(
        { name: "detectionPostprocessFloat32", parameters: detectionParameters },
        {
          encodings: encodings as number,
          scores: scores as number,
          anchors: placement.weights(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
          corners,
          kinds,
          best,
          count,
          scratch: placement.scratch + scratchStart,
          boxes,
          boxLength,
          classes,
          scoreLength,
          maxDetections,
          detectionsPerClass,
          scoreThreshold,
          overlapThreshold,
          scaleY: scales[0],
          scaleX: scales[1],
          scaleHeight: scales[2],
          scaleWidth: scales[3],
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
