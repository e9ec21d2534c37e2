import { NotRunnable } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { Attribute } from "../model.js";

/** A node of an ONNX graph as its mapping sees it: attributes by name, inputs looked up. */
export class OnnxNode {
  private readonly attributes: ReadonlyMap<string, Attribute>;

  constructor(
    readonly operator: string,
    /** Version of the operator set that the model takes the operator from. */
    readonly version: number,
    readonly inputs: readonly (Tensor | undefined)[],
    /** Names of its outputs; "" for one that nothing wants. */
    readonly outputs: readonly string[],
    attributes: readonly Attribute[],
    /** Reads a tensor that is an attribute. Throws `NotRunnable` for one of a type that is not supported. */
    private readonly constantOf: (attribute: Attribute) => Tensor,
  ) {
    this.attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  /** The same node with other inputs. */
  withInputs(inputs: readonly (Tensor | undefined)[]): OnnxNode {
    const attributes = [...this.attributes.values()];
    return new OnnxNode(this.operator, this.version, inputs, this.outputs, attributes, this.constantOf);
  }

  /** The attribute, however it is typed; undefined where the node has none of the name. */
  attribute(name: string): Attribute | undefined {
    return this.attributes.get(name);
  }

  has(name: string): boolean {
    return this.attributes.has(name);
  }

  /** A whole number; 0 where the attribute holds none, as files of proto3 leave zeros out. */
  integer(name: string, otherwise: number): number {
    const attribute = this.attributes.get(name);
    return attribute === undefined ? otherwise : (attribute.integer ?? 0);
  }

  /** Whether a number that stands for yes or no is not 0. */
  flag(name: string, otherwise = false): boolean {
    return this.integer(name, Number(otherwise)) !== 0;
  }

  float(name: string, otherwise: number): number {
    const attribute = this.attributes.get(name);
    return attribute === undefined ? otherwise : (attribute.float ?? 0);
  }

  text(name: string, otherwise: string): string {
    const attribute = this.attributes.get(name);
    return attribute === undefined ? otherwise : (attribute.text ?? "");
  }

  /** Whole numbers; undefined where the node has no such attribute. */
  integers(name: string): readonly number[] | undefined {
    return this.attributes.get(name)?.integers;
  }

  floats(name: string): readonly number[] | undefined {
    return this.attributes.get(name)?.floats;
  }

  texts(name: string): readonly string[] | undefined {
    return this.attributes.get(name)?.texts;
  }

  /** A constant that is an attribute; undefined where there is none. Throws `NotRunnable` for an unsupported type. */
  tensor(name: string): Tensor | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.tensor === undefined ? undefined : this.constantOf(attribute);
  }

  /** An input that has to be there. Throws `NotRunnable`. */
  input(position: number): Tensor {
    const tensor = this.inputs[position];
    if (tensor === undefined) throw new NotRunnable(`input ${position} is missing`);
    return tensor;
  }

  /** Whether an input is given. */
  gives(position: number): boolean {
    return this.inputs[position] !== undefined;
  }

  /**
   * Numbers of an input that has to be constant, in order; undefined where it is not given. Throws `NotRunnable` where it
   * is no constant.
   *
   * @param what what it is called in errors: "axes"
   */
  numbers(position: number, what: string): number[] | undefined {
    const tensor = this.inputs[position];
    if (tensor === undefined) return undefined;
    if (tensor.data === undefined)
      throw new NotRunnable(
        `the ${what} (input ${position}) are computed at run time; a constant is expected`,
      );
    return Array.from(tensor.data, Number);
  }

  /** Whether an output is named. */
  wants(position: number): boolean {
    return (this.outputs[position] ?? "") !== "";
  }
}

/** How an operator of ONNX becomes nodes. */
export interface OnnxMapping {
  /** Its name: "Conv". */
  readonly operator: string;
  /** The domain of its operator set; ONNX's own where absent. */
  readonly domain?: "ai.onnx.ml" | "com.microsoft";
  /** Names of the core operators that it may become; what docs/operators.md says. */
  readonly becomes: readonly string[];
  /** Whether it knows integers with a scale; others are given the integers themselves. */
  readonly takesQuantized?: true;
  /**
   * Writes what the node becomes and answers its outputs in order; one may be an input, and undefined is one that
   * `wants` denies. Throws `NotRunnable` where it has no such meaning.
   */
  read(node: OnnxNode, write: GraphWriter): Tensor | readonly (Tensor | undefined)[];
}
