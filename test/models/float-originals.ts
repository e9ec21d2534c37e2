import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { Execution } from "../../host/evaluate/execution.js";
import type { Graph } from "../../host/graph/graph.js";
import type { TensorIndex } from "../../host/graph/node.js";
import { elementCount } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import { packageKernels } from "../../host/kernels/library.js";
import { floatGraph } from "../../host/pipeline.js";
import { parseNpy } from "../../host/run/tensor-files/index.js";
import { sharedModels } from "../shared-models.js";

/** A float model by which quantization is measured. */
export interface FloatOriginal {
  id: string;
  /** Its file; that of another model lies in the folder of shared models. */
  file: string;
  /** The same network for the peer's converter: TF.js layers or Keras. */
  twin: string;
  /** What its authors made of it in int8. */
  authors?: string;
  /** Digits with labels; other models are shown pictures that are drawn, whose largest value is `scale`. */
  data: "digits" | { scale: number };
}

/** A value for each class, of every sample: before softmax, and after. */
export interface ClassValues {
  logits: Float32Array[];
  outputs: Float32Array[];
}

/** Samples of a model with one input, and what the held-out ones show. */
export interface OriginalSamples {
  calibration: Float32Array[][];
  heldOut: Float32Array[][];
  labels?: number[];
}

const digitsFolder = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "models", "digits");
const digitsFile = join(digitsFolder, "float", "model.json");

/** The models that are there: that of the project always, the others where there is the folder of shared models. */
export function floatOriginals(): FloatOriginal[] {
  const digits: FloatOriginal = { id: "digits", file: digitsFile, twin: digitsFile, data: "digits" };
  const folder = sharedModels();
  if (folder === undefined) return [digits];
  return [
    digits,
    {
      id: "tinymaix-mnist_valid_f",
      file: join(folder, "tinymaix-mnist_valid_f", "mnist_valid_f.tflite"),
      twin: join(folder, "keras-tinymaix-mnist_valid", "mnist_valid.h5"),
      authors: join(folder, "tinymaix-mnist_valid_q", "mnist_valid_q.tflite"),
      data: "digits",
    },
    {
      id: "tinymaix-cifar10_f",
      file: join(folder, "tinymaix-cifar10_f", "cifar10_f.tflite"),
      twin: join(folder, "keras-tinymaix-cifar10", "cifar10.h5"),
      data: { scale: 1 },
    },
    {
      id: "mlperf-tiny-pretrainedResnet",
      file: join(folder, "mlperf-tiny-pretrainedResnet", "pretrainedResnet.tflite"),
      twin: join(folder, "keras-pretrainedResnet", "pretrainedResnet.h5"),
      data: { scale: 255 },
    },
  ];
}

/** The model's graph, and as it is quantized: of float32, after all passes. */
export async function loadOriginal({ file }: FloatOriginal): Promise<{ graph: Graph; float: Graph }> {
  const graph = await importModel(file, readFileSync(file), (path) => readFileSync(path));
  const float = floatGraph(graph);
  if (float === undefined) throw new Error(`${file} is not of float32`);
  return { graph, float };
}

/** Numbers from 0 to 1, without end, the same for a seed: xorshift of 32 bits. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

type Shape = readonly [height: number, width: number, channels: number];

/** How much of the background is seen through a figure at a point, and the figure's colour: a box or an ellipse. */
function randomFigure([height, width, channels]: Shape, random: () => number) {
  const [x, y] = [random() * width, random() * height];
  const [halfWidth, halfHeight] = [(0.05 + 0.3 * random()) * width, (0.05 + 0.3 * random()) * height];
  const [isRound, opacity] = [random() < 0.5, random()];
  const colour = Array.from({ length: channels }, random);
  const covers = (column: number, row: number): boolean => {
    const [dx, dy] = [(column - x) / halfWidth, (row - y) / halfHeight];
    return isRound ? dx * dx + dy * dy < 1 : Math.abs(dx) < 1 && Math.abs(dy) < 1;
  };
  return { covers, opacity, colour };
}

/** Slow waves over a picture, of other strength in each channel. */
function randomWave([height, width, channels]: Shape, random: () => number) {
  const [perColumn, perRow] = [
    (2 * Math.PI * 6 * (random() - 0.5)) / width,
    (2 * Math.PI * 6 * (random() - 0.5)) / height,
  ];
  const [phase, contrast] = [2 * Math.PI * random(), 0.1 + 0.4 * random()];
  const strength = Array.from({ length: channels }, () => contrast * (random() - 0.5));
  return (column: number, row: number, channel: number): number =>
    (strength[channel] as number) * Math.sin(perColumn * column + perRow * row + phase);
}

