import { WasmoteError } from "../../errors.js";
import { describeType, type TensorType } from "../../graph/tensor.js";

/**
 * How many consecutive frames of a tensor of shape `shape` an array of shape `found` holds, or undefined if it
 * does not fit. One frame may lack leading dimensions of 1, or have more of them; several frames have one
 * leading dimension N, in place of a leading 1 or before the shape.
 */
export function frameCount(found: readonly number[], shape: readonly number[]): number | undefined {
  const fits = withoutLeadingOnes(shape);
  for (const candidate of withoutLeadingOnes(found)) {
    if (fits.some((fit) => equal(candidate, fit))) return 1;
  }
  for (const candidate of withoutLeadingOnes(found)) {
    const rest = candidate.slice(1);
    if (candidate.length > 0 && candidate[0]! > 0 && fits.some((fit) => equal(rest, fit)))
      return candidate[0]!;
  }
  return undefined;
}

/** Shape of `frames` consecutive tensors of shape `shape` in one array: N takes the place of a leading 1. */
export function framesShape(shape: readonly number[], frames: number): number[] {
  if (frames === 1) return [...shape];
  return shape[0] === 1 ? [frames, ...shape.slice(1)] : [frames, ...shape];
}

/** Frames in an array that was found in a file. Throws `input-size` naming both shapes if it does not fit. */
export function requireFrames(found: readonly number[], tensor: TensorType): number {
  const frames = frameCount(found, tensor.shape);
  if (frames === undefined) {
    throw new WasmoteError(
      "input-size",
      `shape ${found.join("x") || "()"} for an input of ${describeType(tensor)}; a leading axis may hold several frames`,
    );
  }
  return frames;
}

/** Frames in a flat run of `found` numbers or bytes, `each` per frame. Throws `input-size` for a rest. */
export function requireWholeFrames(found: number, each: number, unit: string, tensor: TensorType): number {
  if (found === 0 || found % each !== 0) {
    throw new WasmoteError(
      "input-size",
      `${found} ${unit} for an input of ${describeType(tensor)}, which takes ${each} (or a multiple, for several frames)`,
    );
  }
  return found / each;
}

/** Splits bytes into equal frames. */
export function splitFrames(bytes: Uint8Array, frames: number): Uint8Array[] {
  const each = bytes.length / frames;
  return Array.from({ length: frames }, (_, i) => bytes.subarray(i * each, (i + 1) * each));
}

function withoutLeadingOnes(shape: readonly number[]): number[][] {
  const variants = [[...shape]];
  while (variants.at(-1)![0] === 1) variants.push(variants.at(-1)!.slice(1));
  return variants;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
