import { test } from "uvu";
import { importModel } from "../../host/import/index.js";
import { printProgram } from "../../host/lower/print.js";
import { buildModel } from "../../host/pipeline.js";
import { assertGolden } from "../golden.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";

test("a program's text names every step, its kernels and their parameters", async () => {
  const graph = await importModel("small.tflite", writeTflite(smallModel()), () => new Uint8Array(0));
  assertGolden("small-model.txt", printProgram((await buildModel(graph)).program));
});

test.run();
