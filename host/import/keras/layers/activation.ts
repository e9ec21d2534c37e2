import type { FusedActivation, TensorIndex } from "../../../graph/node.js";
import { NotRunnable } from "../../../graph/not-runnable.js";
import { add } from "../../../ops/elementwise/add.js";
import { leakyRelu } from "../../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../../ops/elementwise/logistic.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { relu, relu6 } from "../../../ops/elementwise/relu.js";
import { tanh } from "../../../ops/elementwise/tanh.js";
import { softmax } from "../../../ops/reduction/softmax.js";
import { shown } from "../json-fields.js";
import type { LayerBuilder } from "../layer-builder.js";
import { LayerConfig } from "../layer-config.js";
import type { LayerMapping } from "./mapping.js";

/** An activation function: what an operator can fuse, and the nodes that compute it else. */
export interface Activation {
  readonly fused: Extract<FusedActivation, "none" | "relu" | "relu6">;
  /** Appends the nodes for what is not fused; with nothing to compute it answers `input`. */
  apply(builder: LayerBuilder, input: TensorIndex, suffix: string): TensorIndex;
}

type Apply = Activation["apply"];

const fused = (activation: "none" | "relu" | "relu6"): Activation => ({
  fused: activation,
  apply: (_, input) => input,
});
const separate = (apply: Apply): Activation => ({ fused: "none", apply });
const linear = fused("none");

const leaky = (alpha: number): Activation =>
  separate((builder, input, suffix) => builder.node(leakyRelu, { alpha }, [input], suffix));

const scalar = (builder: LayerBuilder, name: string, value: number): TensorIndex =>
  builder.constant(name, [1], () => Float32Array.of(value));

/** `relu6(slope x + 3) / 6`. */
const hardSigmoid = (slope: number): Activation =>
  separate((builder, input, suffix) => {
    const times = (value: TensorIndex, name: string, factor: number, part: string) =>
      builder.node(mul, { activation: "none" }, [value, scalar(builder, name, factor)], part);
    const inside = suffix || "hard_sigmoid";
    const scaled = slope === 1 ? input : times(input, "hard_sigmoid/slope", slope, `${inside}/scaled`);
    const offset = scalar(builder, "hard_sigmoid/offset", 3);
    const clipped = builder.node(add, { activation: "relu6" }, [scaled, offset], `${inside}/clipped`);
    return times(clipped, "hard_sigmoid/sixth", 1 / 6, suffix);
  });

/** `x * sigmoid(x)`. */
const swish = separate((builder, input, suffix) => {
  const gate = builder.node(logistic, {}, [input], `${suffix || "swish"}/gate`);
  return builder.node(mul, { activation: "none" }, [input, gate], suffix);
});

const activations: Readonly<Record<string, Activation>> = {
  linear,
  relu: fused("relu"),
  relu6: fused("relu6"),
  sigmoid: separate((builder, input, suffix) => builder.node(logistic, {}, [input], suffix)),
  tanh: separate((builder, input, suffix) => builder.node(tanh, {}, [input], suffix)),
  softmax: separate((builder, input, suffix) => builder.node(softmax, { beta: 1 }, [input], suffix)),
  leaky_relu: leaky(0.2),
  /** `clip(0.2 x + 0.5, 0, 1)`. */
  hard_sigmoid: hardSigmoid(1.2),
  swish,
  silu: swish,
};

/** Those that Keras 3 defines anew (`keras.ops.hard_sigmoid`); all others are what they were in Keras 2. */
const sinceKeras3: Readonly<Record<string, Activation>> = { ...activations, hard_sigmoid: hardSigmoid(1) };

/** The activation named in a config's field; none is linear. An unknown one is refused. */
export function readActivation(config: LayerConfig, field = "activation"): Activation {
  const name = config.raw(field) ?? "linear";
  const known = config.version >= 3 ? sinceKeras3 : activations;
  const activation = typeof name === "string" && Object.hasOwn(known, name) ? known[name] : undefined;
  if (activation !== undefined) return activation;
  config.refuse(`activation ${shown(name)} is not supported; ${Object.keys(known).join(", ")} are`);
  return linear;
}

/** Nodes of an activation that stands alone: what would be fused becomes a node of its own. */
function standAlone(activation: Activation): (builder: LayerBuilder) => TensorIndex {
  return (builder) => {
    const input = builder.inputs[0] as TensorIndex;
    if (activation.fused === "none") return activation.apply(builder, input, "");
    return builder.node(activation.fused === "relu6" ? relu6 : relu, {}, [input]);
  };
}

/** Activation layers. */
export const activationLayers: readonly LayerMapping[] = [
  { classNames: ["Activation"], read: (config) => standAlone(readActivation(config)) },
  {
    classNames: ["ReLU"],
    read(config) {
      const slope = config.number("negative_slope", 0);
      const max = config.raw("max_value") === undefined ? undefined : config.requiredNumber("max_value");
      const threshold = config.number("threshold", 0);
      config.expect(threshold === 0, `threshold ${threshold} is not supported; 0 is`);
      config.expect(max === undefined || max === 6, `max_value ${max} is not supported; none or 6 is`);
      config.expect(
        slope === 0 || max === undefined,
        "negative_slope together with max_value is not supported",
      );
      return standAlone(slope !== 0 ? leaky(slope) : fused(max === 6 ? "relu6" : "relu"));
    },
  },
  {
    classNames: ["LeakyReLU"],
    read: (config) => standAlone(leaky(config.number("alpha", config.number("negative_slope", 0.3)))),
  },
  {
    classNames: ["Softmax"],
    read(config) {
      const [axis] = config.integers("axis", 1, -32, -1) as [number];
      return (builder) => {
        const input = builder.inputs[0] as TensorIndex;
        const rank = builder.shape(input).length;
        if (LayerConfig.axis(axis, rank) !== rank - 1) {
          throw new NotRunnable(`softmax along axis ${axis} of ${rank} is not supported; the last axis is`);
        }
        return builder.node(softmax, { beta: 1 }, [input]);
      };
    },
  },
];
