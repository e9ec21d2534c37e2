import type { Graph } from "../../host/graph/graph.js";
import { type AppSection, withApp } from "../../host/package/app.js";
import { buildModel } from "../../host/pipeline.js";

/** Loudness, as the mean of the samples' sizes, from which on an event begins, in their order. */
export const thresholds = [1000, 8000] as const;
export const eventNames = ["loud", "very loud"] as const;

/**
 * An application's graph: a hop of samples is as loud as the mean of their sizes, an event lasts while that is above its threshold, and
 * begins where it was not in the run before.
 */
export function loudnessGraph(hop: number, dtype: "int16" | "float32" = "int16"): Graph {
  const events = thresholds.length;
  const none = { activation: "none" };
  const float = dtype === "float32";
  return {
    name: "loudness",
    tensors: [
      { name: "samples", dtype, shape: [hop] },
      { name: "real", dtype: "float32", shape: [hop] },
      { name: "size", dtype: "float32", shape: [hop] },
      { name: "loudness", dtype: "float32", shape: [1] },
      { name: "thresholds", dtype: "float32", shape: [events], data: Float32Array.from(thresholds) },
      { name: "zeros", dtype: "float32", shape: [events], data: new Float32Array(events) },
      { name: "levels", dtype: "float32", shape: [events] },
      { name: "active", dtype: "bool", shape: [events] },
      { name: "before", dtype: "bool", shape: [events] },
      { name: "changed", dtype: "bool", shape: [events] },
      { name: "events", dtype: "bool", shape: [events] },
    ],
    nodes: [
      ...(float
        ? []
        : [{ name: "real", operator: "cast", attributes: { to: "float32" }, inputs: [0], outputs: [1] }]),
      { name: "size", operator: "abs", attributes: {}, inputs: [float ? 0 : 1], outputs: [2] },
      {
        name: "loudness",
        operator: "mean",
        attributes: { axes: [0], keepDims: true },
        inputs: [2],
        outputs: [3],
      },
      { name: "levels", operator: "add", attributes: none, inputs: [5, 3], outputs: [6] },
      { name: "active", operator: "greater", attributes: {}, inputs: [6, 4], outputs: [7] },
      { name: "before", operator: "readVariable", attributes: {}, inputs: [], outputs: [8], variables: [0] },
      { name: "changed", operator: "notEqual", attributes: {}, inputs: [7, 8], outputs: [9] },
      { name: "events", operator: "logicalAnd", attributes: {}, inputs: [9, 7], outputs: [10] },
      { name: "keep", operator: "assignVariable", attributes: {}, inputs: [7], outputs: [], variables: [0] },
    ],
    inputs: [0],
    outputs: [10, 7, 6],
    variables: [{ name: "was active", dtype: "bool", shape: [events] }],
  };
}

/** A graph whose only event lasts while samples are 1000 large on average, with their share of the largest one as its level. */
export function shareGraph(hop: number): Graph {
  const { tensors, nodes, variables, ...loudness } = loudnessGraph(hop);
  const largest = 32_768;
  const scaled = tensors.map((tensor) =>
    tensor.name === "thresholds"
      ? { ...tensor, shape: [1], data: Float32Array.of(1000 / largest) }
      : tensor.name === "zeros"
        ? { ...tensor, shape: [1], data: Float32Array.of(1 / largest) }
        : ["levels", "active", "before", "changed", "events"].includes(tensor.name)
          ? { ...tensor, shape: [1] }
          : tensor,
  );
  return {
    ...loudness,
    tensors: scaled,
    nodes: nodes.map((node) => (node.name === "levels" ? { ...node, operator: "mul" } : node)),
    variables: [{ name: "was active", dtype: "bool", shape: [1] }],
  };
}

/** What an application says where a test does not: samples over the link, everything is shared. */
export const quietly: AppSection = {
  version: 1,
  source: { driver: "none", rate: 1000, channels: 1 },
  hop: 50,
  events: eventNames,
  actions: [],
  log: false,
  share: { events: true, counters: true, capture: false },
};

/** The file of the application, without a recording. */
export async function loudnessApplication(
  said: Partial<AppSection> = {},
  dtype: "int16" | "float32" = "int16",
): Promise<Uint8Array> {
  const app = { ...quietly, ...said };
  const { wasm } = await buildModel(loudnessGraph(app.hop * app.source.channels, dtype));
  return withApp(wasm, app);
}

/** Samples of a square wave whose size is that of each hop. */
export function squareWave(sizes: readonly number[], hop: number): Int16Array {
  return Int16Array.from(
    { length: sizes.length * hop },
    (_, i) => (sizes[Math.floor(i / hop)] as number) * (i % 2 === 0 ? 1 : -1),
  );
}

/** An event that began: the run, which one, and its level. */
export type Begun = readonly [run: number, event: number, level: number];

/** What the application finds in hops of these sizes, told from what it is to do. */
export function expectedEvents(sizes: readonly number[]): Begun[] {
  return sizes.flatMap((size, run) =>
    thresholds.flatMap((threshold, event) =>
      size > threshold && !((sizes[run - 1] ?? 0) > threshold) ? [[run, event, size] as const] : [],
    ),
  );
}

/** The bytes of numbers as they lie in memory. */
export function bytesOf(numbers: Int16Array | Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
