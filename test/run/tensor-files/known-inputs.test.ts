import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { readInput } from "../../../host/run/tensor-files/index.js";
import { root } from "../../cli/command.js";

/** Files that were misread once, each with a model and the bytes that this gives of them. */
const cases = [
  ["png-transparent-colour", "input.png"],
  ["wav-extensible", "input.wav"],
] as const;

for (const [name, input] of cases) {
  test(`${name}: the bytes expected`, async () => {
    const file = (part: string) =>
      new Uint8Array(readFileSync(join(root, "test/fixtures/inputs", name, part)));
    const graph = importModel("model.tflite", file("model.tflite"), () => new Uint8Array(0));
    const { wasm, manifest } = await buildModel(graph);
    const { frames } = await readInput(file(input), input, manifest.inputs[0]!);
    const runner = await openRunner("node", wasm, openModule(wasm));
    runner.writeInput(0, frames[0]!);
    runner.run();
    assert.equal(runner.readOutput(0), file("expected.bin"));
    runner.close();
  });
}

test.run();
