import type { Graph } from "../graph/graph.js";
import { integerRange, perTensor, type Tensor, type TensorData } from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import { realsOf } from "./execution.js";
import { longestCommon } from "./longest-common.js";
import { openGraphSubject, type Sample, type Subject } from "./subject.js";

export type { Sample } from "./subject.js";

/** How near the values of a tensor are to those of the same tensor in a reference. */
export interface TensorComparison {
  name: string;
  /** Operator that writes it, in the candidate; "input" for a model's input. */
  operator: string;
  /** Element type in the candidate. */
  dtype: string;
  /** Elements of one sample. */
  elements: number;
  /** Signal-to-quantization-noise ratio in decibels; infinite where all values are equal, undefined where the reference is 0. */
  sqnr: number | undefined;
  maxError: number;
  /** Mean of the errors' magnitudes. */
  meanError: number;
  /** Smallest and largest real value in the reference. */
  range: readonly [low: number, high: number];
  /** Of integers: the part of all codes between the smallest and the largest that occur; 1 is all of the range. */
  rangeUse?: number;
  /** Of integers: the part of elements whose value in the reference lies beyond the smallest or the largest code. */
  saturated?: number;
}

/** Agreement of two models at an output, as classes along its last axis. */
export interface Agreement {
  /** Part of rows whose largest element is the same. */
  top1: number;
  rows: number;
}

/** Classes found against labels, for one model. */
export interface Accuracy {
  /** Part of samples whose class is the label. */
  accuracy: number;
  /** `confusion[label][class]`: how many samples of a label were given a class. */
  confusion: number[][];
}

/** Two models on the same samples. */
export interface Comparison {
  samples: number;
  /** Tensors that both have, by name, in the candidate's order. */
  tensors: TensorComparison[];
  /** No names are the same: `tensors` correspond by operators and shapes in their order. */
  byOrder?: true;
  /** The models' outputs, in order; `agreement` where the last axis has two elements or more. */
  outputs: (TensorComparison & { agreement?: Agreement })[];
  /** Where labels are given: of the first output. */
  labels?: { reference: Accuracy; candidate: Accuracy };
}

/** Sums over all samples of what is told of one tensor. */
class TensorSums {
  private signal = 0;
  private noise = 0;
  private errors = 0;
  private maxError = 0;
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  private lowCode = Number.POSITIVE_INFINITY;
  private highCode = Number.NEGATIVE_INFINITY;
  private saturated = 0;
  private count = 0;

  add(reference: Float32Array, candidate: Float32Array): void {
    this.count += reference.length;
    for (let i = 0; i < reference.length; i++) {
      const value = reference[i] as number;
      const error = value - (candidate[i] as number);
      this.signal += value * value;
      this.noise += error * error;
      const size = Math.abs(error);
      this.errors += size;
      if (size > this.maxError) this.maxError = size;
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    }
  }

  /** Codes of quantized elements: their range, and how many stand for a value that lies beyond the range of all codes. */
  addCodes(
    codes: TensorData,
    reference: Float32Array,
    tensor: Tensor,
    ends: readonly [number, number],
  ): void {
    const { scale, zeroPoint } = perTensor(tensor) ?? { scale: 1, zeroPoint: 0 };
    const { channelFactors = [1] } = tensor;
    const [low, high] = ends.map((end, i) => scale * (end - zeroPoint + (i - 0.5))) as [number, number];
    for (let i = 0; i < codes.length; i++) {
      const code = Number(codes[i]);
      if (code < this.lowCode) this.lowCode = code;
      if (code > this.highCode) this.highCode = code;
      const value = (reference[i] as number) * (channelFactors[i % channelFactors.length] as number);
      if (value < low || value > high) this.saturated++;
    }
  }

