import type { FusedActivation } from "../../../graph/node.js";
import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { gelu, mish, silu, softsign } from "../../../ops/elementwise/activations.js";
import { prelu } from "../../../ops/elementwise/arithmetic.js";
import { exp, softplus } from "../../../ops/elementwise/functions.js";
import { hardSwish } from "../../../ops/elementwise/hard-swish.js";
import { leakyRelu } from "../../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../../ops/elementwise/logistic.js";
import { relu, relu6 } from "../../../ops/elementwise/relu.js";
import { tanh } from "../../../ops/elementwise/tanh.js";
import type { Operator } from "../../../ops/operator.js";
import { logSoftmax } from "../../../ops/reduction/log-softmax.js";
import { softmax } from "../../../ops/reduction/softmax.js";
import {
  type Compose,
  clipped,
  exponentialLinear,
  line,
  logSigmoid,
  plus,
  rectified,
  shrunk,
  sparsePlus,
  squareplus,
  tanhShrink,
  threshold,
} from "../../compose/activations.js";
import { productOf, scaled, sumOf } from "../../compose/arithmetic.js";
import { alongAxes } from "../../compose/axes.js";
import { sliced } from "../../compose/movement.js";
import type { GraphWriter } from "../../graph-writer.js";
import { isObject, type JsonObject, shown } from "../../json-fields.js";
import { isTensor, type LayerBuilder } from "../layer-builder.js";
import { LayerConfig } from "../layer-config.js";
import type { LayerMapping } from "./mapping.js";
import { floats } from "./numbers.js";

/** An activation function: what an operator can fuse, and the nodes that compute it else. */
export interface Activation {
  readonly fused: Extract<FusedActivation, "none" | "relu" | "relu6">;
  /** Appends the nodes for what is not fused; with nothing to compute it answers its input. */
  apply: Compose;
}

const fused = (activation: "none" | "relu" | "relu6"): Activation => ({
  fused: activation,
  apply: (_, input) => input,
});
const separate = (apply: Compose): Activation => ({ fused: "none", apply });
const linear = fused("none");
const simple = (operator: Operator<object>): Activation =>
  separate((write, input) => write.node(operator, {}, [input]));

const leaky = (alpha: number): Activation =>
  separate((write, input) => write.node(leakyRelu, { alpha }, [input]));

/** The constants of self-normalizing networks (Klambauer et al. 2017). */
const selu = separate(exponentialLinear(1.6732632423543772, 1.0507009873554805));

/** The first half of the last axis times the logistic function of the second half. */
const glu: Compose = (write, input) => {
  const axis = input.shape.length - 1;
  const half = (input.shape[axis] as number) / 2;
  requireThat(Number.isInteger(half), `the last axis has ${2 * half} elements, which are not two halves`);
  const gate = write.node(logistic, {}, [sliced(write, input, axis, half, half)]);
  return productOf(write, sliced(write, input, axis, 0, half), gate);
};

const activations: Readonly<Record<string, Activation>> = {
  linear,
  relu: fused("relu"),
  relu6: fused("relu6"),
  sigmoid: simple(logistic),
  tanh: simple(tanh),
  softmax: separate((write, input) => write.node(softmax, { beta: 1 }, [input])),
  leaky_relu: leaky(0.2),
  hard_sigmoid: separate(line(0.2, 0.5)),
  swish: simple(silu),
  silu: simple(silu),
  elu: separate(exponentialLinear(1)),
  selu,
  softplus: simple(softplus),
  softsign: simple(softsign),
  exponential: simple(exp),
  gelu: separate((write, input) => write.node(gelu, { approximate: false }, [input])),
  mish: simple(mish),
  celu: separate(exponentialLinear(1)),
  glu: separate(glu),
  hard_tanh: separate((write, input) => clipped(write, input, -1, 1)),
  hard_shrink: separate(shrunk(0.5, 0)),
  hard_silu: simple(hardSwish),
  hard_swish: simple(hardSwish),
  log_sigmoid: separate(logSigmoid),
  log_softmax: simple(logSoftmax),
  soft_shrink: separate(shrunk(0.5, 0.5)),
  sparse_plus: separate(sparsePlus),
  /** 0 up to -1, 1 from 1 on, a line between. */
  sparse_sigmoid: separate(line(0.5, 0.5)),
  squareplus: separate(squareplus(4)),
  tanh_shrink: separate(tanhShrink),
  threshold: separate(threshold(0, 0)),
};

/** Those that Keras 3 defines anew (`keras.ops.hard_sigmoid`); all others are what they were in Keras 2. */
const sinceKeras3: Readonly<Record<string, Activation>> = {
  ...activations,
  hard_sigmoid: separate(line(1 / 6, 0.5)),
};

/** The activation of that name, in a version of Keras; undefined where there is none. */
export function activationNamed(name: unknown, version: number): Activation | undefined {
  const known = version >= 3 ? sinceKeras3 : activations;
  return typeof name === "string" && Object.hasOwn(known, name) ? known[name] : undefined;
}

