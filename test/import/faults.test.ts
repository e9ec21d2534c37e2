import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { openRunner } from "../../host/run/index.js";
import { encodeOutput, readInput } from "../../host/run/tensor-files/index.js";
import { engines } from "../engines.js";
import { errorOf } from "../error-of.js";
import { readFromDisk } from "./tfjs-fixtures.js";

/*
 * Models and inputs that were read or computed wrongly once, each with the output that is right: bytes of integer models,
 * real numbers of float ones.
 */
const folder = fileURLToPath(new URL("../golden/importers/", import.meta.url));

/** The cases, and what each is about. */
const cases: Readonly<Record<string, string>> = {
  "buffer-offset": "buffers that lie behind the flatbuffer",
  "fc-float-product": "FULLY_CONNECTED multiplies its scales in float32",
  "keras3-depthwise-kernel": 'Keras 3 names the weight of DepthwiseConv2D "kernel"',
  "keras3-hard-sigmoid": "hard_sigmoid is relu6(x + 3) / 6 in Keras 3",
  "leaky-relu-negative-alpha": "LEAKY_RELU with a slope below zero",
  "mean-same-parameters": "MEAN rounds where both ends have one scale",
  "png-transparent-colour": "a transparent colour stays the colour it is",
  "relu-float-ratio": "RELU divides its scales in float32",
  "sequential-same-names": "two layers of one name",
  "shape-chain-flatten": "SHAPE, STRIDED_SLICE and PACK compute the shape of a RESHAPE",
  "tfjs-reshape-open": "TF.js writes the open length of a Reshape as null",
  "tfjs-separable-multiplier": "TF.js leaves depth_multiplier out of a SeparableConv2D",
  "wav-extensible": "PCM with an extensible format",
};

/** Cases that must be refused, and what is said. */
const refused: Readonly<Record<string, RegExp>> = {
  "sequential-same-names": /two layers of the model are named "d"/,
};

/** Largest error of a float32 output, relative for magnitudes above 1. */
const tolerance = 1e-5;

const open = (path: string): Promise<Graph> => importModel(path, readFromDisk(path), readFromDisk);

/** The path of a case's file of one kind: its input is a picture or a sound in some. */
function fileOf(name: string, kind: "input" | "expected" | "model"): string {
  const file = readdirSync(folder + name).find((other) => other.startsWith(`${kind}.`));
  if (file === undefined) throw new Error(`${name} has no ${kind}`);
  return `${folder}${name}/${file}`;
}

const numbersOf = (path: string): number[] => JSON.parse(readFileSync(path, "utf8")) as number[];

function assertClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.is(actual.length, expected.length, what);
  for (const [i, value] of expected.entries()) {
    const error = Math.abs((actual[i] as number) - value) / Math.max(1, Math.abs(value));
    assert.ok(error <= tolerance, `${what}: element ${i} is ${actual[i]}, not ${value}`);
  }
}

/** Builds a case's model and runs it on every engine. */
async function buildAndRun(name: string): Promise<void> {
  const [input, expected] = [fileOf(name, "input"), fileOf(name, "expected")];
  const { wasm, manifest } = await buildModel(await open(fileOf(name, "model")));
  const { frames } = await readInput(readFromDisk(input), input, manifest.inputs[0]!);
  for (const [on, tier] of engines) {
    const runner = await openRunner(on, wasm, openModule(wasm), { tier });
    try {
      runner.writeInput(0, frames[0]!);
      runner.run();
      const bytes = encodeOutput([runner.readOutput(0)], "output.bin", manifest.outputs[0]!);
      const what = `${on}, ${tier}`;
      if (expected.endsWith(".json"))
        assertClose(new Float32Array(Uint8Array.from(bytes).buffer), numbersOf(expected), what);
      else assert.equal([...bytes], [...readFileSync(expected)], what);
    } finally {
      runner.close();
    }
  }
}

for (const [name, about] of Object.entries(cases)) {
  const says = refused[name];
  test(`${name}: ${about}`, async () => {
    if (says !== undefined) return assert.match((await errorOf(open(fileOf(name, "model")))).message, says);
    if (fileOf(name, "expected").endsWith(".json")) {
      const graph = await open(fileOf(name, "model"));
      const values = runFloat(graph, [Float32Array.from(numbersOf(fileOf(name, "input")))]);
      assertClose(
        values[graph.outputs[0] as number] as Float32Array,
        numbersOf(fileOf(name, "expected")),
        "as calibration computes it",
      );
    }
    await buildAndRun(name);
  });
}

test("every case is tried", () => {
  assert.equal(readdirSync(folder).sort(), Object.keys(cases));
  for (const name of Object.keys(refused)) assert.ok(name in cases, name);
});

test.run();
