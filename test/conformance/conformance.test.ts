import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertGolden } from "../golden.js";
import { findSuite } from "./data.js";
import { report } from "./report.js";
import { runPart, suiteParts } from "./suite.js";

const suite = findSuite();
if (suite === undefined)
  console.warn(
    "skipped: ONNX's backend tests, which Debian's libonnx-testdata installs and are not to be had here",
  );

for (const part of suite === undefined ? [] : suiteParts) {
  test(`ONNX's backend tests, ${part}: as recorded (WASMOTE_GOLDEN=write records anew), none wrong`, async () => {
    const outcomes = await runPart(suite as string, part);
    assert.equal(
      outcomes.filter(({ verdict }) => verdict === "failed").map(({ name }) => name),
      [],
    );
    const counted = outcomes.filter(({ verdict }) => verdict !== "apart");
    const passed = counted.filter(({ verdict }) => verdict === "passed");
    assert.ok(passed.length >= 0.9 * counted.length, `${passed.length} of ${counted.length}`);
    assertGolden(`conformance/${part}.txt`, report(outcomes));
  });
}

test.run();
