import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";

/** What other tools gave, as test/oracles/signal/make.py wrote it. */
export function signalGolden<T>(kind: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/signal/${kind}.json`, import.meta.url), "utf8")) as T;
}

/** Checks that numbers are those of a list, up to a part of the largest of it. */
export function assertNear(
  actual: ArrayLike<number>,
  expected: readonly number[],
  bound: number,
  name: string,
): void {
  assert.is(actual.length, expected.length, `${name}: as many numbers`);
  const limit = bound * Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs((actual[i] as number) - value);
    assert.ok(difference <= limit, `${name}, number ${i} is ${actual[i]} for ${value}`);
  }
}
