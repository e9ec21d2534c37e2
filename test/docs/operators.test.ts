import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertGolden } from "../golden.js";
import { operatorsPage } from "./operators-page.js";
import { root } from "./sources.js";

test("docs/operators.md lists what is there: WASMOTE_GOLDEN=write lists it anew", async () => {
  const text = readFileSync(join(root, "docs", "operators.md"), "utf8");
  const end = text.indexOf("-->\n") + 4;
  assert.ok(end > 4, "the comment before the generated part is there");
  assertGolden("../../docs/operators.md", `${text.slice(0, end)}\n${await operatorsPage()}`);
});

test.run();
