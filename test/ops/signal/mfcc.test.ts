import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../../host/graph/graph.js";
import { arrayTypes, type Tensor } from "../../../host/graph/tensor.js";
import { dctMatrix, signalWindow } from "../../../host/numerics/cosines.js";
import { librosaMelBank, tensorflowMelBank } from "../../../host/numerics/mel.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { engines } from "../../engines.js";
import { signalGolden } from "../../numerics/signal-golden.js";
import { tensor } from "./signal-case.js";

interface Golden {
  samples: number[];
  librosa: number[][];
  tensorflow: number[][];
}

const golden = signalGolden<Golden>("mfcc");
const [frame, hop, length, channels] = [480, 320, 512, 40];
const bank = { sampleRate: 16000, bins: length / 2 + 1, channels, low: 20, high: 4000 };

/** What the steps from samples to coefficients differ in. */
interface Settings {
  form: "power" | "magnitude";
  bank: number[][];
  /** What is added to the bank's sums, or the least that they are. */
  floor: ["add" | "maximum", number];
  cosines: number[][];
}

/** One frame to coefficients, by operators that each do one step. */
function graphOf({ form, bank, floor, cosines }: Settings): Graph {
  const coefficients = cosines.length;
  const constant = (shape: readonly number[], data: readonly number[]): Tensor =>
    tensor("float32", shape, data);
  const tensors = [
    tensor("float32", [1, frame]),
    constant([frame], signalWindow("hann", frame, "periodic")),
    tensor("float32", [1, length / 2 + 1]),
    constant([channels, length / 2 + 1], bank.flat()),
    tensor("float32", [1, channels]),
    constant([1], [floor[1]]),
    tensor("float32", [1, channels]),
    tensor("float32", [1, channels]),
    constant([coefficients, channels], cosines.flat()),
    tensor("float32", [1, coefficients]),
  ];
  const node = (operator: string, attributes: object, inputs: number[], output: number) => ({
    name: operator,
    operator,
    attributes,
    inputs,
    outputs: [output],
  });
  const nodes = [
    node("powerSpectrum", { length, form, scale: 1 }, [0, 1], 2),
    node("melFilterBank", {}, [2, 3], 4),
    node(floor[0], { activation: "none" }, [4, 5], 6),
    node("log", {}, [6], 7),
    node("fullyConnected", { activation: "none", keepAxes: true }, [7, 8, -1], 9),
  ];
  return { name: "mfcc", tensors, nodes, inputs: [0], outputs: [9] };
}

/** The largest difference from what a tool gave, of all frames on all engines. */
async function worst(settings: Settings, expected: readonly number[][], start: number): Promise<number> {
  const { wasm } = await buildModel(graphOf(settings));
  let difference = 0;
  for (const [engine, tier] of engines) {
    const runner = await openRunner(engine, wasm, openModule(wasm), { tier });
    for (const [row, coefficients] of expected.entries()) {
      const at = start + row * hop;
      const samples = Float32Array.from(golden.samples.slice(at, at + frame), (sample) => sample / 32768);
      await runner.writeInput(0, new Uint8Array(samples.buffer));
      await runner.run();
      const output = new arrayTypes.float32(Uint8Array.from(await runner.readOutput(0)).buffer);
      for (const [i, value] of coefficients.entries())
        difference = Math.max(
          difference,
          Math.abs((output[i] as number) - value) / Math.max(1, Math.abs(value)),
        );
    }
    await runner.close();
  }
  return difference;
}

test("coefficients are within 1e-4 of librosa's", async () => {
  // Decibels are natural logarithms times 10 / ln 10, which the transform takes in.
  const cosines = dctMatrix(13, channels, "ortho").map((row) => row.map((value) => (value * 10) / Math.LN10));
  const settings: Settings = {
    form: "power",
    bank: librosaMelBank(bank),
    floor: ["maximum", 1e-10],
    cosines,
  };
  assert.is(golden.librosa.length, 6);
  // librosa's window lies in the middle of the transform.
  const difference = await worst(settings, golden.librosa, (length - frame) / 2);
  assert.ok(difference < 1e-4, `the largest difference is ${difference}`);
});

test("coefficients are within 1e-4 of TensorFlow's", async () => {
  const cosines = dctMatrix(10, channels, "htk");
  const settings: Settings = {
    form: "magnitude",
    bank: tensorflowMelBank(bank),
    floor: ["add", 1e-6],
    cosines,
  };
  assert.is(golden.tensorflow.length, 7);
  const difference = await worst(settings, golden.tensorflow, 0);
  assert.ok(difference < 1e-4, `the largest difference is ${difference}`);
});

test.run();
