import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { DType, Tensor } from "../../../graph/tensor.js";
import { castTo } from "../../compose/whole-numbers.js";
import { isObject, shown } from "../json-fields.js";
import { type LayerBuilder, tensorsOf } from "../layer-builder.js";
import type { LayerConfig } from "../layer-config.js";
import { tensorOf } from "../layers/numbers.js";

/** Names of element types in Keras and TensorFlow, and what they are in the graph. */
const dtypes: Readonly<Record<string, DType>> = {
  float16: "float32",
  bfloat16: "float32",
  float32: "float32",
  float64: "float32",
  int8: "int8",
  int16: "int16",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  bool: "bool",
};

/** One call of a function (of `keras.ops`, of TensorFlow): its arguments, be they in the call or in the config. */
export class FunctionCall {
  constructor(
    readonly write: LayerBuilder,
    private readonly config: LayerConfig,
    /** What the parameters are called in the file, by the names of `keras.ops`. */
    private readonly aliases: Readonly<Record<string, string>>,
    /** Whether the function is one of `keras.ops`, not of TensorFlow. */
    readonly isKeras: boolean,
  ) {}

  /** An argument as JSON with tensors in it; undefined where it is absent or null. */
  value(name: string): unknown {
    const own = this.aliases[name] ?? name;
    return this.write.argument(own) ?? this.config.raw(own) ?? undefined;
  }

  private refused(name: string, expected: string): never {
    throw new NotRunnable(`${name} is ${shown(this.value(name))}; ${expected} is expected`);
  }

  /** An argument that may be a number or a list, as a tensor: of `dtype` where it is no tensor. Throws `NotRunnable`. */
  tensor(name: string, dtype: DType = "float32"): Tensor {
    return tensorOf(this.write, this.value(name), dtype) ?? this.refused(name, "a tensor");
  }

  /** Two tensors of one element type: of float32 where they have different ones, and of integers that of the first. */
  pair(first: string, second: string): [Tensor, Tensor] {
    const [a, b] = [first, second].map((name) => this.value(name));
    const known = [...tensorsOf(a), ...tensorsOf(b)];
    const isFloat = known.some(({ dtype }) => dtype === "float32") || [a, b].some(isFraction);
    const dtype = isFloat || known[0] === undefined ? "float32" : known[0].dtype;
    const tensors = [first, second].map((name) => castTo(this.write, this.tensor(name, dtype), dtype));
    return tensors as [Tensor, Tensor];
  }

  /** Tensors of a list. */
  tensors(name: string): Tensor[] {
    const found = tensorsOf(this.value(name));
    return found.length > 0 ? found : this.refused(name, "a list of tensors");
  }

  number(name: string, otherwise?: number): number {
    const value = this.value(name) ?? otherwise;
    return typeof value === "number" && Number.isFinite(value) ? value : this.refused(name, "a number");
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.value(name) ?? otherwise;
    return typeof value === "boolean" ? value : this.refused(name, "true or false");
  }

  text(name: string, otherwise: string): string {
    const value = this.value(name) ?? otherwise;
    return typeof value === "string" ? value : this.refused(name, "a string");
  }

  /** Whole numbers: of one number, itself. */
  integers(name: string, otherwise?: readonly number[]): readonly number[] {
    const value = this.value(name) ?? otherwise;
    const list = typeof value === "number" ? [value] : value;
    const isWhole = Array.isArray(list) && list.every((item) => Number.isInteger(item));
    return isWhole ? list : this.refused(name, "a whole number, or a list of some");
  }

  /** Axes from 0 on, all of the tensor's where there is none. */
  axes(name: string, { shape }: Tensor): number[] {
    const given = this.integers(
      name,
      shape.map((_, axis) => axis),
    );
    return given.map((axis) => this.positive(axis, shape.length));
  }

  /** One axis from 0 on. */
  axis(name: string, rank: number, otherwise?: number): number {
    const [axis, ...more] = this.integers(name, otherwise === undefined ? undefined : [otherwise]);
    requireThat(axis !== undefined && more.length === 0, `${name} is no single axis`);
    return this.positive(axis, rank);
  }

  private positive(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    requireThat(positive >= 0 && positive < rank, `axis ${axis} is not one of ${rank} axes`);
    return positive;
  }

  /** An element type by its name. */
  dtype(name: string, otherwise: DType = "float32"): DType {
    const value = this.value(name) ?? otherwise;
    const text = isObject(value) && isObject(value.config) ? value.config.name : value;
    const key = String(text).replace(/^tf\./, "");
    return (
      (Object.hasOwn(dtypes, key) ? dtypes[key] : undefined) ??
      this.refused(name, Object.keys(dtypes).join(", "))
    );
  }

  /** The numbers of a constant. */
  constant(name: string): number[] {
    const { data } = this.tensor(name, "int32");
    return data === undefined
      ? this.refused(name, "constant numbers")
      : Array.from(data as ArrayLike<number | bigint>, Number);
  }
}

/** Whether an argument is a number that is not whole. */
function isFraction(value: unknown): boolean {
  if (typeof value === "number") return !Number.isInteger(value);
  return Array.isArray(value) && value.some(isFraction);
}

/** How a function becomes nodes. */
export interface FunctionMapping {
  /** Classes in `keras.ops`. */
  readonly keras: readonly string[];
  /** Functions of TensorFlow, without "tf.". */
  readonly tensorflow?: readonly string[];
  /** Names of the parameters in `keras.ops`, in order. */
  readonly parameters: readonly string[];
  /** What TensorFlow calls them, in order, where that is something else. */
  readonly tensorflowParameters?: readonly string[];
  /** Writes the nodes. Throws `NotRunnable`. */
  build(call: FunctionCall): Tensor | readonly Tensor[];
}

/** Most pieces that a tensor is cut into, each of them a node. */
export const maxPieces = 256;
