/** Element types of tensors. */
export type DType = "int8" | "uint8" | "int16" | "int32" | "uint32" | "int64" | "uint64" | "float32" | "bool";

/** Array that backs a constant tensor. */
export type TensorData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array;

/** Kind of array that holds a tensor of each element type. */
export const arrayTypes: Readonly<Record<DType, new (contents: ArrayBuffer | number) => TensorData>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  bool: Uint8Array,
};

/** Affine quantization, `real = scale * (q - zeroPoint)`; one entry per tensor, or one per index of `axis`. */
export interface Quantization {
  scale: readonly number[];
  zeroPoint: readonly number[];
  axis: number;
  /**
   * How a number that lies between two steps becomes one. By default as TFLite's kernels do it: halves away from zero, products
   * by two roundings, one after the other. Or by one rounding, as ONNX defines it, halves to the even step.
   */
  halves?: "even";
}

/** How int8 weights are stored in fewer bits (numerics/narrow-weights.ts). */
export const narrowStorages = ["int4", "int4-groups", "table16", "table4"] as const;
/** How weights of fewer than 8 bits are stored. */
export type NarrowStorage = (typeof narrowStorages)[number];

/** A tensor of the graph: constant where it has `data`, else an activation. Activations are NHWC. */
export interface Tensor {
  name: string;
  dtype: DType;
  shape: readonly number[];
  quantization?: Quantization;
  data?: TensorData;
  /** Of a constant of float32 that came as integers of one scale: those. */
  integers?: Tensor;
  /**
   * Of a constant that came in fewer bits than `dtype` has, or was quantized to them: where its values have that form, it
   * takes no more of a built model.
   */
  stored?: "float16" | NarrowStorage;
  /** Of a constant that may be replaced in a built model: what its place in the weights section is known by. */
  reference?: string;
  /**
   * Of an activation whose channels quantization has scaled: by what, element i by entry i % entries. What the original
   * model has there is its values divided by these.
   */
  channelFactors?: readonly number[];
  /** Names of the classes along the last axis. */
  labels?: readonly string[];
  /** Of integers that stand for texts of the model: the texts, by those numbers. */
  texts?: readonly string[];
}

/** Type of a tensor: what shape inference computes. */
export interface TensorType {
  dtype: DType;
  shape: readonly number[];
}

/** A model input or output whose own element type may be another than that of memory (`dtype`). */
export interface InterfaceType extends TensorType {
  interface?: DType;
}

/** Type of a model input or output as the user knows it: in the element type of the model's own interface. */
export function interfaceType({ shape, dtype, interface: own }: InterfaceType): TensorType {
  return { shape, dtype: own ?? dtype };
}

/** Bytes of one element. */
export const elementBytes: Readonly<Record<DType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  bool: 1,
};

/** Smallest and largest element of an integer dtype (of 64 bits: as far as doubles are exact). */
export const integerRange: Readonly<Record<Exclude<DType, "float32">, readonly [low: number, high: number]>> =
  {
    int8: [-128, 127],
    uint8: [0, 255],
    int16: [-(2 ** 15), 2 ** 15 - 1],
    int32: [-(2 ** 31), 2 ** 31 - 1],
    uint32: [0, 2 ** 32 - 1],
    int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    uint64: [0, Number.MAX_SAFE_INTEGER],
    bool: [0, 1],
  };

/** What a quantized uint8 has on top of the int8 of the same real value, which models of uint8 become. */
export const unsignedOffset = 128;

/** Number of elements of a shape (1 for a scalar's empty shape). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Bytes of a tensor as it lies in memory. */
export function tensorBytes(type: TensorType): number {
  return elementCount(type.shape) * elementBytes[type.dtype];
}

/** "25x5x64 int8": a tensor's type as people write it. */
export function describeType(type: TensorType): string {
  return `${type.shape.length === 0 ? "scalar" : type.shape.join("x")} ${type.dtype}`;
}

/** Scale and zero point of a tensor quantized as a whole, or undefined. */
export function perTensor(tensor: Tensor): { scale: number; zeroPoint: number } | undefined {
  const scale = tensor.quantization?.scale[0];
  const zeroPoint = tensor.quantization?.zeroPoint[0];
  if (scale === undefined || zeroPoint === undefined || tensor.quantization?.scale.length !== 1)
    return undefined;
  return { scale, zeroPoint };
}

/** "int8, int16 or float32". */
export function alternatives(dtypes: readonly DType[]): string {
  return dtypes.length === 1 ? `${dtypes[0]}` : `${dtypes.slice(0, -1).join(", ")} or ${dtypes.at(-1)}`;
}
