import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Resizing, resizeScale } from "../../numerics/resize.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { inputAt, limitedShape, requireSameMeaning } from "./moved.js";

/** Attributes of a bilinear interpolation. */
export interface ResizeAttributes extends Resizing {
  /** Of the output. */
  height: number;
  width: number;
  /** Of int8 whether the numbers greater by 128 are interpolated, in float32, and halves go up: as TFLite does of uint8. */
  unsigned?: boolean;
}

/** The input, NHWC. Throws `NotRunnable`. */
export function resizedInput({ attributes, inputs }: BoundNode<ResizeAttributes>): Tensor {
  const input = inputAt(inputs);
  const { height, width, alignCorners, halfPixelCenters } = attributes;
  requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
  requireThat(
    [height, width].every((length) => Number.isInteger(length) && length >= 1),
    `the size is ${height}x${width}; positive numbers are expected`,
  );
  requireThat(
    !alignCorners || !halfPixelCenters,
    "corners are aligned and places are centres; one is expected",
  );
  return input;
}

/** The two indices between which a place lies, and how far it is from the first. */
function neighbours(index: number, input: number, output: number, resizing: Resizing) {
  const center = resizing.halfPixelCenters ? 0.5 : 0;
  const place = (index + center) * resizeScale(input, output, resizing) - center;
  const low = Math.min(Math.max(Math.floor(place), 0), input - 1);
  return { low, high: Math.min(Math.ceil(place), input - 1), fraction: place - low };
}

/** Height and width resized with bilinear interpolation. */
export const resizeBilinear: Operator<ResizeAttributes> = {
  name: "resizeBilinear",
  quantization: { output: "as-input" },
  infer(node) {
    const input = resizedInput(node);
    requireThat(
      ["int8", "int16", "float32"].includes(input.dtype),
      `input is ${input.dtype}; int8, int16 or float32 is expected`,
    );
    requireSameMeaning([input], node.outputs);
    const [batches, , , channels] = input.shape as [number, number, number, number];
    const shape = [batches, node.attributes.height, node.attributes.width, channels];
    return [{ dtype: input.dtype, shape: limitedShape(shape) }];
  },
  macs: () => 0,
  reference(node, [values]) {
    const { height, width } = node.attributes;
    const [batches, inputHeight, inputWidth, channels] = resizedInput(node).shape as [
      number,
      number,
      number,
      number,
    ];
    const output = valuesLike(values, batches * height * width * channels);
    let to = 0;
    for (let row = 0; row < batches * height; row++) {
      const y = neighbours(row % height, inputHeight, height, node.attributes);
      const batch = Math.floor(row / height) * inputHeight;
      for (let column = 0; column < width; column++) {
        const x = neighbours(column, inputWidth, width, node.attributes);
        for (let channel = 0; channel < channels; channel++) {
          const at = (i: number, j: number): number =>
            (values as Values)[((batch + i) * inputWidth + j) * channels + channel] as number;
          output[to++] =
            at(y.low, x.low) * (1 - y.fraction) * (1 - x.fraction) +
            at(y.high, x.low) * y.fraction * (1 - x.fraction) +
            at(y.low, x.high) * (1 - y.fraction) * x.fraction +
            at(y.high, x.high) * y.fraction * x.fraction;
        }
      }
    }
    return [output];
  },
};
