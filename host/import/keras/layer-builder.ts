import { WasmoteError } from "../../errors.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { GraphBuilder } from "../graph-builder.js";
import { GraphWriter } from "../graph-writer.js";
import { isObject, shown } from "../json-fields.js";
import type { KerasModel, KerasWeight } from "./container.js";
import { WeightFinder } from "./weight-finder.js";

/** A weight that a layer asks for. */
export interface ExpectedWeight {
  readonly name: string;
  /** What other writers call it. */
  readonly otherName?: string;
  /** Lengths of its axes; undefined where the weight itself tells it. */
  readonly shape: readonly (number | undefined)[];
}

/** What the calls of all layers share: the graph, the weights, and the constants that were made of them. */
export class LayerContext {
  readonly graph: GraphBuilder;
  readonly finder: WeightFinder;
  readonly version: number;
  /** Constants by layer and name, so that a shared layer has them once. */
  readonly constants = new Map<string, Tensor>();

  constructor(graph: GraphBuilder, { weights, version = 2 }: KerasModel) {
    this.graph = graph;
    this.finder = new WeightFinder(weights);
    this.version = version;
  }
}

/** A call of a layer, or of one that a layer wraps. */
export interface LayerPlace {
  /** Path of the layer, by which its weights are found. */
  readonly path: string;
  readonly className: string;
  /** 0 for the layer's first call. */
  readonly call: number;
  /** What containers call the part of the layer whose weights these are; the layer itself where absent. */
  readonly parts?: readonly string[];
}

/** Whether a weight has these lengths, and some of an axis that is open. */
function hasShape({ shape }: KerasWeight, expected: ExpectedWeight["shape"]): boolean {
  return (
    shape.length === expected.length &&
    shape.every((length, axis) => length === (expected[axis] ?? Math.max(1, length)))
  );
}

/** Arguments of a call by the parameters' names, JSON with tensors in it. */
export type LayerArguments = Readonly<Record<string, unknown>>;

/** Whether an argument is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return isObject(value) && "dtype" in value && "shape" in value;
}

/** The tensors in an argument, in order. */
export function tensorsOf(value: unknown): Tensor[] {
  if (isTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsOf);
  return isObject(value) ? Object.values(value).flatMap(tensorsOf) : [];
}

/** Builds the nodes of one call of a layer. */
export class LayerBuilder extends GraphWriter {
  /** The tensors that the layer is applied to: those in its first argument. */
  readonly inputs: readonly Tensor[];
  /** Major version of the Keras whose meaning the layer has. */
  readonly version: number;
  private readonly context: LayerContext;
  private readonly place: LayerPlace;
  private readonly given: LayerArguments;

  constructor(
    context: LayerContext,
    place: LayerPlace,
    inputs: readonly Tensor[],
    given: LayerArguments = {},
  ) {
    super(context.graph, `${place.path}${place.call === 0 ? "" : `.${place.call}`}`);
    this.context = context;
    this.place = place;
    this.inputs = inputs;
    this.given = given;
    this.version = context.version;
  }

  /** The only input. Throws `NotRunnable` where there is another number. */
  get input(): Tensor {
    const [input] = this.inputs;
    if (input === undefined || this.inputs.length > 1)
      throw new NotRunnable(`the layer has ${this.inputs.length} inputs; 1 is expected`);
    return input;
  }

  /** An argument of the call by its parameter's name: JSON with tensors in it; undefined where it is absent or null. */
  argument(name: string): unknown {
    return this.given[name] ?? undefined;
  }

  /**
   * A layer that this one wraps: what builds it finds its weights among this one's.
   *
   * @param parts what containers call it; "" where its weights are listed as this layer's own
   */
  part(parts: readonly string[], className: string, inputs: readonly Tensor[]): LayerBuilder {
    const outer = this.place.parts ?? [""];
    const all = outer.flatMap((first) => parts.map((part) => [first, part].filter(Boolean).join("/")));
    return new LayerBuilder(this.context, { ...this.place, className, parts: all }, inputs);
  }

  /**
   * The layer's weights, in the order in which Keras lists them, of the shapes given. A weight is looked up by
   * the layer's full path, its own name, a name that ends so, or its position ("dense/0").
   * Throws `model-invalid` for one that is missing, has another shape or is another layer's.
   */
  weights(expected: readonly ExpectedWeight[]): KerasWeight[] {
    const { path, className, parts = [""] } = this.place;
    const { finder } = this.context;
    const invalid = (detail: string) =>
      new WasmoteError("model-invalid", detail, { node: path, operator: className });
    return expected.map(({ name, otherName = name, shape }, position) => {
      const weight = finder.find({ path, parts }, [name, otherName], position);
      if (weight === undefined) throw invalid(`weight "${name}" is missing`);
      if (!hasShape(weight, shape)) {
        const lengths = shape.map((length) => length ?? "any").join(", ");
        throw invalid(`weight "${name}" has shape [${weight.shape.join(", ")}]; [${lengths}] is expected`);
      }
      const owner = finder.owner(weight, path);
      if (owner !== path) {
        throw invalid(`weight "${name}" is missing; the one that fits is of layer "${owner}"`);
      }
      return weight;
    });
  }

  /** A float32 constant that calls of the same layer share. */
  stored(name: string, shape: readonly number[], values: () => Float32Array): Tensor {
    const { path, parts = [""] } = this.place;
    const full = [path, parts[0], name].filter(Boolean).join("/");
    const known = this.context.constants.get(full);
    if (known !== undefined) return known;
    const made = { ...this.constant(values(), shape, "float32"), name: full };
    this.context.constants.set(full, made);
    return made;
  }

  /** A weight as it is, which calls of the same layer share; undefined where there is none. */
  weight(name: string, weight: KerasWeight | undefined): Tensor | undefined {
    return weight && this.stored(name, weight.shape, () => weight.values);
  }

  /** Throws `NotRunnable` for an argument that is given but cannot be followed. */
  refuseArgument(name: string, reason: string): void {
    const value = this.argument(name);
    if (value === undefined || value === false) return;
    throw new NotRunnable(`the call's ${name} ${isTensor(value) ? "" : `${shown(value)} `}${reason}`);
  }
}
