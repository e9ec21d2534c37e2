import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { explicitPadding } from "../../../host/numerics/window.js";
import { transposeConv2d } from "../../../host/ops/convolution/transpose-conv-2d.js";
import { random } from "../harness.js";
import { plain } from "../quantized-tensors.js";
import {
  checkNarrowProducts,
  checkProduct,
  narrowKinds,
  type ProductKind,
  type ProductShape,
  productKinds,
} from "./product-cases.js";

/** A random transposed convolution. */
function drawTransposed(seed: number): ProductShape {
  const { integer } = random(seed);
  const [batches, channels, outputs] = [integer(1, 2), integer(1, 9), integer(1, 6)];
  const [filterHeight, filterWidth] = [integer(1, 4), integer(1, 4)];
  const [strideHeight, strideWidth] = [integer(1, 3), integer(1, 3)];
  const kind = seed % 2 === 0 ? "same" : "valid";
  const [height, width] = [integer(1, 4), integer(1, 4)];
  const lengthen = (length: number, stride: number, filter: number): number =>
    kind === "same" ? length * stride : (length - 1) * stride + filter;
  const outputHeight = lengthen(height, strideHeight, filterHeight);
  const outputWidth = lengthen(width, strideWidth, filterWidth);
  const window = {
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight: 1,
    dilationWidth: 1,
  };
  const padding = explicitPadding(kind, outputHeight, outputWidth, window);
  return {
    operator: "transposeConv2d",
    attributes: {
      strideHeight,
      strideWidth,
      padding,
      outputHeight,
      outputWidth,
      activation: (["none", "relu", "relu6"] as const)[integer(0, 2)] ?? "none",
    },
    input: [batches, height, width, channels],
    weights: [outputs, filterHeight, filterWidth, channels],
    output: [batches, outputHeight, outputWidth, outputs],
    axis: 0,
    product: "convolution",
    pairs(position, n) {
      const x = (position % outputWidth) + padding.left;
      const row = Math.floor(position / outputWidth);
      const y = (row % outputHeight) + padding.top;
      const image = Math.floor(row / outputHeight) * height;
      const pairs: [number, number][] = [];
      for (let iy = 0; iy < height; iy++)
        for (let ix = 0; ix < width; ix++) {
          const [fy, fx] = [y - iy * strideHeight, x - ix * strideWidth];
          if (fy < 0 || fy >= filterHeight || fx < 0 || fx >= filterWidth) continue;
          for (let c = 0; c < channels; c++)
            pairs.push([
              ((image + iy) * width + ix) * channels + c,
              ((n * filterHeight + fy) * filterWidth + fx) * channels + c,
            ]);
        }
      return pairs;
    },
  };
}

test("transposed convolutions of any dtype and storage give the bits of the plain loop", async () => {
  const kinds = productKinds.filter((kind) => kind !== "int16");
  for (let seed = 0; seed < 42; seed++) {
    await checkProduct(seed, drawTransposed(seed), kinds[seed % kinds.length] as ProductKind);
  }
});

test("weights of fewer than 8 bits give the bits of the plain loop", async () => {
  const kinds = narrowKinds.filter((kind) => !kind.startsWith("int16-") || kind.startsWith("int16-long"));
  await checkNarrowProducts(3, drawTransposed, kinds);
});

test("transposeConv2d's float reference adds every pixel's products to the outputs of its window", () => {
  for (let seed = 0; seed < 8; seed++) {
    const shape = drawTransposed(seed);
    const { integer } = random(seed);
    const values = (of: readonly number[]): Float32Array =>
      Float32Array.from({ length: of.reduce((product, length) => product * length, 1) }, () =>
        integer(-4, 4),
      );
    const [pixels, weights] = [values(shape.input), values(shape.weights)];
    const node = {
      name: "n",
      attributes: { ...shape.attributes, activation: "none" } as never,
      inputs: [plain(shape.input), plain(shape.weights)],
      outputs: [],
    };
    const [output] = transposeConv2d.reference(node, [pixels, weights]);
    const outputs = shape.output[3] as number;
    const expected = Array.from(output as Float32Array, (_, i) =>
      shape
        .pairs(Math.floor(i / outputs), i % outputs)
        .reduce((sum, [p, k]) => sum + (pixels[p] as number) * (weights[k] as number), 0),
    );
    assert.equal([...(output as Float32Array)], expected, `seed ${seed}`);
  }
});

test("transposeConv2d refuses what it cannot run, with the reason", () => {
  const shape = drawTransposed(2);
  const refused = (change: object, weights: readonly number[], pattern: RegExp): void => {
    const attributes = { ...shape.attributes, ...change } as never;
    const node = { name: "n", attributes, inputs: [plain(shape.input), plain(weights)], outputs: [] };
    assert.throws(
      () => transposeConv2d.infer(node),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  refused({ strideWidth: 0 }, shape.weights, /strideWidth 0/);
  refused({ padding: { top: 9, bottom: 9, left: 0, right: 0 } }, shape.weights, /over a whole filter/);
  refused({}, [1, 1, 1, 99], /99 channels/);
});

test.run();
