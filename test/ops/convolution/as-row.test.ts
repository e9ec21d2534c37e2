import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Tensor } from "../../../host/graph/tensor.js";
import { asRow } from "../../../host/lower/convolution/as-row.js";
import { noPadding, slide } from "../../../host/numerics/window.js";
import { random, runCase } from "../harness.js";
import { quantized } from "../quantized-tensors.js";
import { type ConvolutionCase, convolve } from "./convolution-reference.js";

/** A convolution of this geometry with random tensors; channels of each output are those of the input times `times`. */
function drawn(
  seed: number,
  [batches, height, width, channels]: [number, number, number, number],
  [filterHeight, filterWidth]: [number, number],
  along: { stride?: number; dilation?: number; top?: number; bottom?: number },
  times: number,
  depthwise: boolean,
): ConvolutionCase {
  const source = random(seed);
  const { stride = 1, dilation = 1, top = 0, bottom = 0 } = along;
  const window = {
    filterHeight,
    filterWidth,
    strideHeight: stride,
    strideWidth: 1,
    dilationHeight: dilation,
    dilationWidth: 1,
  };
  const padding = { ...noPadding, top, bottom };
  const out = slide(height, width, window, padding);
  const n = channels * times;
  const shape = depthwise ? [1, filterHeight, filterWidth, n] : [n, filterHeight, filterWidth, channels];
  const scale = Array.from({ length: n }, () => 0.002 + 0.01 * source.real());
  const weights = {
    name: "weights",
    dtype: "int8",
    shape,
    data: source.int8s(shape.reduce((a, b) => a * b)),
    quantization: { scale, zeroPoint: scale.map(() => 0), axis: depthwise ? 3 : 0 },
  } satisfies Tensor;
  const input = quantized([batches, height, width, channels], 0.05, source.integer(-128, 127));
  return {
    input,
    data: source.int8s(batches * height * width * channels),
    weights,
    bias: undefined,
    output: quantized([batches, out.height, out.width, n], 0.3, source.integer(-20, 20)),
    attributes: {
      strideHeight: stride,
      strideWidth: 1,
      dilationHeight: dilation,
      dilationWidth: 1,
      padding,
      activation: seed % 3 === 0 ? "relu" : "none",
    },
  };
}

test("columns and windows as wide as the image give the bytes of the plain loop", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { integer } = random(7000 + seed);
    const width = [1, 1, 3, 5][seed % 4] as number;
    const taps = integer(1, 21);
    const dilation = width === 1 ? integer(1, 3) : 1;
    const top = integer(0, 4);
    const height = integer((taps - 1) * dilation + 1, (taps - 1) * dilation + 20);
    const depthwise = seed % 3 !== 2;
    const along = { stride: integer(1, 3), dilation, top, bottom: integer(0, 4) };
    const size: [number, number, number, number] = [integer(1, 2), height, width, integer(1, 7)];
    const spec = drawn(seed, size, [taps, width], along, integer(1, 3), depthwise);
    const [output] = await runCase({
      operator: depthwise ? "depthwiseConv2d" : "conv2d",
      attributes: spec.attributes,
      inputs: [spec.input, spec.weights, spec.bias],
      outputs: [spec.output],
      activations: [spec.data],
    });
    const bytes = [...new Int8Array((output as Uint8Array).buffer)];
    assert.equal(bytes, [...convolve(spec, depthwise)], `seed ${seed}`);
  }
});

test("a geometry is a row only where windows are as wide as the image, and rows follow each other", () => {
  const window = {
    filterHeight: 5,
    filterWidth: 1,
    strideHeight: 2,
    strideWidth: 1,
    dilationHeight: 3,
    dilationWidth: 1,
  };
  const column = {
    inputHeight: 24,
    inputWidth: 1,
    outputHeight: 6,
    outputWidth: 1,
    window,
    padding: noPadding,
  };
  const row = asRow(column);
  assert.equal([row.inputHeight, row.inputWidth, row.outputWidth], [1, 24, 6]);
  assert.equal([row.window.filterWidth, row.window.strideWidth, row.window.dilationWidth], [5, 2, 3]);
  const wide = { ...column, inputWidth: 2, window: { ...window, filterWidth: 2 } };
  assert.is(asRow(wide), wide);
  const dense = asRow({ ...wide, window: { ...wide.window, dilationHeight: 1 } });
  assert.equal([dense.inputWidth, dense.window.filterWidth, dense.window.strideWidth], [48, 10, 4]);
  const padded = { ...column, padding: { ...noPadding, left: 1 } };
  assert.is(asRow(padded), padded);
});

test.run();
