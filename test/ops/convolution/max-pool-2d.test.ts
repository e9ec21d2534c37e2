import { test } from "uvu";
import { maxPool2d } from "../../../host/ops/convolution/max-pool-2d.js";
import { checkPoolKernel, checkPoolReference, checkPoolRefusals, checkWidePoolKernel } from "./pool-cases.js";

const largest = (pixels: readonly number[]): number => Math.max(...pixels);

test("maxPool2dInt8 gives the bytes of the plain loop for random geometry", async () => {
  await checkPoolKernel("maxPool2d", largest);
});

test("maxPool2d's kernels of int16 and float32 give the bits of the plain loop for random geometry", async () => {
  await checkWidePoolKernel("maxPool2d", "int16", largest);
  await checkWidePoolKernel("maxPool2d", "float32", largest);
});

test("maxPool2d's float reference is the maximum of the window's pixels", () => {
  checkPoolReference(maxPool2d, largest);
});

test("maxPool2d refuses what it cannot run, with the reason", () => checkPoolRefusals(maxPool2d));

test.run();
