import { test } from "uvu";
import * as assert from "uvu/assert";
import { noPadding } from "../../../host/numerics/window.js";
import { maxPool2d } from "../../../host/ops/convolution/max-pool-2d.js";
import { runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";
import {
  checkPoolKernel,
  checkPoolReference,
  checkPoolRefusals,
  checkSpreadPool,
  checkWidePoolKernel,
} from "./pool-cases.js";

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

test("maxPool2d takes pixels that lie apart, and integers that are not quantized", async () => {
  for (const dtype of ["int8", "int16", "float32", "uint8"] as const)
    await checkSpreadPool(maxPool2d, dtype, largest);
  const bytes = Uint8Array.of(1, 200, 3, 255);
  const [input, output] = [plain([1, 2, 2, 1], "uint8"), plain([1, 1, 2, 1], "uint8")];
  const window = { filterHeight: 2, filterWidth: 1, strideHeight: 1, strideWidth: 1 };
  const attributes = { ...window, padding: noPadding, activation: "none" };
  const spec = { operator: "maxPool2d", attributes, inputs: [input], outputs: [output] };
  assert.equal(await runCase({ ...spec, activations: [bytes] }), [Uint8Array.of(3, 255)]);
});

test.run();
