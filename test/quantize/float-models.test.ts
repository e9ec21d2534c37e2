import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { tensorAt } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { checkOperators } from "../../host/ops/check.js";
import { runPasses } from "../../host/passes/index.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { quantizeGraph } from "../../host/quantize/quantize-graph.js";
import { sharedModels } from "../shared-models.js";

/** Float models with outputs of TensorFlow Lite Micro's float reference kernels, and of TF.js for Keras's. */
const models = {
  "mlperf-tiny-pretrainedResnet": "pretrainedResnet.tflite",
  "keras-pretrainedResnet": "pretrainedResnet.h5",
  "keras-tinymaix-cifar10": "cifar10.h5",
  "keras-tinymaix-mnist_valid": "mnist_valid.h5",
  "tflm-hello_world_float": "hello_world_float.tflite",
  "tinymaix-cifar10_f": "cifar10_f.tflite",
  "tinymaix-mnist_valid_f": "mnist_valid_f.tflite",
};

/** Relative to the output's largest magnitude: both sum in floating point, in orders and precisions of their own. */
const tolerance = 1e-5;

function readFloats(path: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
}

const folder = sharedModels();
for (const [id, file] of Object.entries(folder === undefined ? {} : models)) {
  test(`${id}: the float executor gives the golden outputs, and the quantized graph is valid`, async () => {
    const path = `${folder}/${id}/${file}`;
    const graph = runPasses(await importModel(path, readFileSync(path), (shard) => readFileSync(shard)));
    const samples: Float32Array[][] = [];
    for (let i = 0; existsSync(`${folder}/${id}/case_${i}`); i++) {
      const place = `${folder}/${id}/case_${i}`;
      const inputs = graph.inputs.map((_, input) => readFloats(`${place}/input_${input}.bin`));
      const values = runFloat(graph, inputs);
      graph.outputs.forEach((index, output) => {
        const expected = readFloats(`${place}/output_${output}.bin`);
        const found = values[index] as Float32Array;
        assert.is(found.length, expected.length);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const worst = expected.reduce(
          (most, value, k) => Math.max(most, Math.abs(value - (found[k] as number))),
          0,
        );
        assert.ok(worst <= tolerance * largest, `case ${i}, output ${output}: off by ${worst} of ${largest}`);
      });
      samples.push(inputs);
    }
    assert.ok(samples.length >= 3);
    const integer = quantizeGraph(graph, samples);
    checkOperators(integer);
    for (const index of [...integer.inputs, ...integer.outputs]) {
      assert.is(tensorAt(integer, index).dtype, "int8");
    }
  });
}

test.run();
