/** How places of a resized axis are found in the original one. */
export interface Resizing {
  /** Whether the first and the last elements of both lie on each other; else their outer edges do. */
  alignCorners: boolean;
  /** Whether an element's place is its centre; else its first edge. */
  halfPixelCenters: boolean;
}

const { fround } = Math;

/** Elements of the original axis for one of the resized, in float32. */
export function resizeScale(input: number, output: number, { alignCorners }: Resizing): number {
  return alignCorners && output > 1 ? fround((input - 1) / (output - 1)) : fround(input / output);
}

/**
 * Index in the original axis that is nearest to each index of the resized one, in float32.
 *
 * Source: TFLite reference kernel `ResizeNearestNeighbor`.
 */
export function nearestIndices(input: number, output: number, resizing: Resizing): number[] {
  const scale = resizeScale(input, output, resizing);
  const center = resizing.halfPixelCenters ? 0.5 : 0;
  const round = resizing.alignCorners ? Math.round : Math.floor;
  return Array.from({ length: output }, (_, index) =>
    Math.max(0, Math.min(input - 1, round(fround((index + center) * scale)))),
  );
}
