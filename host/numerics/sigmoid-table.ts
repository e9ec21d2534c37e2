/** Entries of the table. */
export const sigmoidTableEntries = 256;

/**
 * TFLite's table of the logistic function for int16: entry i is 65536 * logistic(i / 24), moved by half of what the line
 * to the next is off in its middle, and the last the largest uint16.
 */
export function sigmoidTable(): Uint16Array {
  const value = (i: number): number => 65536 / (1 + Math.exp(-i / 24));
  const table = Uint16Array.from({ length: sigmoidTableEntries }, (_, i) => {
    const off = (value(i) + value(i + 1)) / 2 - value(i + 0.5);
    return Math.round(value(i) - off / 2);
  });
  table[sigmoidTableEntries - 1] = 65535;
  return table;
}
