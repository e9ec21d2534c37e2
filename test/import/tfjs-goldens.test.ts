import { readdirSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { tensorAt } from "../../host/graph/graph.js";
import { validateGraph } from "../../host/graph/validate.js";
import { checkOperators } from "../../host/ops/check.js";
import { runPasses } from "../../host/passes/index.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { fixtureFolder, openFolder, readNpy } from "./tfjs-fixtures.js";

/**
 * Largest difference to TF.js, relative to the largest magnitude of the output. TF.js's cpu backend sums in
 * float32, we in float64 and round per node: for sums of up to a few hundred products that is about 1e-6, which
 * leaves a factor of 10 for the chain of nodes.
 */
const tolerance = 1e-5;

const golden = readdirSync(fixtureFolder(".")).filter((name) => !name.startsWith("refused-"));

for (const name of golden) {
  test(`${name}: the graph, before and after the passes, gives what TF.js gives`, () => {
    const folder = fixtureFolder(name);
    const imported = openFolder(folder);
    for (const graph of [imported, runPasses(imported)]) {
      validateGraph(graph);
      checkOperators(graph);
      const inputs = graph.inputs.map((index, i) => {
        const input = readNpy(`${folder}/input_${i}.npy`);
        assert.equal(input.shape, [...tensorAt(graph, index).shape]);
        return input.values;
      });
      const values = runFloat(graph, inputs);
      graph.outputs.forEach((index, i) => {
        const expected = readNpy(`${folder}/output_${i}.npy`);
        assert.equal([...tensorAt(graph, index).shape], expected.shape);
        const largest = Math.max(...expected.values.map(Math.abs));
        const found = values[index] as Float32Array;
        const worst = Math.max(...expected.values.map((value, k) => Math.abs(value - (found[k] as number))));
        assert.ok(worst <= tolerance * largest, `output ${i}: off by ${worst} of ${largest}`);
      });
    }
  });
}

test("all fixtures are there", () => {
  assert.is(golden.length >= 10, true);
});

test.run();
