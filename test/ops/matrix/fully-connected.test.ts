import { test } from "uvu";
import * as assert from "uvu/assert";
import { convolve, drawCase } from "../convolution/convolution-reference.js";
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

test.run();
