import type { Choices } from "../link/random-numbers.js";

/** Values that a field of CBOR may hold in the place of what it should. */
const oddValues: readonly unknown[] = [
  ...[-1, 0, 1, 15, 17, 255, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300, 0.5, -0.5],
  ...[Number.NaN, Number.POSITIVE_INFINITY, -(2n ** 63n), 2n ** 63n],
  ...["", "x", "toString", "__proto__", "\u001b[2J\n\u202e", null, undefined, true, false],
  ...[[], {}, [null], [[]], { toString: 1 }, { ["__proto__"]: {} }, { length: 2 ** 32 }],
  ...[new Uint8Array(0), new Uint8Array(16), new Uint8Array(32), new Uint8Array(5000)],
];

/** A copy of a value with one value in it, at any depth, replaced, dropped or repeated. */
export function changeOneValue(value: unknown, source: Choices): unknown {
  const inner = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
  const keys = inner ? Object.keys(value) : [];
  if (keys.length === 0 || source.chance(0.1)) return source.pick(oddValues);
  const key = source.pick(keys);
  if (Array.isArray(value)) {
    const at = Number(key);
    const entry = value[at];
    if (source.chance(0.1)) return value.toSpliced(at, 1);
    if (source.chance(0.1)) return [...value, ...Array(source.pick([1, 40])).fill(entry)];
    return value.with(at, changeOneValue(entry, source));
  }
  const fields = { ...(value as Record<string, unknown>) };
  if (source.chance(0.1)) delete fields[key];
  else fields[key] = changeOneValue(fields[key], source);
  return fields;
}
