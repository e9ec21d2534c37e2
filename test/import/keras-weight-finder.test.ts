import { test } from "uvu";
import * as assert from "uvu/assert";
import type { KerasWeight } from "../../host/import/keras/container.js";
import { WeightFinder } from "../../host/import/keras/weight-finder.js";

const weight = (value: number, listedUnder: string): KerasWeight => ({
  shape: [1],
  values: Float32Array.of(value),
  listedUnder,
});

test("a layer of the outermost model whose name has a slash has its own weights, and a layer of a model has those of that", () => {
  const finder = new WeightFinder(
    new Map([
      ["Conv/Conv/kernel:0", weight(1, "Conv")],
      ["Conv/BatchNorm/Conv/BatchNorm/gamma:0", weight(2, "Conv/BatchNorm")],
      ["Last/BatchNorm/Last/BatchNorm/gamma:0", weight(3, "Last/BatchNorm")],
      ["model/inner/kernel:0", weight(4, "model")],
    ]),
  );
  const value = (path: string, name: string) => finder.find({ path, parts: [""] }, [name], 0)?.values?.[0];
  assert.is(value("Conv/BatchNorm", "gamma"), 2);
  assert.is(value("Last/BatchNorm", "gamma"), 3);
  assert.is(value("Conv", "kernel"), 1);
  assert.is(value("model/inner", "kernel"), 4);
});

test.run();
