/** Smallest and largest real value that a tensor takes. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The smallest range that holds both. */
export function unite(a: Range | undefined, b: Range): Range {
  return a === undefined ? b : { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
