import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { inputAt, limitedShape } from "./moved.js";

/** What lies outside of a picture: zeros, its last pixels, or the picture mirrored. */
export type OutsideKind = "zeros" | "border" | "reflection";

/** Attributes of pixels at places that are computed. */
export interface GridSample2dAttributes {
  /** What a place between pixels is made of: the nearest one, 2x2 of them by straight lines, or 4x4 by cubic curves. */
  mode: "nearest" | "linear" | "cubic";
  outside: OutsideKind;
  /** Whether -1 and 1 are the centres of the outermost pixels; else their outer edges. */
  alignCorners: boolean;
}

/** Pixels along an axis that a place is made of. */
export const gridTaps = { nearest: 1, linear: 2, cubic: 4 } as const;

/** The picture [N, H, W, C], and the places [N, height, width, 2]. */
export interface GridSampled {
  input: Tensor;
  grid: Tensor;
  shape: number[];
}

/** Looks up and checks the inputs. Throws `NotRunnable`. */
export function gridSampled({ attributes, inputs }: BoundNode<GridSample2dAttributes>): GridSampled {
  const [input, grid] = [inputAt(inputs), inputAt(inputs, 1)];
  for (const { dtype, shape } of [input, grid]) {
    requireThat(dtype === "float32", `an input is ${dtype}; float32 is expected`);
    requireThat(shape.length === 4, `an input has ${shape.length} axes; 4 are expected`);
  }
  const [batches, , , channels] = input.shape as [number, number, number, number];
  const [rows, height, width, numbers] = grid.shape as [number, number, number, number];
  requireThat(
    rows === batches && numbers === 2,
    `places are ${describeType(grid)}; ${batches} batches of 2 numbers each are expected`,
  );
  requireThat(attributes.mode in gridTaps, `mode ${attributes.mode} is not supported`);
  requireThat(
    ["zeros", "border", "reflection"].includes(attributes.outside),
    `${attributes.outside} outside of the picture is not supported`,
  );
  return { input, grid, shape: [batches, height, width, channels] };
}

/** A place of -1 to 1 in pixels, brought to the picture where it is far outside of it. */
function placeOf(value: number, length: number, { outside, alignCorners }: GridSample2dAttributes): number {
  const place = alignCorners ? ((value + 1) / 2) * (length - 1) : ((value + 1) * length - 1) / 2;
  const [low, high] = alignCorners ? [0, length - 1] : [-0.5, length - 0.5];
  if ((place >= low && place <= high) || outside === "zeros") return place;
  if (outside === "border" || high === low) return Math.max(0, Math.min(length - 1, place));
  const far = Math.abs(place - low) % (2 * (high - low));
  return low + Math.min(far, 2 * (high - low) - far);
}

/** The pixel of a number that may be outside of the picture; -1 for none. */
function pixelOf(index: number, length: number, { outside, alignCorners }: GridSample2dAttributes): number {
  if (index >= 0 && index < length) return index;
  if (outside === "zeros") return -1;
  if (outside === "border" || length === 1) return index < 0 ? 0 : length - 1;
  const period = alignCorners ? 2 * length - 2 : 2 * length;
  const at = ((index % period) + period) % period;
  return at < length ? at : alignCorners ? period - at : period - 1 - at;
}

/** Weights of the pixels around a place that lies so far behind the one below it. */
function weightsOf(fraction: number, mode: GridSample2dAttributes["mode"]): number[] {
  if (mode === "nearest") return [1];
  if (mode === "linear") return [1 - fraction, fraction];
  const a = -0.75;
  const inner = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const outer = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [outer(1 + fraction), inner(fraction), inner(1 - fraction), outer(2 - fraction)];
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** The pixels that a number of the grid names along an axis, and their weights. */
function tapsOf(value: number, length: number, attributes: GridSample2dAttributes) {
  const place = placeOf(value, length, attributes);
  const { mode } = attributes;
  const base = mode === "nearest" ? roundHalfEven(place) : Math.floor(place) - gridTaps[mode] / 2 + 1;
  return weightsOf(place - Math.floor(place), mode).map((weight, tap) => ({
    weight,
    pixel: pixelOf(base + tap, length, attributes),
  }));
}

/** Pixels of a picture at places that are computed: of each a column and a row, from -1 to 1 inside of it. float32. */
export const gridSample2d: Operator<GridSample2dAttributes> = {
  name: "gridSample2d",
  quantization: { output: "float" },
  infer: (node) => [{ dtype: "float32", shape: limitedShape(gridSampled(node).shape) }],
  macs: (node) => gridTaps[node.attributes.mode] ** 2 * elementCount(gridSampled(node).shape),
  reference(node, [values, places]) {
    const { input, shape } = gridSampled(node);
    const [batches, height, width, channels] = shape as [number, number, number, number];
    const [, rows, columns] = input.shape as [number, number, number, number];
    const output = valuesLike(values, elementCount(shape));
    for (let at = 0; at < batches * height * width; at++) {
      const batch = Math.floor(at / (height * width));
      const across = tapsOf((places as Values)[2 * at] as number, columns, node.attributes);
      const down = tapsOf((places as Values)[2 * at + 1] as number, rows, node.attributes);
      for (const { pixel: row, weight: ofRow } of down) {
        for (const { pixel: column, weight } of across) {
          if (row < 0 || column < 0) continue;
          const pixel = ((batch * rows + row) * columns + column) * channels;
          for (let c = 0; c < channels; c++)
            output[at * channels + c] =
              (output[at * channels + c] as number) +
              ofRow * weight * ((values as Values)[pixel + c] as number);
        }
      }
    }
    return [output];
  },
};
