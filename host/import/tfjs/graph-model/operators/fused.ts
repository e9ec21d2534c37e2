import type { FusedActivation } from "../../../../graph/node.js";
import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { elu } from "../../../../ops/elementwise/activations.js";
import { prelu } from "../../../../ops/elementwise/arithmetic.js";
import { leakyRelu } from "../../../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../../../ops/elementwise/logistic.js";
import { relu, relu6 } from "../../../../ops/elementwise/relu.js";
import { tanh } from "../../../../ops/elementwise/tanh.js";
import { sumOf } from "../../../compose/arithmetic.js";
import { reshaped } from "../../../compose/movement.js";
import { batchNormalized } from "../../../compose/normalization.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { TensorflowNode } from "./mapping.js";

/** What a fused operator does after its product. */
export interface FusedWork {
  /** A constant bias of its channels, which the product itself adds. */
  readonly bias: Tensor | undefined;
  /** An activation that the product itself fuses. */
  readonly activation: FusedActivation;
  /** Whatever is left, of the product's output, channels last. */
  finish(output: Tensor): Tensor;
}

/** Core operators that the work after a product becomes. */
export const finishing = ["prelu", "elu", "leakyRelu", "logistic", "tanh", "relu", "relu6", "mul", "add"];

/** What is done after a product that fuses nothing. */
export const noFusedWork: FusedWork = { bias: undefined, activation: "none", finish: (output) => output };

/** An activation as a node of its own. */
export function activated(write: GraphWriter, input: Tensor, activation: FusedActivation): Tensor {
  if (activation === "none") return input;
  return write.node(activation === "relu6" ? relu6 : relu, {}, [input]);
}

type Step = (output: Tensor) => Tensor;

/** Activations that products fuse. */
const fusedActivations: Readonly<Record<string, FusedActivation>> = { Relu: "relu", Relu6: "relu6" };

/** The node that an operator which is fused stands for; undefined for one that is not known. */
function stepOf(
  name: string,
  node: TensorflowNode,
  write: GraphWriter,
  take: () => Tensor,
): Step | undefined {
  const { attributes } = node;
  if (name === "Elu") return (output) => write.node(elu, {}, [output]);
  if (name === "Sigmoid") return (output) => write.node(logistic, {}, [output]);
  if (name === "Tanh") return (output) => write.node(tanh, {}, [output]);
  if (name === "LeakyRelu") {
    const alpha = attributes.number("leakyrelu_alpha", 0.2);
    return (output) => write.node(leakyRelu, { alpha }, [output]);
  }
  if (name === "Prelu") {
    const alpha = take();
    return (output) => write.node(prelu, { activation: "none" }, [output, alpha]);
  }
  if (name === "FusedBatchNorm") {
    const [scale, offset, mean, variance] = [take(), take(), take(), take()];
    const epsilon = attributes.number("epsilon", 1e-4);
    return (output) => batchNormalized(write, output, { scale, offset, mean, variance }, epsilon);
  }
  return undefined;
}

/**
 * Reads what `fused_ops` lists: a bias, a normalization, an activation, whose own inputs follow the product's.
 *
 * @param first position of the first of these inputs
 * @throws NotRunnable
 */
export function readFusedWork(node: TensorflowNode, write: GraphWriter, first: number): FusedWork {
  let position = first;
  const take = (): Tensor => node.input(position++);
  const steps: Step[] = [];
  let bias: Tensor | undefined;
  let activation: FusedActivation = "none";
  for (const name of node.attributes.texts("fused_ops")) {
    const isPlain = steps.length === 0 && activation === "none";
    if (name === "BiasAdd") {
      const given = take();
      const channels = reshaped(write, given, [elementCount(given.shape)]);
      if (isPlain && bias === undefined && given.data !== undefined) bias = channels;
      else steps.push((output) => sumOf(write, output, channels));
      continue;
    }
    const fused = Object.hasOwn(fusedActivations, name) ? fusedActivations[name] : undefined;
    if (fused !== undefined) {
      if (isPlain) activation = fused;
      else steps.push((output) => activated(write, output, fused));
      continue;
    }
    const step = stepOf(name, node, write, take);
    if (step === undefined) throw new NotRunnable(`the fused operator ${name} is not supported`);
    steps.push(step);
  }
  requireThat(
    node.inputs.length === position,
    `${node.inputs.length} inputs; ${position} are expected for [${node.attributes.texts("fused_ops").join(", ")}]`,
  );
  return { bias, activation, finish: (output) => steps.reduce((value, step) => step(value), output) };
}
