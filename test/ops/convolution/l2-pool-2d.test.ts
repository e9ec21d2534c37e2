import { test } from "uvu";
import { l2Pool2d } from "../../../host/ops/convolution/l2-pool-2d.js";
import { checkPoolReference, checkSpreadPool, checkWidePoolKernel } from "./pool-cases.js";

const squareOf = (pixel: number): number => pixel * pixel;

/** In float32, every operation rounded. */
function root(pixels: readonly number[]): number {
  const sum = pixels.reduce((total, pixel) => Math.fround(total + Math.fround(squareOf(pixel))), 0);
  return Math.fround(Math.sqrt(Math.fround(sum / pixels.length)));
}

test("l2Pool2dFloat32 gives the bits of the plain loop for random geometry", async () => {
  await checkWidePoolKernel("l2Pool2d", "float32", root);
});

test("l2Pool2d's float reference is the root of the mean of the window's squares", () => {
  checkPoolReference(l2Pool2d, (pixels) =>
    Math.sqrt(pixels.reduce((total, pixel) => total + squareOf(pixel), 0) / pixels.length),
  );
});

test("l2Pool2d takes pixels that lie apart, and counts padding", async () => {
  await checkSpreadPool(l2Pool2d, "float32", root);
});

test.run();
