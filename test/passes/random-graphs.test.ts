import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { tensorAt } from "../../host/graph/graph.js";
import { elementCount, tensorBytes } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { checkOperators } from "../../host/ops/check.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { initialState, runFloat } from "../../host/quantize/float-executor.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";
import { choices } from "../link/random-numbers.js";
import { type Numbers, randomGraph } from "./random-graph.js";

/** Graphs of each kind of numbers. More of them: WASMOTE_GRAPHS=5000, from another seed on: WASMOTE_SEED=7. */
const [count, first] = [Number(process.env.WASMOTE_GRAPHS ?? 60), Number(process.env.WASMOTE_SEED ?? 1)];

/** Relative error of float32 that is allowed, absolute below 1. */
const tolerance = 1e-4;
const frames = 2;

type Frames = Uint8Array[][];

/** Inputs of each frame: floats as activations have them, or any integers. */
function randomInputs(graph: Graph, seed: number): Frames {
  const source = choices(~seed);
  const input = (index: number): Uint8Array => {
    const tensor = tensorAt(graph, index);
    if (tensor.dtype !== "float32")
      return Uint8Array.from({ length: tensorBytes(tensor) }, () => source.below(256));
    const values = Array.from({ length: elementCount(tensor.shape) }, () => (source.below(801) - 400) / 100);
    return new Uint8Array(Float32Array.from(values).buffer);
  };
  return Array.from({ length: frames }, () => graph.inputs.map(input));
}

/** The outputs of each frame, on one runner that starts anew. */
async function run(
  wasm: Uint8Array,
  inputs: Frames,
  [engine, tier]: (typeof engines)[number],
): Promise<Frames> {
  const opened = openModule(wasm);
  const runner = await openRunner(engine, wasm, opened, { tier });
  try {
    return inputs.map((frame) => {
      for (const [i, bytes] of frame.entries()) runner.writeInput(i, bytes);
      runner.run();
      return opened.manifest.outputs.map((_, i) => runner.readOutput(i));
    });
  } finally {
    runner.close();
  }
}

const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);
const isClose = (a: number, b: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

function sameOutputs(found: Frames, expected: Frames, where: string, isFloat: boolean): void {
  for (const [frame, outputs] of expected.entries()) {
    for (const [i, bytes] of outputs.entries()) {
      const other = found[frame]?.[i] as Uint8Array;
      const at = isFloat
        ? floatsOf(bytes).findIndex((value, k) => !isClose(floatsOf(other)[k] as number, value))
        : bytes.findIndex((byte, k) => other[k] !== byte);
      const [a, b] = isFloat ? [floatsOf(other)[at], floatsOf(bytes)[at]] : [other[at], bytes[at]];
      assert.is(at, -1, `${where}, frame ${frame}, output ${i}: element ${at} is ${a}, not ${b}`);
    }
  }
}

/** What the operators' references make of float32 inputs. */
function referenceOutputs(graph: Graph, inputs: Frames): Frames {
  const state = initialState(graph);
  return inputs.map((frame) => {
    const values = runFloat(graph, frame.map(floatsOf), undefined, state);
    return graph.outputs.map((index) => new Uint8Array(Float32Array.from(values[index] ?? []).buffer));
  });
}

for (const numbers of ["float32", "int8", "int16"] satisfies Numbers[]) {
  const isFloat = numbers === "float32";
  test(`random graphs of ${numbers}: engines agree, passes change nothing${isFloat ? ", references agree" : ""}`, async () => {
    const operators = new Set<string>();
    for (let seed = first; seed < first + count; seed++) {
      const graph = randomGraph(seed, numbers);
      const where = `seed ${seed}: ${graph.nodes.map(({ operator }) => operator).join(" ")}`;
      try {
        validateGraph(graph);
        checkOperators(graph);
        for (const { operator } of graph.nodes) operators.add(operator);
        const inputs = randomInputs(graph, seed);
        const { wasm } = await buildModel(graph);
        const [engine, ...others] = engines as [(typeof engines)[number]];
        const expected = await run(wasm, inputs, engine);
        for (const other of others) sameOutputs(await run(wasm, inputs, other), expected, where, false);
        sameOutputs(await run(wasm, inputs, engine), expected, `${where}, started anew`, false);
        const plain = await buildModel(graph, { passes: [] });
        sameOutputs(await run(plain.wasm, inputs, engine), expected, `${where}, without passes`, isFloat);
        if (isFloat)
          sameOutputs(expected, referenceOutputs(graph, inputs), `${where}, against references`, true);
      } catch (error) {
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
    }
    assert.ok(operators.size >= 20, `only ${[...operators].join(" ")}`);
  });
}

test.run();
