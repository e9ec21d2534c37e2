import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { Attributes } from "../attributes.js";

/** A node of a TensorFlow graph as its mapping sees it: inputs looked up. */
export class TensorflowNode {
  constructor(
    readonly operator: string,
    readonly attributes: Attributes,
    readonly inputs: readonly Tensor[],
  ) {}

  /** An input that has to be there. Throws `NotRunnable`. */
  input(position: number): Tensor {
    const tensor = this.inputs[position];
    if (tensor === undefined) throw new NotRunnable(`input ${position} is missing`);
    return tensor;
  }

  /**
   * The numbers of an input that says what the node does: axes, lengths, places. Throws `NotRunnable` where they are
   * computed while the model runs.
   */
  numbers(position: number, what: string): number[] {
    const { data } = this.input(position);
    if (data === undefined)
      throw new NotRunnable(`the ${what} must be constant, not computed while the model runs`);
    return Array.from(data, Number);
  }

  /** As `numbers`, of one number. */
  number(position: number, what: string): number {
    const [number, ...more] = this.numbers(position, what);
    if (number === undefined || more.length > 0) throw new NotRunnable(`the ${what} must be one number`);
    return number;
  }

  /** Whether the axes of pictures are NCHW; else NHWC. Throws `NotRunnable` for any other order. */
  isChannelsFirst(): boolean {
    const format = this.attributes.text("data_format", "NHWC") || "NHWC";
    requireThat(format === "NHWC" || format === "NCHW", `data_format ${format} is not supported`);
    return format === "NCHW";
  }
}

/** How an operator of TensorFlow becomes nodes. */
export interface TensorflowMapping {
  /** Its name: "Conv2D". */
  readonly operator: string;
  /** Names of the core operators that it may become; what docs/operators.md says. */
  readonly becomes: readonly string[];
  /** Names of its outputs, where functions name several of them. */
  readonly outputs?: readonly string[];
  /**
   * Writes what the node becomes and answers its outputs in order; one may be an input. Throws `NotRunnable` where it has no
   * such meaning.
   */
  read(node: TensorflowNode, write: GraphWriter): Tensor | readonly Tensor[];
}

/** The same mapping of operators that mean the same: those of several versions. */
export function alike(
  operators: readonly string[],
  mapping: Omit<TensorflowMapping, "operator">,
): TensorflowMapping[] {
  return operators.map((operator) => ({ operator, ...mapping }));
}
