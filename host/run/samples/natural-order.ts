const parts = /\d+|\D+/g;

/**
 * Compares names as people count: runs of digits by their number, so that img2 comes before img10; anything else by
 * UTF-16 code units, so that the order is the same on every machine.
 *
 * @returns below 0 where `a` comes first, above 0 where `b` does, 0 for the same name
 */
export function compareNames(a: string, b: string): number {
  const [first, second] = [a.match(parts) ?? [], b.match(parts) ?? []];
  for (let i = 0; i < Math.min(first.length, second.length); i++) {
    const order = comparePart(first[i]!, second[i]!);
    if (order !== 0) return order;
  }
  return first.length - second.length || compareUnits(a, b);
}

function comparePart(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareUnits(a, b);
  const [first, second] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return first.length - second.length || compareUnits(first, second);
}

function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