/**
 * A picture much like a photograph in what matters to ranges: a background with soft shading, figures with hard edges, some
 * noise; 8 bits a channel.
 *
 * @returns height x width x channels values from 0 to `scale`
 */
export function drawnPicture(shape: Shape, seed: number, scale: number): Float32Array {
  const random = randomNumbers(seed);
  const [, width, channels] = shape;
  const background = Array.from({ length: channels }, random);
  const waves = Array.from({ length: 4 }, () => randomWave(shape, random));
  const figures = Array.from({ length: 3 + Math.floor(4 * random()) }, () => randomFigure(shape, random));
  const noise = 0.16 * random();
  const picture = new Float32Array(elementCount(shape));
  for (let at = 0; at < picture.length; at++) {
    const channel = at % channels;
    const [column, row] = [Math.floor(at / channels) % width, Math.floor(at / channels / width)];
    let value = background[channel] as number;
    for (const wave of waves) value += wave(column, row, channel);
    for (const { covers, opacity, colour } of figures)
      if (covers(column, row)) value += opacity * ((colour[channel] as number) - value);
    value += noise * (random() - 0.5);
    picture[at] = (scale * Math.round(255 * Math.min(1, Math.max(0, value)))) / 255;
  }
  return picture;
}

/** As many of a list's items as are wanted, evenly from all of it. */
function spread<T>(items: readonly T[], count: number): T[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, i) => items[Math.floor((i * items.length) / taken)] as T);
}

const pixels = 28 * 28;
const pictures = (values: Float32Array): Float32Array[] =>
  Array.from({ length: values.length / pixels }, (_, i) => values.slice(i * pixels, (i + 1) * pixels));

/** Of the digits that nothing was trained with, and of those for calibration. */
function digitSamples(calibration: number, heldOut: number): OriginalSamples {
  const read = (...path: string[]): Uint8Array => {
    const bytes = readFileSync(join(digitsFolder, ...path));
    return parseNpy(path.at(-1)?.endsWith(".gz") ? gunzipSync(bytes) : bytes).bytes;
  };
  const known = new Uint8Array(read("samples", "calibration.npy"));
  const images = Float32Array.from(read("test", "images.npy.gz"), (value) => value / 255);
  const labels = [...read("test", "labels.npy")];
  return {
    calibration: spread(pictures(new Float32Array(known.buffer)), calibration).map((picture) => [picture]),
    heldOut: spread(pictures(images), heldOut).map((picture) => [picture]),
    labels: spread(labels, heldOut),
  };
}

/** Seeds of held-out pictures, beyond those of calibration. */
const heldOutSeeds = 10_000;

/** Up to so many samples for calibration, and others to measure with. */
export function samplesOf(
  { data }: FloatOriginal,
  float: Graph,
  counts: { calibration: number; heldOut: number },
): OriginalSamples {
  if (data === "digits") return digitSamples(counts.calibration, counts.heldOut);
  const shape = float.tensors[float.inputs[0] as TensorIndex]?.shape.slice(1) as unknown as Shape;
  const drawn = (count: number, first: number): Float32Array[][] =>
    Array.from({ length: count }, (_, i) => [drawnPicture(shape, first + i, data.scale)]);
  return { calibration: drawn(counts.calibration, 1), heldOut: drawn(counts.heldOut, heldOutSeeds) };
}

/** What a graph that ends in softmax computes of samples, in real values. */
export async function classValues(graph: Graph, samples: readonly Float32Array[][]): Promise<ClassValues> {
  const execution = await Execution.open(graph, [packageKernels()]);
  const softmax = execution.graph.nodes.findLast(({ operator }) => operator === "softmax");
  if (softmax === undefined) throw new Error("the graph has no softmax");
  const values: ClassValues = { logits: [], outputs: [] };
  for (const [sample] of samples) {
    execution.writeReals(execution.graph.inputs[0] as TensorIndex, sample as Float32Array);
    execution.run();
    values.logits.push(execution.reals(softmax.inputs[0] as TensorIndex).slice());
    values.outputs.push(execution.reals(softmax.outputs[0] as TensorIndex).slice());
  }
  return values;
}

/** Signal-to-quantization-noise ratio in decibels over all samples. */
export function sqnr(reference: readonly Float32Array[], found: readonly Float32Array[]): number {
  let [signal, noise] = [0, 0];
  for (const [i, values] of reference.entries())
    for (const [k, value] of values.entries()) {
      signal += value * value;
      noise += (value - (found[i]?.[k] as number)) ** 2;
    }
  return 10 * Math.log10(signal / noise);
}

/** The class of each sample: the first of the largest values. */
export function classesOf(outputs: readonly Float32Array[]): number[] {
  return outputs.map((values) => values.indexOf(Math.max(...values)));
}

/** How many items of two lists are the same. */
export function sameCount(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => value === b[i]).length;
}
