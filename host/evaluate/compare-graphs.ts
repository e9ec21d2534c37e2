import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { integerRange, perTensor, type Tensor, type TensorData } from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import { Execution } from "./execution.js";

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
  /** The model's outputs, in order; `agreement` where the last axis has two elements or more. */
  outputs: (TensorComparison & { agreement?: Agreement })[];
  /** Where labels are given: of the first output. */
  labels?: { reference: Accuracy; candidate: Accuracy };
}

/** One sample: real values of each of a model's inputs, in order. */
export type Sample = readonly Float32Array[];

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
    const [low, high] = ends.map((end, i) => scale * (end - zeroPoint + (i - 0.5))) as [number, number];
    for (let i = 0; i < codes.length; i++) {
      const code = Number(codes[i]);
      if (code < this.lowCode) this.lowCode = code;
      if (code > this.highCode) this.highCode = code;
      const value = reference[i] as number;
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

/**
 * Tensors that both graphs compute, by their names and shapes. Of those that share them (a layer and its activation) the last
 * belongs to the last: what a pass has fused into one is the later.
 */
function pairs(reference: Graph, candidate: Graph): { a: TensorIndex; b: TensorIndex; operator: string }[] {
  const written = new Map<string, TensorIndex[]>();
  const nameOf = ({ tensors }: Graph, index: TensorIndex): string => {
    const { name, shape } = tensors[index] as Tensor;
    return JSON.stringify([name, shape]);
  };
  for (const { outputs } of reference.nodes)
    for (const index of outputs) {
      const name = nameOf(reference, index);
      written.set(name, [...(written.get(name) ?? []), index]);
    }
  const tensors = candidate.nodes.flatMap(({ operator, outputs }) => outputs.map((b) => ({ b, operator })));
  const paired = tensors.reverse().flatMap(({ b, operator }) => {
    const a = written.get(nameOf(candidate, b))?.pop();
    return a === undefined ? [] : [{ a, b, operator }];
  });
  return paired.reverse();
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

/**
 * Runs two graphs on the same samples and tells how near the candidate is to the reference, tensor by tensor where both have
 * one of the same name and shape, and at the outputs, which correspond by their order. Models with state see the samples one
 * after another.
 *
 * @param labels class of each sample, along the last axis of the first output
 * @throws `memory-exceeded`; `input-invalid` for samples that are not finite
 */
export async function compareGraphs(
  reference: Graph,
  candidate: Graph,
  samples: Iterable<Sample> | AsyncIterable<Sample>,
  { libraries, labels }: { libraries: readonly KernelLibrary[]; labels?: readonly number[] },
): Promise<Comparison> {
  const [a, b] = [await Execution.open(reference, libraries), await Execution.open(candidate, libraries)];
  const compared = pairs(reference, candidate).map((pair) => ({ ...pair, sums: new TensorSums() }));
  const outputs = candidate.outputs.map((index, i) => {
    const other = reference.outputs[i] as TensorIndex;
    const writer = candidate.nodes.find((node) => node.outputs.includes(index));
    const width = (candidate.tensors[index] as Tensor).shape.at(-1) ?? 1;
    const sums = new TensorSums();
    return { a: other, b: index, operator: writer?.operator ?? "input", sums, width, same: 0, rows: 0 };
  });
  const classes = outputs[0]?.width ?? 0;
  const [found, wanted] = [new Confusion(classes), new Confusion(classes)];
  let count = 0;
  for await (const sample of samples) {
    for (const [i, index] of reference.inputs.entries()) a.writeReals(index, sample[i] as Float32Array);
    for (const [i, index] of candidate.inputs.entries()) b.writeReals(index, sample[i] as Float32Array);
    a.run();
    b.run();
    for (const { a: from, b: to, sums } of [...compared, ...outputs]) {
      const codes = codeRange(b.tensor(to));
      sums.add(a.reals(from), b.reals(to));
      if (codes !== undefined) sums.addCodes(b.elements(to), a.reals(from), b.tensor(to), codes);
    }
    for (const output of outputs) {
      const [x, y] = [a.reals(output.a), b.reals(output.b)];
      for (let from = 0; output.width > 1 && from < x.length; from += output.width) {
        output.rows++;
        if (largestOf(x, from, output.width) === largestOf(y, from, output.width)) output.same++;
      }
    }
    const [first] = outputs;
    const label = labels?.[count];
    if (label !== undefined && first !== undefined) {
      wanted.add(label, largestOf(a.reals(first.a), 0, classes));
      found.add(label, largestOf(b.reals(first.b), 0, classes));
    }
    count++;
  }
  const result = ({ b: index, operator, sums }: (typeof compared)[number]): TensorComparison =>
    sums.result(candidate.tensors[index] as Tensor, operator, count);
  return {
    samples: count,
    tensors: compared.map(result),
    outputs: outputs.map((output) => ({
      ...result(output),
      ...(output.rows > 0 && { agreement: { top1: output.same / output.rows, rows: output.rows } }),
    })),
    ...(labels && { labels: { reference: wanted.result(count), candidate: found.result(count) } }),
  };
}
