import { test } from "uvu";
import * as assert from "uvu/assert";
import { codeOnly, mutantsOf } from "./mutants.js";

const changed = (text: string): string[] =>
  mutantsOf(text).map(({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end));

test("conditions are negated and made never true, whatever is nested in them", () => {
  assert.equal(changed("if (!f(a, (b))) return false;"), [
    "if (!(!f(a, (b)))) return false;",
    "if (1 == 0 && (!f(a, (b)))) return false;",
  ]);
});

test("bounds are shifted, types in angle brackets are not", () => {
  assert.equal(changed("a = load<i8>(p) < b;"), ["a = load<i8>(p) <= b;"]);
  assert.equal(changed("a >= b << c"), ["a > b << c"]);
});

test("decimal numbers are off by one, but not floating-point ones, hexadecimal ones and names", () => {
  assert.equal(changed("x1 = 9u + 0x10 + 2.5 + a[3]"), [
    "x1 = 10u + 0x10 + 2.5 + a[3]",
    "x1 = 9u + 0x10 + 2.5 + a[4]",
  ]);
});

test("statements are left out; a return with a value is not", () => {
  assert.equal(changed("continue; return; return x;"), ["; return; return x;", "continue; ; return x;"]);
});

test("comments, strings and the preprocessor are left alone", () => {
  const text = '#if A < 5\n/* if (a < 5) */ // 7\nf("if (a < 5) \\" 8", \'"\');\n';
  assert.equal(mutantsOf(text), []);
  assert.is(codeOnly(text).length, text.length);
});

test("lines are counted from 1", () => {
  assert.is(mutantsOf("\n\nx = 4;\n")[0]?.line, 3);
});

test.run();