/** A config's activation as a name, or as an object that holds one: a function that Keras registers, or a layer. */
function activationOf(config: LayerConfig, value: unknown): Activation | undefined {
  if (!isObject(value)) return activationNamed(value, config.version);
  const { class_name: className, config: inner } = value;
  if (typeof inner === "string") return activationNamed(inner, config.version);
  if (typeof className !== "string") return undefined;
  const layer = activationLayers.find(({ classNames }) => classNames.includes(className));
  if (layer === undefined || !isObject(inner) || className === "PReLU")
    return activationNamed(className, config.version);
  const values = new LayerConfig(inner as JsonObject, `${config.place.node}`, className, config.version);
  const apply = readShape(layer.classNames[0] as string, values);
  for (const reason of values.refusals) config.refuse(reason);
  return apply;
}

/** The activation named in a config's field; none is linear. An unknown one is refused. */
export function readActivation(config: LayerConfig, field = "activation"): Activation {
  const value = config.raw(field) ?? "linear";
  const activation = activationOf(config, value);
  if (activation !== undefined) return activation;
  const known = Object.keys(sinceKeras3).join(", ");
  config.refuse(`activation ${shown(value)} is not supported; ${known} are`);
  return linear;
}

/** Applies an activation of which the node before could fuse nothing. */
export function applied(write: GraphWriter, { fused: kind, apply }: Activation, input: Tensor): Tensor {
  if (kind === "none") return apply(write, input);
  return write.node(kind === "relu6" ? relu6 : relu, {}, [input]);
}

function readRelu(config: LayerConfig): Activation {
  const slope = config.number("negative_slope", 0);
  const max = config.number("max_value", Number.MAX_VALUE);
  const limit = config.number("threshold", 0);
  const isPlain = slope === 0 && limit === 0;
  if (isPlain && max === 6) return fused("relu6");
  if (isPlain && max === Number.MAX_VALUE) return fused("relu");
  const highest = max === Number.MAX_VALUE ? Number.POSITIVE_INFINITY : max;
  return separate(rectified({ slope, limit, max: highest }));
}

/** The activation that a layer's config describes; undefined for a class that is none of a config alone. */
function readShape(className: string, config: LayerConfig): Activation | undefined {
  switch (className) {
    case "Activation":
      return readActivation(config);
    case "ReLU":
      return readRelu(config);
    case "LeakyReLU":
      return leaky(config.number("alpha", config.number("negative_slope", 0.3)));
    case "ELU":
      return separate(exponentialLinear(config.number("alpha", 1)));
    case "ThresholdedReLU":
      return separate(threshold(config.number("theta", 1), 0));
    case "Softmax":
      return separate(readSoftmax(config));
    default:
      return undefined;
  }
}

function readSoftmax(config: LayerConfig): Compose {
  const given = config.raw("axis") ?? -1;
  const axes = config.asIntegers("axis", Array.isArray(given) ? given : [given], -32);
  return (write, input) => {
    const rank = input.shape.length;
    const along = axes.map((axis) => LayerConfig.axis(axis, rank));
    if (along.includes(-1)) throw new NotRunnable(`softmax along axis ${axes} of an input of ${rank} axes`);
    return alongAxes(write, input, along, (rows) => write.node(softmax, { beta: 1 }, [rows]));
  };
}

/** Adds to what is masked out so much that nothing of it is left behind a softmax. */
export function masked(write: GraphWriter, scores: Tensor, mask: Tensor): Tensor {
  return sumOf(write, scores, scaled(write, plus(write, floats(write, mask), -1), 1e9));
}

const shaped = (className: string): LayerMapping => ({
  classNames: [className],
  read(config) {
    const activation = readShape(className, config) ?? linear;
    return (layer) => applied(layer, activation, layer.input);
  },
});

/** Slopes of a PReLU: one for each element of an input without its batch, but for axes that share theirs. */
function slopesOf(layer: LayerBuilder, shared: readonly number[]): Tensor {
  const shape = layer.input.shape.slice(1).map((length, i) => (shared.includes(i + 1) ? 1 : length));
  const [alpha] = layer.weights([{ name: "alpha", shape }]);
  return layer.weight("alpha", alpha) as Tensor;
}

/** Activation layers. */
export const activationLayers: readonly LayerMapping[] = [
  ...["Activation", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU"].map(shaped),
  {
    classNames: ["Softmax"],
    parameters: ["inputs", "mask"],
    read(config) {
      const apply = readSoftmax(config);
      return (layer) => {
        const mask = layer.argument("mask");
        return apply(layer, isTensor(mask) ? masked(layer, layer.input, mask) : layer.input);
      };
    },
  },
  {
    classNames: ["PReLU"],
    read(config) {
      const given = config.raw("shared_axes") ?? [];
      const shared = config.asIntegers("shared_axes", Array.isArray(given) ? given : [given], -32);
      return (layer) => {
        const { length } = layer.input.shape;
        const axes = shared.map((axis) => LayerConfig.axis(axis, length));
        return layer.node(prelu, { activation: "none" }, [layer.input, slopesOf(layer, axes)]);
      };
    },
  },
];
