import type { Graph } from "../../../host/graph/graph.js";
import { importModel } from "../../../host/import/index.js";
import { logisticGate } from "../../../host/ops/recurrent/gate-activation.js";
import { gruLayer } from "../../../host/ops/recurrent/layers.js";
import { withRecording } from "../../../host/package/app.js";
import { buildModel } from "../../../host/pipeline.js";
import { bytesOf, loudnessApplication, squareWave } from "../../boards/applications.js";
import { bodies, makeModel, makeStatefulModel } from "../../boards/made-modules.js";
import { smallGraph } from "../../cli/command.js";
import { smallModel, writeTflite } from "../../import/tflite-writer.js";
import { random } from "../../ops/harness.js";
import { plain } from "../../ops/quantized-tensors.js";
import { stateModel } from "../tflite-originals.js";

/** A model of which damaged ones are made. */
export interface BuiltModelFile {
  name: string;
  wasm: Uint8Array;
}

/** Two dense layers of float32. */
function floatGraph(): Graph {
  const { real } = random(7);
  const constant = (...shape: number[]) => ({
    ...plain(shape),
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => real() * 2 - 1),
  });
  const dense = { operator: "fullyConnected", attributes: { activation: "relu", keepAxes: false } };
  return {
    name: "floats",
    tensors: [
      plain([1, 16]),
      constant(16, 16),
      constant(16),
      plain([1, 16]),
      constant(4, 16),
      constant(4),
      plain([1, 4]),
    ],
    nodes: [
      { name: "first", ...dense, inputs: [0, 1, 2], outputs: [3] },
      { name: "second", ...dense, inputs: [3, 4, 5], outputs: [6] },
    ],
    inputs: [0],
    outputs: [6],
  };
}

/** A layer of gated recurrent units. */
function recurrentGraph(): Graph {
  const { real } = random(8);
  const [times, inputs, units] = [4, 3, 5];
  const constant = (...shape: number[]) => ({
    ...plain(shape),
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => real() * 2 - 1),
  });
  const attributes = {
    ...{ timeMajor: false, backwards: false, sequence: true, masked: "zero" as const, clip: 0 },
    ...{ activations: [logisticGate, logisticGate], resetAfter: true },
  };
  const tensors = [
    plain([1, times, inputs]),
    constant(3 * units, inputs),
    constant(3 * units, units),
    constant(3 * units),
    constant(3 * units),
    plain([1, units]),
  ];
  const bound = { name: "gru", attributes: attributes as never, inputs: tensors, outputs: [] };
  const outputs = gruLayer.infer(bound);
  return {
    name: "recurrent",
    tensors: [...tensors, ...outputs.map(({ shape }) => plain(shape))],
    nodes: [
      {
        name: "gru",
        operator: "gruLayer",
        attributes,
        inputs: [0, 1, 2, 3, 4, 5],
        outputs: outputs.map((_, i) => tensors.length + i),
      },
    ],
    inputs: [0, 5],
    outputs: outputs.map((_, i) => tensors.length + i),
  };
}

const noFile = (): never => {
  throw new Error("no other file");
};

/** An application that plays a recording, logs, and does all kinds of things. */
async function playing(): Promise<Uint8Array> {
  const hop = 8;
  const application = await loudnessApplication({
    source: { driver: "recording", rate: 1000, channels: 1 },
    hop,
    log: true,
    actions: [
      { event: 0, kind: "gpio", pin: 1, milliseconds: 1 },
      { event: 0, kind: "line" },
      { event: 1, kind: "gpio", pin: 2 },
    ],
  });
  return withRecording(application, bytesOf(squareWave([0, 2000, 9000, 0], hop)));
}

/**
 * Small models: made ones, one with an input and an output first; built ones of int8, of several operators, with state, of
 * float32, recurrent, with weights that are stored in fewer bits, and an application.
 */
export async function builtModels(): Promise<BuiltModelFile[]> {
  const made = [
    { name: "made", wasm: makeModel("made", bodies.sum, { weightBytes: 1000 }) },
    { name: "calls", wasm: makeModel("calls", [...bodies.calls.slice(0, 67), 0x41, 7]) },
    { name: "loops", wasm: makeModel("loops", bodies.endless) },
    { name: "counts", wasm: makeStatefulModel("counts") },
  ];
  const several = await importModel("small.tflite", writeTflite(smallModel()), noFile);
  const state = await importModel("state.tflite", writeTflite(stateModel()), noFile);
  const assumed = { calibration: "assumed" } as const;
  const built = [
    { name: "dense", graph: smallGraph(), options: {} },
    { name: "several", graph: several, options: {} },
    { name: "state", graph: state, options: {} },
    { name: "floats", graph: floatGraph(), options: {} },
    { name: "recurrent", graph: recurrentGraph(), options: {} },
    { name: "int4", graph: floatGraph(), options: { ...assumed, quantize: "int4" as const } },
    { name: "tables", graph: floatGraph(), options: { ...assumed, quantize: "table16" as const } },
  ];
  const files = await Promise.all(
    built.map(async ({ name, graph, options }) => ({ name, wasm: (await buildModel(graph, options)).wasm })),
  );
  return [...made, ...files, { name: "application", wasm: await playing() }];
}
