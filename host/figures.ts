/** "12,106": a whole number with its thousands apart. */
export function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** "4,704 bytes". */
export function bytesText(count: number): string {
  return `${thousands(count)} ${count === 1 ? "byte" : "bytes"}`;
}

/** "12.3 %": a part of a whole; "-" of nothing. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((part / whole) * 100).toFixed(1)} %`;
}
