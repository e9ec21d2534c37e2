import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { logisticGate, tanhGate } from "../../host/ops/recurrent/gate-activation.js";
import { gruLayer, lstmLayer } from "../../host/ops/recurrent/layers.js";
import { buildModel } from "../../host/pipeline.js";
import { random } from "../ops/harness.js";
import { plain } from "../ops/quantized-tensors.js";
import { availableBoards } from "./emulators.js";
import { onBoard, onHost } from "./run-once.js";

const { real } = random(386);
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => real() * 2 - 1);
const constant = (...shape: number[]): Tensor => ({
  ...plain(shape),
  data: numbers(shape.reduce((a, b) => a * b)),
});

const [times, batches, inputs, units] = [6, 2, 5, 7];
const shared = {
  timeMajor: false,
  backwards: false,
  sequence: true,
  masked: "zero" as const,
  clip: 0,
  activations: [logisticGate, tanhGate],
};

/** A model of one recurrent layer, whose outputs are its sequence and its last state. */
function layerGraph(operator: "lstmLayer" | "gruLayer"): Graph {
  const isLstm = operator === "lstmLayer";
  const attributes = isLstm
    ? { ...shared, activations: [...shared.activations, tanhGate], coupled: false }
    : { ...shared, resetAfter: true };
  const rows = (isLstm ? 4 : 3) * units;
  const tensors = [
    plain([batches, times, inputs]),
    constant(rows, inputs),
    constant(rows, units),
    constant(rows),
    constant(rows),
    plain([batches, units]),
  ];
  const bound = { name: operator, attributes: attributes as never, inputs: tensors, outputs: [] };
  const outputs = (isLstm ? lstmLayer : gruLayer).infer(bound);
  const numbersOfOutputs = outputs.map((_, i) => tensors.length + i);
  return {
    name: operator,
    tensors: [...tensors, ...outputs.map(({ shape }) => plain(shape))],
    nodes: [{ name: operator, operator, attributes, inputs: [0, 1, 2, 3, 4, 5], outputs: numbersOfOutputs }],
    inputs: [0, 5],
    outputs: numbersOfOutputs,
  };
}

const lengths = [times * batches * inputs, batches * units];

for (const board of availableBoards(["mps2-an386", "pico"])) {
  for (const operator of ["lstmLayer", "gruLayer"] as const) {
    test(`${operator} on ${board.id} gives the host's bits, of float32 and of int8`, async () => {
      for (const dtype of ["float32", "int8"] as const) {
        const calibration = [lengths.map(numbers)];
        const { wasm, graph } = await buildModel(layerGraph(operator), {
          quantize: dtype,
          ...(dtype === "int8" && { calibration }),
        });
        assert.ok(graph.nodes.some((node) => node.operator === operator));
        const given = graph.inputs.map((index, i) => {
          const values = numbers(lengths[i] as number);
          const isFloat = graph.tensors[index]?.dtype === "float32";
          return new Uint8Array((isFloat ? values : Int8Array.from(values, (value) => 127 * value)).buffer);
        });
        const expected = await onHost(wasm, given);
        assert.ok(expected.every((bytes) => bytes.some((byte) => byte !== 0)));
        assert.equal(await onBoard(board, wasm, given), expected);
      }
    });
  }
}

test.run();
