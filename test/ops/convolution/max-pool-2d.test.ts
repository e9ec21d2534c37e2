import { test } from "uvu";
import { maxPool2d } from "../../../host/ops/convolution/max-pool-2d.js";
import { checkPoolKernel, checkPoolReference, checkPoolRefusals } from "./pool-cases.js";

const largest = (pixels: readonly number[]): number => Math.max(...pixels);

test("maxPool2dInt8 gives the bytes of the plain loop for random geometry", async () => {
  await checkPoolKernel("maxPool2d", largest);
});

test("maxPool2d's float reference is the maximum of the window's pixels", () => {
  checkPoolReference(maxPool2d, largest);
});

test("maxPool2d refuses what it cannot run, with the reason", () => checkPoolRefusals(maxPool2d));

test.run();
