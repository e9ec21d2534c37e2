import type { BoundNode } from "../graph/node.js";
import { arrayTypes, type DType, elementCount, type Tensor, type TensorData } from "../graph/tensor.js";
import type { Operator } from "../ops/operator.js";
import type { GraphBuilder } from "./graph-builder.js";

/** What a node is told beside its inputs. */
export interface NodeOptions {
  /** What of its outputs the operator cannot infer: the element type of a cast, the scale of integers, a variable's shape. */
  readonly output?: Pick<Tensor, "quantization"> & {
    readonly dtype?: DType;
    readonly shape?: readonly number[];
  };
  readonly variables?: readonly Tensor[];
}

/**
 * Writes what an operator of a file becomes: nodes of core operators, whose outputs' types the operators infer. What
 * follows from constants alone is computed at once, so that shapes and indices are known to what comes after.
 */
export class GraphWriter {
  private readonly graph: GraphBuilder;
  /** What the tensors that are written are named after. */
  private readonly name: string;

  constructor(graph: GraphBuilder, name: string) {
    this.graph = graph;
    this.name = name;
  }

  /**
   * Appends a node and answers its outputs. Throws `NotRunnable` where the operator refuses it, `model-too-large` where
   * constants grow beyond what a model may have.
   *
   * @param inputs undefined for one that is absent
   */
  nodes<Attributes extends object>(
    operator: Operator<Attributes>,
    attributes: NoInfer<Attributes>,
    inputs: readonly (Tensor | undefined)[],
    { output = {}, variables = [] }: NodeOptions = {},
  ): Tensor[] {
    const stated: Tensor = { name: this.name, dtype: inputs[0]?.dtype ?? "float32", shape: [], ...output };
    const bound: BoundNode<Attributes> = {
      name: this.name,
      attributes,
      inputs: [...inputs],
      outputs: [stated],
      variables: [...variables],
    };
    const { quantization } = output;
    const outputs: Tensor[] = operator.infer(bound).map(({ dtype, shape }) => ({
      name: this.name,
      dtype,
      shape,
      ...(quantization === undefined ? {} : { quantization }),
    }));
    const written = { operator: operator.name, attributes, inputs, outputs, variables };
    if (!this.graph.fold(written, true)) this.graph.add(written);
    return outputs;
  }

  /** The first output of a node, as `nodes`. */
  node<Attributes extends object>(
    operator: Operator<Attributes>,
    attributes: NoInfer<Attributes>,
    inputs: readonly (Tensor | undefined)[],
    options: NodeOptions = {},
  ): Tensor {
    const [output] = this.nodes(operator, attributes, inputs, options);
    if (output === undefined) throw new Error(`${operator.name} has no output`);
    return output;
  }

  /** Whether a tensor is written by no node: it is a constant, or an input of the model. */
  isInput(tensor: Tensor): boolean {
    return !this.graph.isWritten(tensor);
  }

  /** A constant of the shape. */
  constant(data: TensorData, shape: readonly number[], dtype: DType): Tensor {
    if (data.length !== elementCount(shape))
      throw new Error(`${this.name}: ${data.length} values for [${shape.join()}]`);
    return { name: `${this.name} (constant)`, dtype, shape, data };
  }

  /** A constant that is one number, of no axes. */
  scalar(value: number, dtype: DType = "float32"): Tensor {
    return this.constant(dataOf(dtype, [value]), [], dtype);
  }

  /** A constant of one axis. */
  list(values: readonly number[], dtype: DType = "float32"): Tensor {
    return this.constant(dataOf(dtype, values), [values.length], dtype);
  }
}

/** Numbers as the data of a tensor: integers wrap. */
export function dataOf(dtype: DType, values: readonly number[]): TensorData {
  const data = new arrayTypes[dtype](values.length);
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (const [i, value] of values.entries()) data[i] = isWide ? BigInt(value) : value;
  return data;
}
