import { test } from "uvu";
import * as assert from "uvu/assert";
import { averagePool2d } from "../../../host/ops/convolution/average-pool-2d.js";
import { compareLayers } from "../golden-layers.js";
import {
  checkPoolKernel,
  checkPoolReference,
  checkPoolRefusals,
  checkSpreadPool,
  checkWidePoolKernel,
} from "./pool-cases.js";

const average = (pixels: readonly number[]): number =>
  pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;

/** The average of integers, rounded to nearest with halves away from zero. */
function roundedAverage(pixels: readonly number[]): number {
  const sum = pixels.reduce((total, pixel) => total + pixel, 0);
  return Math.sign(sum) * Math.floor((2 * Math.abs(sum) + pixels.length) / (2 * pixels.length));
}

/** In float32, every operation rounded. */
function roundedFloatAverage(pixels: readonly number[]): number {
  return Math.fround(pixels.reduce((sum, pixel) => Math.fround(sum + pixel), 0) / pixels.length);
}

test("averagePool2dInt8 gives the bytes of the plain loop for random geometry", async () => {
  await checkPoolKernel("averagePool2d", roundedAverage);
});

test("averagePool2d of int8 rounds halves up where it is asked to, as unsigned numbers are", async () => {
  const up = (pixels: readonly number[]): number => Math.floor(average(pixels) + 0.5);
  await checkPoolKernel("averagePool2d", up, { halves: "up" });
});

test("averagePool2d's kernels of int16 and float32 give the bits of the plain loop for random geometry", async () => {
  await checkWidePoolKernel("averagePool2d", "int16", roundedAverage);
  await checkWidePoolKernel("averagePool2d", "float32", roundedFloatAverage);
});

test("averagePool2d's float reference is the average of the window's pixels", () => {
  checkPoolReference(averagePool2d, average);
});

test("averagePool2d refuses what it cannot run, with the reason", () => checkPoolRefusals(averagePool2d));

test("averagePool2dInt8 gives the bytes of TensorFlow Lite Micro on real layers", async () => {
  for (const id of [
    "mlperf-tiny-kws_ref_model",
    "mlperf-tiny-pretrainedResnet_quant",
    "tflm-person_detect",
  ]) {
    const compared = await compareLayers(id, "averagePool2d");
    if (compared !== undefined) assert.is(compared, 1, id);
  }
});

test("averagePool2d takes pixels that lie apart, and counts padding", async () => {
  await checkSpreadPool(averagePool2d, "int8", roundedAverage);
  await checkSpreadPool(averagePool2d, "int16", roundedAverage);
  await checkSpreadPool(averagePool2d, "float32", roundedFloatAverage);
});

test.run();
