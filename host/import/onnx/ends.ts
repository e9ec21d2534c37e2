import { type Refusal, WasmoteError } from "../../errors.js";
import { maxRank } from "../../graph/limits.js";
import type { Tensor } from "../../graph/tensor.js";
import { channelsFirstOrder, channelsLastOrder, transposed } from "../compose/movement.js";
import type { GraphBuilder } from "../graph-builder.js";
import { GraphWriter } from "../graph-writer.js";
import type { ImportOptions } from "../imported.js";
import { modelOutputs } from "../model-outputs.js";
import { OpenLengths } from "../open-lengths.js";
import type { Dimension, OnnxGraph, ValueInfo } from "./model.js";
import type { Scope } from "./scope.js";
import { elementDtype, elementTypeName } from "./tensors.js";

/** How exporters call the batch. */
const batchNames = /^(n|batch.*|.*_?batch(_?size)?|bs)$/i;

/** Whether an open dimension is the batch: the first one, unless another one's name says so. */
function isBatch(shape: readonly Dimension[], axis: number): boolean {
  const named = shape.findIndex((length) => typeof length === "string" && batchNames.test(length));
  return axis === (named === -1 ? 0 : named);
}

/** Inputs and outputs of a model: their lengths, types and layouts. */
export class Ends {
  /** Inputs that cannot be: of strings, of sequences. */
  readonly refusals: Refusal[] = [];
  /** Lengths of inputs that the file leaves open. */
  readonly lengths: OpenLengths;
  /** Inputs and outputs whose axes are not in the file's order. */
  readonly laidOut: string[] = [];

  constructor(
    private readonly main: OnnxGraph,
    private readonly options: ImportOptions,
  ) {
    this.lengths = new OpenLengths(options);
  }

  /**
   * Adds the inputs to a scope, but for those that have constants as defaults, and answers what the graph's inputs are.
   * Throws `model-open` where dimensions have no lengths.
   */
  inputs(scope: Scope, graph: GraphBuilder): Tensor[] {
    const given = this.main.inputs.filter(({ name }) => scope.find(name) === undefined);
    const tensors = given.map((info) => this.input(info));
    this.lengths.requireClosed();
    return given.flatMap(({ name }, i) => {
      const tensor = tensors[i];
      if (tensor === undefined) {
        scope.set(name, "unknown");
        return [];
      }
      const isPicture = this.options.layout === "nhwc" && tensor.shape.length === 4;
      const own = isPicture
        ? { ...tensor, shape: channelsLastOrder.map((axis) => tensor.shape[axis] as number) }
        : tensor;
      if (isPicture) this.laidOut.push(name);
      scope.set(name, isPicture ? transposed(new GraphWriter(graph, name), own, channelsFirstOrder) : own);
      return [own];
    });
  }

  /** The graph's outputs, as `modelOutputs`, in the layout that is asked for. */
  outputs(values: readonly Tensor[], inputs: readonly Tensor[], graph: GraphBuilder): Tensor[] {
    const names = this.main.outputs.map(({ name }) => name);
    const laid = values.map((value, i) => {
      const isPicture = this.options.layout === "nhwc" && value.shape.length === 4;
      if (isPicture) this.laidOut.push(names[i] as string);
      return isPicture
        ? transposed(new GraphWriter(graph, names[i] as string), value, channelsLastOrder)
        : value;
    });
    return modelOutputs(graph, laid, names, inputs);
  }

  private input({ name, elementType, shape, isOther }: ValueInfo): Tensor | undefined {
    const dtype = elementDtype(elementType);
    const refuse = (reason: string): undefined => {
      this.refusals.push({ node: name, operator: "input", reason });
    };
    if (isOther === true) return refuse("the input is no tensor, which is not supported");
    if (dtype === undefined)
      return refuse(`the input is of ${elementTypeName(elementType)}, which is not supported`);
    if (shape === undefined) return refuse("the input's number of axes is not known");
    if (shape.length > maxRank)
      throw new WasmoteError("model-too-large", `${shape.length} axes; up to ${maxRank} are taken`, {
        node: name,
      });
    return { name, dtype, shape: shape.map((length, axis) => this.length(name, shape, length, axis)) };
  }

  private length(input: string, shape: readonly Dimension[], length: Dimension, axis: number): number {
    if (typeof length === "number" && length > 0) return length;
    const name = typeof length === "string" ? length : undefined;
    return this.lengths.length(input, axis, isBatch(shape, axis), name);
  }
}
