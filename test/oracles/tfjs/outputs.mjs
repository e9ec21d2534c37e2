// What TensorFlow.js gives for inputs: `node outputs.mjs FOLDER < inputs > outputs`, both JSON, tensors as {name, dtype, dims, values}.
// TensorFlow.js is looked for from the current folder, which is outside of the checkout: README.md.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "node_modules", "_"));
const tf = require("@tensorflow/tfjs-core");
const layers = require("@tensorflow/tfjs-layers");
const converter = require("@tensorflow/tfjs-converter");
require("@tensorflow/tfjs-backend-cpu");

const folder = process.argv[2];
const { modelTopology, weightsManifest, format, signature, ...rest } = JSON.parse(
  readFileSync(join(folder, "model.json"), "utf8"),
);
const weightData = Buffer.concat(
  weightsManifest.flatMap(({ paths }) => paths.map((path) => readFileSync(join(folder, path)))),
);
const artifacts = {
  ...rest,
  format,
  signature,
  modelTopology,
  weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
  weightData: new Uint8Array(weightData).buffer,
};
const handler = { load: async () => artifacts };
await tf.setBackend("cpu");
const isGraph = format === "graph-model";
const model = isGraph ? await converter.loadGraphModel(handler) : await layers.loadLayersModel(handler);
const given = JSON.parse(readFileSync(0, "utf8"));
const inputs = given.map(({ dtype, dims, values }) => tf.tensor(values, dims, dtype));
const byName = Object.fromEntries(given.map(({ name }, i) => [name, inputs[i]]));
const results = isGraph
  ? await model.executeAsync(
      byName,
      model.outputs.map(({ name }) => name),
    )
  : model.predict(inputs);
const outputs = [];
for (const [i, tensor] of [results].flat().entries()) {
  const { name } = isGraph ? model.outputs[i] : { name: model.outputNames[i] };
  outputs.push({ name, dtype: tensor.dtype, dims: tensor.shape, values: Array.from(await tensor.data()) });
}
process.stdout.write(JSON.stringify(outputs));
