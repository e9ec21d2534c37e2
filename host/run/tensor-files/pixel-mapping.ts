import { WasmoteError } from "../../errors.js";
import type { InputReading, PixelNormalization } from "../../package/manifest.js";
import { realRange, type ValueType } from "./values.js";

/** How 8-bit pixels become real values. */
export interface PixelMapping {
  /** What is told to the user: "pixel / 255". */
  name: string;
  /** Real value of a pixel, 0 to 255, of a channel. */
  value(pixel: number, channel?: number): number;
  /** The same, as a model's author would say it. */
  normalization: PixelNormalization;
}

const unit: PixelMapping = {
  name: "pixel / 255, so 0 to 1",
  value: (pixel) => pixel / 255,
  normalization: { mean: [0], std: [255] },
};
const assumed: PixelMapping = {
  ...unit,
  name: `${unit.name}: give --mean and --std to build if training took another range`,
};
const signedUnit: PixelMapping = {
  name: "pixel / 127.5 - 1, so -1 to 1",
  value: (pixel) => pixel / 127.5 - 1,
  normalization: { mean: [127.5], std: [127.5] },
};
const raw: PixelMapping = {
  name: "pixel as it is, 0 to 255",
  value: (pixel) => pixel,
  normalization: { mean: [0], std: [1] },
};

/**
 * How pixels become real values for an input: (pixel - mean) / std where the model's author said so. Else it is told
 * from the real range that the input can hold, scale * (lowest - zeroPoint) to scale * (highest - zeroPoint).
 *
 * | range of the input                               | value of a pixel |
 * | ------------------------------------------------ | ---------------- |
 * | float32                                          | pixel / 255 |
 * | within -0.1 to 1.1, reaching 0.5 or more         | pixel / 255 |
 * | within -1.1 to 1.1, reaching -0.5 and 0.5        | pixel / 127.5 - 1 |
 * | within -26 to 281, reaching 128 or more          | pixel |
 * | uint8 without a scale                            | pixel |
 *
 * Throws `input-kind` for any other range: such an input is no plain picture.
 */
export function pixelMapping(type: ValueType & InputReading): PixelMapping {
  if (type.pixels !== undefined) return normalized(type.pixels);
  const range = realRange(type);
  if (range === undefined) return assumed;
  const [low, high] = range;
  if (low >= -0.1 && high >= 0.5 && high <= 1.1) return unit;
  if (low >= -1.1 && low <= -0.5 && high >= 0.5 && high <= 1.1) return signedUnit;
  if (low >= -26 && high >= 128 && high <= 281) return raw;
  throw new WasmoteError(
    "input-kind",
    `the input holds ${low.toPrecision(3)} to ${high.toPrecision(3)}, which is no range of pixels (0 to 1, -1 to 1, or 0 to 255); give the values as .npy`,
  );
}

function normalized(normalization: PixelNormalization): PixelMapping {
  const { mean, std } = normalization;
  const of = (values: readonly number[], channel: number) => values[channel] ?? values[0]!;
  return {
    name: `(pixel - ${mean.join(", ")}) / ${std.join(", ")}`,
    value: (pixel, channel = 0) => (pixel - of(mean, channel)) / of(std, channel),
    normalization,
  };
}

/** How pixels become real values for an input that says so, or whose range does; undefined where nothing tells it. */
export function pixelNormalization(type: ValueType & InputReading): PixelNormalization | undefined {
  if (type.pixels === undefined && realRange(type) === undefined) return undefined;
  try {
    return pixelMapping(type).normalization;
  } catch {
    return undefined;
  }
}
