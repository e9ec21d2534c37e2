/*
 * Writes networks of the layers of MLPerf Tiny's keyword spotting, with random weights, in int8, in int16 with int8 weights and
 * in float32: what docs/benchmarks compares the dtypes with.
 *
 *   node --import tsx test/generate/keyword-spotting.ts FOLDER
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type WrittenModel,
  type WrittenNode,
  type WrittenTensor,
  writeTflite,
} from "../import/tflite-writer.js";
import { random } from "../ops/harness.js";

/** Activations of a network. */
type Activations = "int8" | "int16" | "float32";

const relu = 1;
const same = { field: 0, bytes: 1 as const, value: 0 };
const valid = { field: 0, bytes: 1 as const, value: 1 };

/** The network, layer by layer. */
class Network {
  private readonly tensors: WrittenTensor[] = [];
  private readonly nodes: WrittenNode[] = [];
  private readonly random = random(7);

  constructor(private readonly activations: Activations) {
    this.activation([1, 49, 10, 1]);
  }

  private activation(shape: number[]): number {
    const type = this.activations.toUpperCase() as WrittenTensor["type"];
    const scale = { int8: [1 / 32], int16: [1 / 8192], float32: undefined }[this.activations];
    const name = `activation ${this.tensors.length}`;
    // What is rectified begins at the least integer, as converters have it.
    const zeroPoint = [this.activations === "int8" ? -128 : 0];
    return this.tensors.push({ name, type, shape, ...(scale === undefined ? {} : { scale, zeroPoint }) }) - 1;
  }

  /** Weights of `depth` inputs an output, and biases. */
  private constants(shape: number[], axis: number): [number, number] {
    const { int8s, real } = this.random;
    const outputs = shape[axis] as number;
    const count = shape.reduce((product, length) => product * length, 1);
    const scale = Array.from({ length: outputs }, () => (1 + real()) / (64 * Math.sqrt(count / outputs)));
    const [weights, bias] = [`weights ${this.tensors.length}`, `bias ${this.tensors.length}`];
    // TFLite's quantization has no weight of -128.
    const data = int8s(count).map((q) => Math.max(q, -127));
    const floats = Float32Array.from(data, (q) => q / 1024);
    const isFloat = this.activations === "float32";
    this.tensors.push(
      isFloat
        ? { name: weights, type: "FLOAT32", shape, data: new Uint8Array(floats.buffer) }
        : { name: weights, type: "INT8", shape, data: new Uint8Array(data.buffer), scale, axis },
    );
    const biases = { int8: Int32Array, int16: BigInt64Array, float32: Float32Array };
    const type = ({ int8: "INT32", int16: "INT64", float32: "FLOAT32" } as const)[this.activations];
    const zeros = new biases[this.activations](outputs);
    this.tensors.push({ name: bias, type, shape: [outputs], data: new Uint8Array(zeros.buffer) });
    return [this.tensors.length - 2, this.tensors.length - 1];
  }

  /** Adds a layer that reads `from`; its output. */
  layer(
    from: number,
    output: number[],
    weights: { shape: number[]; axis: number } | undefined,
    node: Pick<WrittenNode, "builtin" | "optionsType" | "options">,
  ): number {
    const inputs = weights === undefined ? [from] : [from, ...this.constants(weights.shape, weights.axis)];
    const to = this.activation(output);
    this.nodes.push({ ...node, inputs, outputs: [to] });
    return to;
  }

  /** The file, of which `output` is the output. */
  file(output: number): Uint8Array {
    const model: WrittenModel = { tensors: this.tensors, nodes: this.nodes, inputs: [0], outputs: [output] };
    return writeTflite(model);
  }
}

/** Strides of width and height, in fields 1 and 2. */
const strides = (stride: number): NonNullable<WrittenNode["options"]> => [
  { field: 1, bytes: 4, value: stride },
  { field: 2, bytes: 4, value: stride },
];

/** A network of the layers of keyword spotting, without its softmax. */
export function keywordSpotting(activations: Activations): Uint8Array {
  const network = new Network(activations);
  const [height, width, channels] = [25, 5, 64];
  const shape = [1, height, width, channels];
  const convolution = (from: number, weights: number[], stride: number): number =>
    network.layer(
      from,
      shape,
      { shape: weights, axis: 0 },
      {
        builtin: "CONV_2D",
        optionsType: 1,
        options: [same, ...strides(stride), { field: 3, bytes: 1, value: relu }],
      },
    );
  let last = convolution(0, [channels, 10, 4, 1], 2);
  for (let block = 0; block < 4; block++) {
    last = network.layer(
      last,
      shape,
      { shape: [1, 3, 3, channels], axis: 3 },
      {
        builtin: "DEPTHWISE_CONV_2D",
        optionsType: 2,
        options: [same, ...strides(1), { field: 3, bytes: 4, value: 1 }, { field: 4, bytes: 1, value: relu }],
      },
    );
    last = convolution(last, [channels, 1, 1, channels], 1);
  }
  last = network.layer(last, [1, 1, 1, channels], undefined, {
    builtin: "AVERAGE_POOL_2D",
    optionsType: 5,
    options: [
      valid,
      ...strides(1),
      { field: 3, bytes: 4, value: width },
      { field: 4, bytes: 4, value: height },
    ],
  });
  const classes = 12;
  last = network.layer(
    last,
    [1, classes],
    { shape: [classes, channels], axis: 0 },
    {
      builtin: "FULLY_CONNECTED",
      optionsType: 8,
      options: [],
    },
  );
  return network.file(last);
}

const [folder] = process.argv.slice(2);
if (folder !== undefined && process.argv[1]?.endsWith("keyword-spotting.ts")) {
  mkdirSync(folder, { recursive: true });
  for (const activations of ["int8", "int16", "float32"] as const)
    writeFileSync(join(folder, `keyword-spotting-${activations}.tflite`), keywordSpotting(activations));
}
