import { test } from "uvu";
import * as assert from "uvu/assert";
import { accelerators } from "../../host/abi/accelerators.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { acceleratedWindow } from "../../host/lower/accelerated.js";
import { loweringOf } from "../../host/lower/index.js";
import type { KernelCall } from "../../host/lower/kernel.js";
import { runCase } from "../ops/harness.js";

const size = 65_535;
const none = { top: 0, bottom: 0, left: 0, right: 0 };
const steps = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };

/** What accelerators take, at every limit. */
const largest = {
  batches: size,
  inputHeight: size,
  inputWidth: size,
  inputChannels: size,
  channels: size,
  outputHeight: size,
  outputWidth: size,
  outputs: size,
  filterHeight: size,
  filterWidth: size,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padTop: size,
  padLeft: size,
};

test("a window is accelerated up to every limit of the accelerators, and no further", () => {
  const { averagePool } = accelerators;
  const fits = (change: Partial<typeof largest>, depth = 65_536): boolean =>
    acceleratedWindow(averagePool, { ...largest, ...change }, depth) === averagePool;
  assert.ok(fits({}));
  for (const name of Object.keys(largest) as (keyof typeof largest)[]) {
    const rest = name.includes("Height") || name.includes("Width") ? { outputHeight: 1, outputWidth: 1 } : {};
    assert.is(fits({ ...rest, filterHeight: 1, filterWidth: 1, [name]: size + 1 }), false, name);
  }
  for (const axis of ["Height", "Width"]) {
    const span = { [`output${axis}`]: 32_768, [`stride${axis}`]: 32_767, [`dilation${axis}`]: 1 };
    assert.ok(fits({ ...span, [`filter${axis}`]: 32_768 }), axis);
    assert.not(fits({ ...span, [`filter${axis}`]: 32_769 }), axis);
    assert.not(fits({ ...span, [`filter${axis}`]: 16_385, [`dilation${axis}`]: 2 }), axis);
  }
  assert.not(fits({}, 65_537));
  assert.is(acceleratedWindow(undefined, largest, 1), undefined);
});

const int8 = (shape: number[], scale = 1, zeroPoint = 0): Tensor => ({
  name: "t",
  dtype: "int8",
  shape,
  quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 },
});

const constant = (shape: number[], data: Int8Array): Tensor => ({ ...int8(shape), data });

/** Calls that an operator makes for a node whose scratch memory is as large as it likes. */
function callsOf(operator: string, attributes: object, inputs: Tensor[], output: Tensor): KernelCall[] {
  const node = { name: "n", attributes, inputs, outputs: [output] };
  const chosen = loweringOf(operator);
  const scratchBytes = chosen.scratchBytes?.(node).at(-1) as number;
  const placement = {
    inputs: [0],
    outputs: [0],
    variables: [],
    scratch: 0,
    scratchBytes,
    called: new Set<string>(),
    weights: () => 0,
  };
  return chosen.emit(node, placement);
}

const ones = (count: number): Int8Array => new Int8Array(count).fill(1);

/** One node of each kind, of a size that accelerators take (false) or of one more (true), and what it gives. */
const cases: Record<string, (over: boolean) => [string, object, Tensor[], Tensor, number]> = {
  "a convolution over a long line"(over) {
    const width = over ? size + 1 : size;
    const weights = constant([1, 1, 1, 1], ones(1));
    return [
      "conv2d",
      { ...steps, padding: none, activation: "none" },
      [int8([1, 1, width, 1]), weights],
      int8([1, 1, width, 1]),
      1,
    ];
  },
  "a convolution of many inputs"(over) {
    const depth = over ? 32_770 : 32_768;
    const weights = constant([1, 1, 2, depth], ones(2 * depth));
    const attributes = { ...steps, padding: none, activation: "none" };
    return ["conv2d", attributes, [int8([1, 1, 2, depth]), weights], int8([1, 1, 1, 1], 4096), 16];
  },
  "a depthwise convolution over a long line"(over) {
    const width = over ? size + 1 : size;
    const weights = constant([1, 1, 2, 2], ones(4));
    const attributes = { ...steps, padding: none, activation: "none" };
    return ["depthwiseConv2d", attributes, [int8([1, 1, width, 2]), weights], int8([1, 1, width - 1, 2]), 2];
  },
  "an average pool over a long line"(over) {
    const width = over ? size + 1 : size;
    const attributes = { ...steps, filterHeight: 1, filterWidth: 2, padding: none, activation: "none" };
    return ["averagePool2d", attributes, [int8([1, 1, width, 1])], int8([1, 1, width - 1, 1]), 1];
  },
};

for (const [what, make] of Object.entries(cases)) {
  test(`${what}: accelerated as far as accelerators go, with the same bytes beyond`, async () => {
    for (const over of [false, true]) {
      const [operator, attributes, inputs, output, value] = make(over);
      const calls = callsOf(operator, attributes, inputs, output);
      assert.is(
        calls.every(({ accelerator }) => accelerator !== undefined),
        !over,
      );
      const activations = [ones(inputs[0]?.shape.reduce((a, b) => a * b) as number)];
      const [bytes] = await runCase({
        operator,
        attributes,
        inputs: [...inputs, ...(inputs.length > 1 ? [undefined] : [])],
        outputs: [output],
        activations,
      });
      assert.ok(bytes?.every((byte) => byte === value));
    }
  });
}

test.run();
