import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { naiveKernels } from "./naive/kernel-source.js";

const int8 = (name: string, shape: number[], scale: number, count?: number): Tensor => ({
  name,
  dtype: "int8",
  shape,
  quantization: { scale: [scale], zeroPoint: [count === undefined ? -7 : 0], axis: 0 },
  ...(count === undefined ? {} : { data: Int8Array.from({ length: count }, (_, i) => (i * 37) % 255) }),
});
const unit = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, activation: "none" };
const padding = (border: number) => ({ top: border, bottom: border, left: border, right: border });

/** depthwise 3x3 -> convolution 2x3 -> fully connected: each kernel that there is as plain loops. */
const graph: Graph = {
  name: "three layers",
  tensors: [
    int8("input", [1, 6, 7, 5], 0.05),
    int8("taps", [1, 3, 3, 5], 0.02, 45),
    int8("depthwise", [1, 6, 7, 5], 0.1),
    int8("filter", [6, 2, 3, 5], 0.01, 180),
    int8("convolved", [1, 5, 5, 6], 0.2),
    int8("flat", [1, 150], 0.2),
    int8("weights", [7, 150], 0.01, 1050),
    int8("output", [1, 7], 0.5),
  ],
  nodes: [
    {
      name: "depthwise",
      operator: "depthwiseConv2d",
      attributes: { ...unit, padding: padding(1) },
      inputs: [0, 1, -1],
      outputs: [2],
    },
    {
      name: "convolution",
      operator: "conv2d",
      attributes: { ...unit, padding: padding(0) },
      inputs: [2, 3, -1],
      outputs: [4],
    },
    { name: "flatten", operator: "reshape", attributes: { shape: [1, 150] }, inputs: [4], outputs: [5] },
    {
      name: "dense",
      operator: "fullyConnected",
      attributes: { activation: "none" },
      inputs: [5, 6, -1],
      outputs: [7],
    },
  ],
  inputs: [0],
  outputs: [7],
};

test("the plain loops that kernels are measured against give the kernels' bytes", async () => {
  const outputs: Uint8Array[] = [];
  const codes: number[] = [];
  for (const kernels of [undefined, [await naiveKernels()]]) {
    const { wasm, codeBytes } = await buildModel(graph, { kernels });
    const runner = await openRunner("node", wasm, openModule(wasm));
    await runner.writeInput(
      0,
      Uint8Array.from({ length: 210 }, (_, i) => i * 11),
    );
    await runner.run();
    outputs.push(await runner.readOutput(0));
    codes.push(codeBytes);
    await runner.close();
  }
  assert.equal(outputs[0], outputs[1]);
  assert.ok(new Set(outputs[0]).size > 2);
  assert.ok((codes[1] as number) < (codes[0] as number), "it is built of the plain loops");
});

test.run();
