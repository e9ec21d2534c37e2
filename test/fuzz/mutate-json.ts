import type { Choices } from "../link/random-numbers.js";
import { mutate } from "./mutate.js";

/** Values at which readers of JSON go wrong. */
const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1,
  1.5,
  1e9,
  2 ** 53,
  1e308,
  "",
  "a",
  "__proto__",
  [],
  {},
  [null],
  [[]],
  [-1, 0],
];

/** A value as JSON in UTF-8, with some of its parts exchanged, removed or nested, and a few of its bytes changed. */
export function mutateJson(value: unknown, source: Choices, most = 4): Uint8Array {
  let changed: unknown = structuredClone(value);
  for (let left = source.below(most + 1); left > 0; left--) changed = changePart(changed, source);
  const text = new TextEncoder().encode(JSON.stringify(changed) ?? "");
  return source.chance(0.15) ? mutate(text, source, 3) : text;
}

/** The value with one part changed: how deep the part lies is chosen on the way. */
function changePart(value: unknown, source: Choices): unknown {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || source.chance(0.08)) return replaced(value, source);
  const key = source.pick(keys);
  if (Array.isArray(value)) return changedArray(value, Number(key), source);
  const { [key]: part, ...others } = value as Record<string, unknown>;
  if (source.chance(0.05)) return others;
  return { ...others, [key]: changePart(part, source) };
}

function changedArray(array: readonly unknown[], at: number, source: Choices): unknown[] {
  const before = array.slice(0, at);
  const after = array.slice(at + 1);
  const part = array[at];
  if (source.chance(0.05)) return [...before, ...after];
  if (source.chance(0.05)) return [...before, part, part, ...after];
  if (source.chance(0.05)) return source.shuffle(array);
  return [...before, changePart(part, source), ...after];
}

function replaced(value: unknown, source: Choices): unknown {
  if (source.chance(0.05)) {
    let nested = value;
    for (let depth = source.below(400); depth > 0; depth--) nested = [nested];
    return nested;
  }
  if (typeof value === "number" && source.chance(0.6)) return value + source.pick([-1, 1, 0.5, 7, -100]);
  return source.pick(oddValues);
}
