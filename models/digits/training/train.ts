import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { augment, toUnit } from "./augment.ts";
import { type Digits, pixelsPerDigit, splitDigits } from "./data.ts";
import { useTrainingBackend } from "./gradients.ts";
import { saveLayers, weightBytes } from "./layers-format.ts";
import { foldedNetwork, trainingNetwork } from "./network.ts";
import { seeded, shuffle } from "./random.ts";
import { writeSamples } from "./samples.ts";

const usage = "train.ts [--seed 1] [--epochs 32] [--out FOLDER] [--data-only]";

const batchSize = 64;
const peakRate = 6e-3;

/** Learning rate at a step: a short linear warm-up, then half a cosine down to nothing. */
function rateAt(step: number, steps: number): number {
  const warmUp = Math.min(200, steps / 10);
  if (step < warmUp) return (peakRate * (step + 1)) / warmUp;
  return (peakRate / 2) * (1 + Math.cos((Math.PI * (step - warmUp)) / (steps - warmUp)));
}

/** Share of the digits that the model names right, 0 to 1. */
export function accuracy(model: tf.LayersModel, digits: Digits): number {
  return tf.tidy(() => {
    const input = tf.tensor4d(toUnit(digits.pixels), [digits.count, 28, 28, 1]);
    const output = model.predict(input, { batchSize: 250 }) as tf.Tensor;
    const named = output.argMax<tf.Tensor1D>(-1).dataSync<"int32">();
    return named.reduce((right, label, i) => right + Number(label === digits.labels[i]), 0) / digits.count;
  });
}

/** Trains for `epochs` passes over freshly augmented digits, in an order the seed decides. */
function train(
  model: tf.Sequential,
  digits: Digits,
  epochs: number,
  seed: number,
  say: typeof console.error,
) {
  const random = seeded(seed ^ 0x5eed);
  const order = Int32Array.from({ length: digits.count }, (_, index) => index);
  const batches = Math.floor(digits.count / batchSize);
  const optimizer = tf.train.adam(peakRate);
  const pixels = new Float32Array(batchSize * pixelsPerDigit);
  const labels = new Int32Array(batchSize);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    let total = 0;
    for (let batch = 0; batch < batches; batch++) {
      for (let i = 0; i < batchSize; i++) {
        const index = order[batch * batchSize + i]!;
        augment(digits.pixels, index * pixelsPerDigit, pixels, i * pixelsPerDigit, random);
        labels[i] = digits.labels[index]!;
      }
      const rate = rateAt(epoch * batches + batch, epochs * batches);
      (optimizer as unknown as { learningRate: number }).learningRate = rate;
      total += tf.tidy(() => {
        const input = tf.tensor4d(pixels, [batchSize, 28, 28, 1]);
        const wanted = tf.oneHot(tf.tensor1d(labels, "int32"), 10);
        const loss = optimizer.minimize(() => {
          const logits = model.apply(input, { training: true }) as tf.Tensor;
          return tf.losses.softmaxCrossEntropy(wanted, logits) as tf.Scalar;
        }, true);
        return loss!.dataSync()[0]!;
      });
    }
    say(`epoch ${epoch + 1}/${epochs}: loss ${(total / batches).toFixed(4)}`);
  }
  optimizer.dispose();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      epochs: { type: "string", default: "32" },
      out: { type: "string", default: new URL("..", import.meta.url).pathname },
      "data-only": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.error(usage);
    return;
  }
  const seed = Number(values.seed);
  const split = splitDigits(seed);
  writeSamples(split, values.out);
  if (values["data-only"]) return;

  await useTrainingBackend();
  const started = Date.now();
  const network = trainingNetwork(seed);
  train(network, split.train, Number(values.epochs), seed, console.error);
  const model = foldedNetwork(network);
  await saveLayers(model, `${values.out}/float`);

  let sha256 = "";
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      sha256 = createHash("sha256").update(weightBytes(artifacts)).digest("hex");
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  const seconds = Math.round((Date.now() - started) / 1000);
  console.error(`${model.countParams()} parameters, ${seconds} s, weights sha256 ${sha256}`);
  console.error(`validation ${accuracy(model, split.validation)}, train ${accuracy(model, split.train)}`);
}

await main();
