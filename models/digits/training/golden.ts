import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as tf from "@tensorflow/tfjs";
import { toUnit } from "./augment.ts";
import { pixelsPerDigit } from "./data.ts";
import { formatJson } from "./json.ts";
import { loadLayers } from "./layers-format.ts";
import { firstOfEach } from "./samples.ts";

/**
 * Writes `expected.json`: what the saved model says, computed by TF.js's plain JavaScript backend (float32)
 * on the files this folder holds. It needs the saved model and the test split, never the `mnist` package.
 */
async function main(): Promise<void> {
  await tf.setBackend("cpu");
  const folder = new URL("..", import.meta.url).pathname;
  const images = gunzipSync(readFileSync(join(folder, "test", "images.npy.gz")));
  const labels = readFileSync(join(folder, "test", "labels.npy")).subarray(128);
  const pixels = new Uint8Array(images.subarray(128));
  const count = labels.length;
  if (pixels.length !== count * pixelsPerDigit) throw new Error("images and labels do not match");

  const model = await loadLayers(join(folder, "float"));
  const input = tf.tensor4d(toUnit(pixels), [count, 28, 28, 1]);
  const output = model.predict(input, { batchSize: 100 }) as tf.Tensor2D;
  const probabilities = output.dataSync<"float32">();
  const named = Array.from(output.argMax<tf.Tensor1D>(-1).dataSync<"int32">());
  const right = named.filter((label, i) => label === labels[i]).length;

  const shown = firstOfEach({ count, pixels, labels }, 1);
  const samples = Array.from(shown.labels, (label) => {
    const at = labels.indexOf(label) * 10;
    return {
      file: `samples/digit-${label}.png`,
      label,
      probabilities: Array.from(probabilities.subarray(at, at + 10)),
    };
  });
  const weights = readFileSync(join(folder, "float", "group1-shard1of1.bin"));
  const expected = {
    model: "float/model.json",
    computedBy: `TF.js ${tf.version["tfjs-core"]}, cpu backend, float32`,
    weightsSha256: createHash("sha256").update(weights).digest("hex"),
    float: { accuracy: right / count, correct: right, of: count, predictions: named },
    int8: { leastAccuracy: (right - 5) / count },
    samples,
  };
  writeFileSync(join(folder, "expected.json"), formatJson(expected));
  console.error(`float accuracy on the test split: ${right} of ${count}`);
}

await main();
