import { test } from "uvu";
import * as assert from "uvu/assert";
import { sharedOperators } from "../shared-models.js";
import { operatorCases, tryCase } from "./cases.js";

const folder = sharedOperators();

if (folder !== undefined) {
  test("models of one operator give the outputs of TensorFlow Lite Micro's reference kernels", async () => {
    const cases = operatorCases(folder);
    for (const given of cases) {
      const { verdict, detail } = await tryCase(folder, given);
      assert.is(verdict, "right", `${given.name}: ${detail}`);
    }
    assert.ok(cases.length > 400, `${cases.length} cases`);
  });
}

test.run();
