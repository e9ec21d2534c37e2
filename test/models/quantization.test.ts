import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildModel, finishGraph } from "../../host/pipeline.js";
import { quantizeGraph } from "../../host/quantize/quantize-graph.js";
import type { QuantizationKind } from "../../host/quantize/scheme.js";
import {
  classesOf,
  classValues,
  type FloatOriginal,
  floatOriginals,
  loadOriginal,
  sameCount,
  samplesOf,
  sqnr,
} from "./float-originals.js";

/** Least gain over plain quantization before softmax, in decibels: of each model, and of one of them. */
const [leastGain, bestGain] = [1.5, 3];

/** Samples of small models, and of those that take longer. */
const digitCounts = { calibration: 100, heldOut: 1000 };
const pictureCounts = { calibration: 64, heldOut: 40 };

/** How many of the 1,000 digits fewer may be told than by the float model. */
const allowedLosses = [
  ["int8", 2],
  ["int16", 0],
  ["int4", 10],
] as const satisfies readonly [QuantizationKind, number][];

const quantization = suite("quantization");
const originals = floatOriginals();
const gains: number[] = [];

/** How much nearer int8 is to the float model than with plain ranges and nearest weights, on samples that neither has seen. */
async function gainOf(original: FloatOriginal): Promise<number> {
  const { graph, float } = await loadOriginal(original);
  const counts = original.data === "digits" ? digitCounts : pictureCounts;
  const { calibration, heldOut } = samplesOf(original, float, counts);
  const { logits } = await classValues(float, heldOut);
  const plain = await classValues(finishGraph(quantizeGraph(float, calibration)), heldOut);
  const built = await classValues((await buildModel(graph, { calibration })).graph, heldOut);
  return sqnr(logits, built.logits) - sqnr(logits, plain.logits);
}

for (const original of originals)
  quantization(`${original.id}: int8 gains at least ${leastGain} dB over plain min-max`, async () => {
    const gain = await gainOf(original);
    console.error(`${original.id}: ${gain.toFixed(2)} dB above plain min-max`);
    gains.push(gain);
    assert.ok(gain >= leastGain, `${gain} dB`);
  });

quantization(`on one of the models at least ${bestGain} dB`, () => {
  assert.is(gains.length, originals.length, "all models were measured");
  assert.ok(Math.max(...gains) >= bestGain, gains.join(", "));
});

quantization("digits: quantized models tell nearly as many of 1,000 digits as the float model", async () => {
  const digits = originals[0] as FloatOriginal;
  const { graph, float } = await loadOriginal(digits);
  const { calibration, heldOut, labels } = samplesOf(digits, float, digitCounts);
  const right = async (quantized: typeof graph): Promise<number> =>
    sameCount(classesOf((await classValues(quantized, heldOut)).outputs), labels ?? []);
  assert.is(heldOut.length, 1000);
  const wanted = await right(float);
  const missed: string[] = [];
  for (const [quantize, loss] of allowedLosses) {
    const found = await right((await buildModel(graph, { calibration, quantize })).graph);
    console.error(`digits: ${found} of 1000 as ${quantize}, ${wanted} as float32`);
    if (found < wanted - loss) missed.push(`${quantize}: ${found} of 1000, ${wanted} as float32`);
  }
  assert.equal(missed, []);
});

quantization.run();
