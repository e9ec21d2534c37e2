import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertGolden } from "../golden.js";
import { sharedOperators } from "../shared-models.js";
import { operatorCases, tryCase } from "./cases.js";

const folder = sharedOperators();

if (folder !== undefined) {
  test("models of one operator give the outputs of TensorFlow Lite Micro's reference kernels, or are refused", async () => {
    const refused: string[] = [];
    const cases = operatorCases(folder);
    for (const given of cases) {
      const { verdict, detail } = await tryCase(folder, given);
      assert.is.not(verdict, "wrong", `${given.name}: ${detail}`);
      if (verdict === "refused") refused.push(`${given.name}\n`);
    }
    assert.ok(cases.length > 400, `${cases.length} cases`);
    assertGolden("operators-refused.txt", refused.join(""));
  });
}

test.run();
