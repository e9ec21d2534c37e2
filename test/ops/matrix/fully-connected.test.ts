import { test } from "uvu";
import * as assert from "uvu/assert";
import { convolve, drawCase } from "../convolution/convolution-reference.js";
import {
  checkNarrowProducts,
  checkProduct,
  type ProductKind,
  type ProductShape,
  productKinds,
} from "../convolution/product-cases.js";
import { random, runCase } from "../harness.js";

test("fullyConnectedInt8 gives the bytes of the plain loop, in one chunk and in several", async () => {
  const widths = [1, 3, 4, 16, 61, 255, 640, 1001];
  for (let seed = 0; seed < 48; seed++) {
    const source = random(2000 + seed);
    const inputs = widths[seed % widths.length] ?? 1;
    const outputs = source.integer(1, 13);
    const rows = source.integer(1, 3);
    const drawn = drawCase(source, {
      depthwise: false,
      channels: inputs,
      outChannels: outputs,
      filter: [1, 1],
      extreme: seed % 6 === 5,
    });
    const attributes = {
      ...drawn.attributes,
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      padding: { top: 0, bottom: 0, left: 0, right: 0 },
    };
    const spec = {
      ...drawn,
      attributes,
      input: { ...drawn.input, shape: [rows, 1, 1, inputs] },
      data: source.int8s(rows * inputs),
      output: { ...drawn.output, shape: [rows, 1, 1, outputs] },
    };
    const [output] = await runCase({
      operator: "fullyConnected",
      attributes: { activation: attributes.activation, keepAxes: false },
      inputs: [
        { ...spec.input, shape: [rows, inputs] },
        { ...spec.weights, shape: [outputs, inputs] },
        spec.bias,
      ],
      outputs: [{ ...spec.output, shape: [rows, outputs] }],
      activations: [spec.data],
    });
    assert.equal(
      [...new Int8Array((output as Uint8Array).buffer)],
      [...convolve(spec, false)],
      `seed ${seed}`,
    );
  }
});

test("a layer of few products behind a convolution is computed by its kernel, with the bytes of the plain loop", async () => {
  const pixel = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
  const attributesOf = (activation: "none" | "relu" | "relu6") => ({
    activation,
    ...pixel,
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
  });
  for (let seed = 0; seed < 24; seed++) {
    const source = random(3000 + seed);
    const [channels, inputs, outputs] = [
      source.integer(1, 9),
      [1, 3, 16, 61, 80][seed % 5] ?? 1,
      source.integer(1, 13),
    ];
    const rows = source.integer(1, 3);
    const draw = (from: number, to: number) =>
      drawCase(source, {
        depthwise: false,
        channels: from,
        outChannels: to,
        filter: [1, 1],
        extreme: seed % 6 === 5,
      });
    const layer = draw(inputs, outputs);
    const drawn = draw(channels, inputs);
    const convolution = {
      ...drawn,
      attributes: attributesOf(drawn.attributes.activation),
      input: { ...drawn.input, shape: [1, 1, rows, channels] },
      data: source.int8s(rows * channels),
      output: { ...layer.input, name: "between", shape: [1, 1, rows, inputs] },
    };
    const between = Int8Array.from(convolve(convolution, false));
    const spec = {
      ...layer,
      attributes: attributesOf(layer.attributes.activation),
      input: convolution.output,
      data: between,
      output: { ...layer.output, shape: [1, 1, rows, outputs] },
    };
    const [output] = await runCase({
      operator: "fullyConnected",
      attributes: { activation: spec.attributes.activation, keepAxes: false },
      before: {
        operator: "conv2d",
        attributes: convolution.attributes,
        inputs: [convolution.input, convolution.weights, convolution.bias],
      },
      inputs: [spec.input, { ...spec.weights, shape: [outputs, inputs] }, spec.bias],
      outputs: [{ ...spec.output, shape: [rows, outputs] }],
      activations: [convolution.data],
    });
    assert.equal(
      [...new Int8Array((output as Uint8Array).buffer)],
      [...convolve(spec, false)],
      `seed ${seed}`,
    );
  }
});

/** A random layer. */
function drawLayer(seed: number): ProductShape {
  const { integer } = random(seed);
  const inputs = [3, 16, 61, 300, 1001][seed % 5] ?? 1;
  const [rows, outputs] = [integer(1, 3), integer(1, 9)];
  return {
    operator: "fullyConnected",
    attributes: {
      activation: (["none", "relu", "relu6"] as const)[seed % 3] ?? "none",
      keepAxes: false,
    } as never,
    input: [rows, inputs],
    weights: [outputs, inputs],
    output: [rows, outputs],
    axis: 0,
    product: "matrix",
    pairs: (row, n) => Array.from({ length: inputs }, (_, k) => [row * inputs + k, n * inputs + k] as const),
  };
}

test("weights of fewer than 8 bits give the bits of the plain loop", async () => {
  await checkNarrowProducts(5, drawLayer);
});

test("layers of any dtype and storage give the bits of the plain loop, in one chunk and in several", async () => {
  for (let seed = 0; seed < 40; seed++)
    await checkProduct(seed, drawLayer(seed), productKinds[seed % productKinds.length] as ProductKind);
});

test("weights of a layer may be activations", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const kind = (["float32", "int8", "int16-long"] as const)[seed % 3] ?? "int8";
    await checkProduct(seed, { ...drawLayer(seed), weightsAreActivations: true }, kind);
  }
});

test.run();
