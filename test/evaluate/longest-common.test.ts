import { test } from "uvu";
import * as assert from "uvu/assert";
import { longestCommon } from "../../host/evaluate/longest-common.js";
import { choices } from "../link/random-numbers.js";

/** The longest common list by its definition: every choice of items of `a`. */
function plainLength(a: readonly string[], b: readonly string[]): number {
  let best = 0;
  for (let chosen = 0; chosen < 2 ** a.length; chosen++) {
    const items = a.filter((_, i) => chosen & (1 << i));
    let at = 0;
    const isIn = items.every((item) => {
      at = b.indexOf(item, at) + 1;
      return at > 0;
    });
    if (isIn) best = Math.max(best, items.length);
  }
  return best;
}

test("the longest list in both is found, in order", () => {
  const source = choices(7);
  for (let i = 0; i < 100; i++) {
    const list = () => Array.from({ length: source.below(8) }, () => source.pick(["a", "b", "c"]));
    const [a, b] = [list(), list()];
    const common = longestCommon(a, b);
    assert.is(common.length, plainLength(a, b), JSON.stringify([a, b]));
    for (const [n, [x, y]] of common.entries()) {
      assert.is(a[x], b[y]);
      const before = common[n - 1];
      assert.ok(before === undefined || (before[0] < x && before[1] < y));
    }
  }
});

test.run();
