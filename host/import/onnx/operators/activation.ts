import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { elu, gelu, hardSigmoid, mish, shrink, softsign } from "../../../ops/elementwise/activations.js";
import { prelu } from "../../../ops/elementwise/arithmetic.js";
import { greaterEqual } from "../../../ops/elementwise/comparisons.js";
import { softplus } from "../../../ops/elementwise/functions.js";
import { hardSwish } from "../../../ops/elementwise/hard-swish.js";
import { leakyRelu } from "../../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../../ops/elementwise/logistic.js";
import { select } from "../../../ops/elementwise/select.js";
import { tanh } from "../../../ops/elementwise/tanh.js";
import type { Operator } from "../../../ops/operator.js";
import { pair, productOf } from "../../compose/arithmetic.js";
import { clippedBy, positivePart, swish } from "../../compose/elementwise.js";
import { reshaped } from "../../compose/movement.js";
import { inWide, requireOrder } from "../../compose/whole-numbers.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** A function of single elements: the core operator, and what its attributes are. */
function activation<Attributes extends object>(
  operator: string,
  core: Operator<Attributes>,
  attributesOf: (node: OnnxNode) => NoInfer<Attributes>,
): OnnxMapping {
  return {
    operator,
    becomes: [core.name],
    read: (node, write) => write.node(core, attributesOf(node), [node.input(0)]),
  };
}

/** Limits: attributes before version 11 of the operator set, then inputs. */
function readClip(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  if (node.version >= 11) return clippedBy(write, input, node.inputs[1], node.inputs[2]);
  const limit = (name: string): Tensor | undefined =>
    node.has(name) ? write.scalar(node.float(name, 0), input.dtype) : undefined;
  return clippedBy(write, input, limit("min"), limit("max"));
}

/** A rectifier of its own slopes, before version 7 of the operator set one of each channel. */
function readPrelu(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, slopes] = [node.input(0), node.input(1)];
  const channels = elementCount(slopes.shape);
  const isOfChannels = node.version < 7 && channels > 1 && slopes.shape.length === 1;
  const shape = [channels, ...input.shape.slice(2).map(() => 1)];
  const own = isOfChannels ? reshaped(write, slopes, shape) : slopes;
  return input.dtype === "float32" ? pair(prelu)(write, input, own) : wholePrelu(write, input, own);
}

/** The same of whole numbers. */
function wholePrelu(write: GraphWriter, input: Tensor, slopes: Tensor): Tensor {
  requireOrder(input);
  return inWide(write, [input, slopes], (x, slope) => {
    const isPositive = write.node(greaterEqual, {}, [x, write.scalar(0, x.dtype)]);
    return write.node(select, {}, [isPositive, x, productOf(write, x, slope)]);
  });
}

/** Activations. */
export const activations: readonly OnnxMapping[] = [
  {
    operator: "Relu",
    becomes: ["relu", "maximum"],
    read: (node, write) => positivePart(write, node.input(0)),
  },
  {
    operator: "Clip",
    becomes: ["clamp", "relu", "relu6", "reluN1To1", "relu0To1", "maximum", "minimum"],
    read: readClip,
  },
  activation("LeakyRelu", leakyRelu, (node) => ({ alpha: node.float("alpha", 0.01) })),
  { operator: "PRelu", becomes: ["prelu", "greaterEqual", "mul", "select"], read: readPrelu },
  activation("Elu", elu, (node) => ({ negative: node.float("alpha", 1) })),
  activation("Selu", elu, (node) => {
    const gamma = node.float("gamma", 1.0507010221481323);
    return { positive: gamma, negative: gamma * node.float("alpha", 1.6732631921768188) };
  }),
  activation("Celu", elu, (node) => {
    const alpha = node.float("alpha", 1);
    return { negative: alpha, rate: 1 / alpha };
  }),
  activation("Gelu", gelu, (node) => ({ approximate: node.text("approximate", "none") === "tanh" })),
  activation("Sigmoid", logistic, () => ({})),
  activation("HardSigmoid", hardSigmoid, (node) => ({
    slope: node.float("alpha", 0.2),
    offset: node.float("beta", 0.5),
  })),
  activation("HardSwish", hardSwish, () => ({})),
  activation("Tanh", tanh, () => ({})),
  activation("Softplus", softplus, () => ({})),
  activation("Softsign", softsign, () => ({})),
  activation("ThresholdedRelu", shrink, (node) => ({
    low: -Infinity,
    high: node.float("alpha", 1),
    bias: 0,
  })),
  activation("Shrink", shrink, (node) => {
    const limit = node.float("lambd", 0.5);
    return { low: -limit, high: limit, bias: node.float("bias", 0) };
  }),
  activation("Mish", mish, () => ({})),
  {
    operator: "Swish",
    becomes: ["silu", "mul", "logistic"],
    read: (node, write) => swish(write, node.input(0), node.float("alpha", 1)),
  },
];
