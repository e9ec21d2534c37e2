import type { DType } from "../graph/tensor.js";

/** Names of the custom sections. */
export const manifestSection = "wasmote.manifest";
export const weightsSection = "wasmote.weights";

/** Version of the manifest's format and of the module's interface (ABI). */
export const manifestVersion = 1;

/** How 8-bit pixels become real values: (pixel - mean) / std; each is one number, or one a channel. */
export interface PixelNormalization {
  mean: number[];
  std: number[];
}

/** What the author of a model says of an input: how files are to be read for it. */
export interface InputReading {
  /** Of pictures; without it, it is told from the range of the input. */
  pixels?: PixelNormalization;
  /** Of sounds, in Hz; without it, a sound's own rate is taken. */
  sampleRate?: number;
}

/** A model input or output as the manifest describes it. */
export interface ManifestTensor extends InputReading {
  /** The model's own name of it. */
  name: string;
  /** Element type in linear memory. */
  dtype: DType;
  shape: number[];
  /**
   * Element type of the model's own input or output, where that is another: a model that was trained, or converted,
   * with float32 at its ends takes and gives real values, whatever it computes with. Who reads and writes linear memory
   * converts, by `scale` and `zeroPoint`.
   */
  interface?: DType;
  /** Address in linear memory. */
  address: number;
  /** Present for quantized tensors: real = scale * (q - zeroPoint). */
  scale?: number;
  zeroPoint?: number;
  /** Of an input: real numbers that lie between two steps become the even one; without it, the one away from zero. */
  halves?: "even";
  /** Names of the classes along the last axis. */
  labels?: string[];
  /** Texts that the elements stand for: of integers in the place of what is text in the model. */
  texts?: string[];
}

/** State that a model keeps from one run to the next. */
export interface ManifestVariable {
  name: string;
  dtype: DType;
  shape: number[];
  /** Address in linear memory. */
  address: number;
}

/** One step of `run`. */
export interface ManifestStep {
  name: string;
  operator: string;
  macs: number;
  /** Bytes of the weights section that the step reads. */
  weightBytes: number;
}

/** Contents of the section `wasmote.manifest`, in CBOR (RFC 8949). */
export interface Manifest {
  version: number;
  name: string;
  inputs: ManifestTensor[];
  outputs: ManifestTensor[];
  /** State, which `reset` sets to what it starts with; absent where there is none. */
  variables?: ManifestVariable[];
  /** Linear memory in bytes that the module touches: addresses are below it. */
  memoryBytes: number;
  steps: ManifestStep[];
  /** Imports as "module.name". */
  imports: { required: string[]; optional: string[] };
  /** SHA-256 of the libraries that the kernels were linked from; absent in files built before there were any. */
  kernels?: Uint8Array[];
}