  result(tensor: Tensor, operator: string, samples: number): TensorComparison {
    const { noise, signal, count } = this;
    const equal = noise === 0 ? Number.POSITIVE_INFINITY : undefined;
    const codes = codeRange(tensor);
    return {
      name: tensor.name,
      operator,
      dtype: tensor.dtype,
      elements: count / samples,
      sqnr: equal ?? (signal === 0 ? undefined : 10 * Math.log10(signal / noise)),
      maxError: this.maxError,
      meanError: this.errors / count,
      range: [this.low, this.high],
      ...(codes && {
        rangeUse: (this.highCode - this.lowCode) / (codes[1] - codes[0]),
        saturated: this.saturated / count,
      }),
    };
  }
}

/** Smallest and largest code of a quantized tensor of few bits. */
function codeRange({ dtype, quantization }: Tensor): readonly [number, number] | undefined {
  const isQuantized = (dtype === "int8" || dtype === "int16") && quantization !== undefined;
  return isQuantized ? integerRange[dtype] : undefined;
}

/** Number of the largest of a row's elements, the first of equal ones. */
export function largestOf(values: Float32Array, from: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++)
    if ((values[from + i] as number) > (values[from + best] as number)) best = i;
  return best;
}

/** Layers of two models that correspond. */
interface Pairs {
  pairs: { a: number; b: number }[];
  by: "name" | "order";
}

/**
 * Layers that both have: by their names, and of several of one name (a layer and its activation) the last with the last, and so
 * on: what a pass has fused into one is the later. Where no name is the same, as in files that two converters wrote, the
 * longest row of layers of the same operators and shapes in the same order.
 */
function layerPairs(reference: Subject, candidate: Subject): Pairs {
  const written = new Map<string, number[]>();
  const nameOf = ({ tensors }: Subject, index: number): string => {
    const { name, shape } = (tensors[index] as Subject["tensors"][number]).tensor;
    return JSON.stringify([name, shape]);
  };
  for (const index of reference.layers) {
    const name = nameOf(reference, index);
    written.set(name, [...(written.get(name) ?? []), index]);
  }
  const fromLast = [...candidate.layers].reverse().flatMap((b) => {
    const a = written.get(nameOf(candidate, b))?.pop();
    return a === undefined ? [] : [{ a, b }];
  });
  const pairs = fromLast.reverse();
  if (pairs.length > 0) return { pairs, by: "name" };
  const kindOf = ({ tensors }: Subject, index: number): string => {
    const { tensor, operator } = tensors[index] as Subject["tensors"][number];
    return JSON.stringify([operator, tensor.shape]);
  };
  const common = longestCommon(
    reference.layers.map((index) => kindOf(reference, index)),
    candidate.layers.map((index) => kindOf(candidate, index)),
  );
  const inOrder = common.map(([i, j]) => ({
    a: reference.layers[i] as number,
    b: candidate.layers[j] as number,
  }));
  return { pairs: inOrder, by: "order" };
}

/** Class that a row of a model's output means: its largest element, or of a single probability 1 above a half. */
function classOf(values: Float32Array, width: number): number {
  return width === 1 ? Number((values[0] as number) > 0.5) : largestOf(values, 0, width);
}

class Confusion {
  private readonly counts: number[][];

