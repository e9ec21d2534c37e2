import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { augment, toUnit } from "./augment.ts";
import { type Digits, pixelsPerDigit, splitDigits } from "./data.ts";
import { useTrainingBackend } from "./gradients.ts";
import { loadLayers, saveLayers } from "./layers-format.ts";
import { seeded, shuffle } from "./random.ts";

const usage = "fine-tune.ts --out FOLDER [--seed 2] [--rate 0.0003] [--last-layer]";

const batchSize = 64;

/** Share of the digits that the model names right, 0 to 1. */
function accuracy(model: tf.LayersModel, digits: Digits): number {
  return tf.tidy(() => {
    const input = tf.tensor4d(toUnit(digits.pixels), [digits.count, 28, 28, 1]);
    const named = (model.predict(input, { batchSize: 250 }) as tf.Tensor).argMax(-1).dataSync<"int32">();
    return named.reduce((right, label, i) => right + Number(label === digits.labels[i]), 0) / digits.count;
  });
}

/** One pass over freshly augmented digits by Adam at one learning rate; the mean of the batches' cross-entropy. */
function onePass(
  model: tf.LayersModel,
  trained: readonly tf.layers.Layer[],
  digits: Digits,
  rate: number,
  seed: number,
): number {
  const variables = trained.flatMap((layer) =>
    layer.trainableWeights.map((weights) => weights.read() as tf.Variable),
  );
  const random = seeded(seed ^ 0x5eed);
  const order = Int32Array.from({ length: digits.count }, (_, index) => index);
  shuffle(order, random);
  const batches = Math.floor(digits.count / batchSize);
  const optimizer = tf.train.adam(rate);
  const pixels = new Float32Array(batchSize * pixelsPerDigit);
  const labels = new Int32Array(batchSize);
  let total = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let i = 0; i < batchSize; i++) {
      const index = order[batch * batchSize + i]!;
      augment(digits.pixels, index * pixelsPerDigit, pixels, i * pixelsPerDigit, random);
      labels[i] = digits.labels[index]!;
    }
    total += tf.tidy(() => {
      const input = tf.tensor4d(pixels, [batchSize, 28, 28, 1]);
      const wanted = tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat();
      const loss = optimizer.minimize(
        () => {
          const probabilities = model.apply(input, { training: true }) as tf.Tensor;
          return tf.losses.logLoss(wanted, probabilities).mul(10) as tf.Scalar;
        },
        true,
        variables,
      );
      return loss!.dataSync()[0]!;
    });
  }
  optimizer.dispose();
  return total / batches;
}

/**
 * Trains the saved model for one more pass, all of it or its last layer only, and saves it elsewhere: the next version of
 * a model that is in use. BatchNorm is folded already.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      seed: { type: "string", default: "2" },
      rate: { type: "string", default: "0.0003" },
      "last-layer": { type: "boolean", default: false },
    },
  });
  if (values.out === undefined) throw new Error(usage);
  await useTrainingBackend();
  const split = splitDigits(1);
  const model = await loadLayers(new URL("../float", import.meta.url).pathname);
  const trained = values["last-layer"] ? model.layers.slice(-1) : model.layers;
  const before = accuracy(model, split.validation);
  const loss = onePass(model, trained, split.train, Number(values.rate), Number(values.seed));
  await saveLayers(model, values.out);
  console.error(
    `loss ${loss.toFixed(4)}, validation ${before} before, ${accuracy(model, split.validation)} after`,
  );
}

await main();
