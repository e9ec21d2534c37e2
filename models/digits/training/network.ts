import * as tf from "@tensorflow/tfjs";

/** One convolution of the network; every one is followed by ReLU6, and by BatchNorm while training. */
interface Convolution {
  name: string;
  kind: "conv2d" | "depthwise";
  kernel: number;
  stride: number;
  /** Output channels; a depthwise convolution keeps those it is given. */
  filters?: number;
}

/** The network, input to output; after these come flatten and a dense layer with softmax. */
const convolutions: Convolution[] = [
  { name: "stem", kind: "conv2d", kernel: 5, stride: 2, filters: 8 },
  { name: "block1_depthwise", kind: "depthwise", kernel: 3, stride: 1 },
  { name: "block1_pointwise", kind: "conv2d", kernel: 1, stride: 1, filters: 16 },
  { name: "block2_depthwise", kind: "depthwise", kernel: 3, stride: 2 },
  { name: "block2_pointwise", kind: "conv2d", kernel: 1, stride: 1, filters: 32 },
  { name: "block3_depthwise", kind: "depthwise", kernel: 3, stride: 1 },
  { name: "block3_pointwise", kind: "conv2d", kernel: 1, stride: 1, filters: 32 },
  { name: "block4_depthwise", kind: "depthwise", kernel: 3, stride: 2 },
  { name: "block4_pointwise", kind: "conv2d", kernel: 1, stride: 1, filters: 48 },
];

const epsilon = 1e-3;

function convolution(layer: Convolution, first: boolean, seed: number, training: boolean): tf.layers.Layer {
  const shared = {
    name: layer.name,
    kernelSize: layer.kernel,
    strides: layer.stride,
    padding: "same" as const,
    useBias: !training,
    ...(training ? {} : { activation: "relu6" as const }),
    ...(first ? { inputShape: [28, 28, 1] } : {}),
  };
  return layer.kind === "conv2d"
    ? tf.layers.conv2d({
        ...shared,
        filters: layer.filters!,
        kernelInitializer: tf.initializers.heNormal({ seed }),
      })
    : tf.layers.depthwiseConv2d({ ...shared, depthwiseInitializer: tf.initializers.heNormal({ seed }) });
}

/** The network as it is trained: BatchNorm after every convolution, and logits for output. */
export function trainingNetwork(seed: number): tf.Sequential {
  const model = tf.sequential({ name: "digits_training" });
  convolutions.forEach((layer, index) => {
    model.add(convolution(layer, index === 0, seed + index, true));
    model.add(tf.layers.batchNormalization({ name: `${layer.name}_norm`, momentum: 0.95, epsilon }));
    model.add(tf.layers.reLU({ name: `${layer.name}_relu6`, maxValue: 6 }));
  });
  model.add(tf.layers.flatten({ name: "flatten" }));
  model.add(
    tf.layers.dense({
      name: "classes",
      units: 10,
      kernelInitializer: tf.initializers.glorotNormal({ seed: seed + 100 }),
    }),
  );
  return model;
}

/**
 * The network as it is saved: each BatchNorm folded into the convolution before it,
 * `w' = w * gamma / sqrt(variance + epsilon)` and `b' = beta - mean * gamma / sqrt(variance + epsilon)`,
 * ReLU6 as the convolution's own activation, softmax as the dense layer's.
 */
export function foldedNetwork(trained: tf.Sequential): tf.Sequential {
  const model = tf.sequential({ name: "digits" });
  convolutions.forEach((layer, index) => {
    model.add(convolution(layer, index === 0, 0, false));
  });
  model.add(tf.layers.flatten({ name: "flatten" }));
  model.add(tf.layers.dense({ name: "classes", units: 10, activation: "softmax" }));
  tf.tidy(() => {
    for (const layer of convolutions) {
      const kernel = trained.getLayer(layer.name).getWeights()[0]!;
      const [gamma, beta, mean, variance] = trained.getLayer(`${layer.name}_norm`).getWeights();
      const factor = gamma!.div(variance!.add(epsilon).sqrt());
      const perOutput = layer.kind === "conv2d" ? factor : factor.reshape([-1, 1]);
      model.getLayer(layer.name).setWeights([kernel.mul(perOutput), beta!.sub(mean!.mul(factor))]);
    }
    model.getLayer("classes").setWeights(trained.getLayer("classes").getWeights());
  });
  return model;
}