  constructor(classes: number) {
    this.counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  add(label: number, found: number): void {
    const row = this.counts[label];
    if (row !== undefined) row[found] = (row[found] ?? 0) + 1;
  }

  result(samples: number): Accuracy {
    const right = this.counts.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
    return { accuracy: right / samples, confusion: this.counts };
  }
}

/** What two models are compared on. */
export interface CompareOptions {
  /**
   * Class of each sample, along the last axis of the first output, of which it has one row; of a single element the
   * class is 1 above a half, else 0.
   */
  labels?: readonly number[];
}

/**
 * Runs two graphs on the same samples and tells how near the candidate is to the reference, as `compareSubjects` does.
 *
 * @throws `memory-exceeded`; `input-invalid` for samples that are not finite
 */
export async function compareGraphs(
  reference: Graph,
  candidate: Graph,
  samples: Iterable<Sample> | AsyncIterable<Sample>,
  { libraries, ...options }: CompareOptions & { libraries: readonly KernelLibrary[] },
): Promise<Comparison> {
  const [a, b] = [await openGraphSubject(reference, libraries), await openGraphSubject(candidate, libraries)];
  return compareSubjects(a, b, samples, options);
}

/** What is summed up of two tensors, and where these are. */
interface Compared {
  a: number;
  b: number;
  sums: TensorSums;
}

/**
 * Runs two models on the same samples and tells how near the candidate is to the reference, layer by layer where both have
 * one of the same name and shape, and at the outputs, which correspond by their order. Models with state see the samples one
 * after another.
 *
 * @throws what the subjects' runs throw
 */
export async function compareSubjects(
  reference: Subject,
  candidate: Subject,
  samples: Iterable<Sample> | AsyncIterable<Sample>,
  { labels }: CompareOptions = {},
): Promise<Comparison> {
  const { pairs, by } = layerPairs(reference, candidate);
  const compared: Compared[] = pairs.map((pair) => ({
    ...pair,
    sums: new TensorSums(),
  }));
  const outputs = candidate.outputs.map((b, i) => {
    const width = candidate.tensors[b]?.tensor.shape.at(-1) ?? 1;
    return { a: reference.outputs[i] as number, b, sums: new TensorSums(), width, same: 0, rows: 0 };
  });
  const [first] = outputs;
  const classes = Math.max(2, first?.width ?? 0);
  const [found, wanted] = [new Confusion(classes), new Confusion(classes)];
  const realsAt = (subject: Subject, index: number): Float32Array => {
    const tensor = subject.tensors[index]?.tensor as Tensor;
    return unscaled(realsOf(subject.elements(index), tensor), tensor);
  };
  let count = 0;
  for await (const sample of samples) {
    await reference.run(sample);
    await candidate.run(sample);
    for (const { a, b, sums } of compared) {
      const wantedValues = realsAt(reference, a);
      sums.add(wantedValues, realsAt(candidate, b));
      addCodes(sums, wantedValues, candidate, b);
    }
    for (const output of outputs) {
      const [x, y] = [realsAt(reference, output.a), realsAt(candidate, output.b)];
      output.sums.add(x, y);
      addCodes(output.sums, x, candidate, output.b);
      for (let from = 0; output.width > 1 && from < x.length; from += output.width) {
        output.rows++;
        if (largestOf(x, from, output.width) === largestOf(y, from, output.width)) output.same++;
      }
    }
    const label = labels?.[count];
    if (label !== undefined && first !== undefined) {
      wanted.add(label, classOf(realsAt(reference, first.a), first.width));
      found.add(label, classOf(realsAt(candidate, first.b), first.width));
    }
    count++;
  }
  const result = ({ b, sums }: Compared): TensorComparison => {
    const { tensor, operator } = candidate.tensors[b] as Subject["tensors"][number];
    return sums.result(tensor, operator, count);
  };
  return {
    samples: count,
    ...(by === "order" && compared.length > 0 && { byOrder: true as const }),
    tensors: compared.map(result),
    outputs: outputs.map((output) => ({
      ...result(output),
      ...(output.rows > 0 && { agreement: { top1: output.same / output.rows, rows: output.rows } }),
    })),
    ...(labels && { labels: { reference: wanted.result(count), candidate: found.result(count) } }),
  };
}

/** Values as the model has them that was given: without the factors that quantization has scaled channels by. */
function unscaled(reals: Float32Array, { channelFactors }: Tensor): Float32Array {
  if (channelFactors === undefined) return reals;
  return reals.map((value, i) => value / (channelFactors[i % channelFactors.length] as number));
}

function addCodes(sums: TensorSums, reference: Float32Array, subject: Subject, index: number): void {
  const tensor = subject.tensors[index]?.tensor as Tensor;
  const codes = codeRange(tensor);
  if (codes !== undefined) sums.addCodes(subject.elements(index), reference, tensor, codes);
}
