/** `value` rounded up to a multiple of `step`. */
export function alignUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
