import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { packageRoot } from "../../host/generate/compile.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { operatorNamed } from "../../host/ops/index.js";
import type { KernelCall } from "../../host/ops/operator.js";
import { quantized } from "./quantized-tensors.js";

const text = (path: string): string => readFileSync(join(packageRoot, path), "utf8");

/** Fields of the classes in assembly/parameters.ts, by the class's name. */
const classes = new Map(
  [...text("assembly/parameters.ts").matchAll(/^export class (\w+) \{\n(.*?)^\}/gms)].map(
    ([, name, body]) => [
      name as string,
      [...(body as string).matchAll(/^ {2}(\w+): \w+;/gm)].map(([, field]) => field as string),
    ],
  ),
);

/** Enumerations that number an accelerator's parameters, without their count: in boards/accelerators/imports.c. */
const enumerations = [...text("boards/accelerators/imports.c").matchAll(/enum(?: \w+)?\s*\{([^}=]*)\}/g)]
  .map(([, names]) => (names as string).split(",").map((name) => name.trim()))
  .filter((names) => /^(count|windowParameters)$/.test(names.at(-1) as string))
  .map((names) =>
    names.slice(0, -1).map((name) => name.replace(/^window(.)/, (_, letter: string) => letter.toLowerCase())),
  );

const padding = { top: 1, bottom: 1, left: 1, right: 1 };
const steps = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
const int8 = (shape: readonly number[], constant = false): Tensor => {
  const tensor = quantized([...shape], 0.5, 0);
  return constant ? { ...tensor, data: new Int8Array(shape.reduce((a, b) => a * b, 1)).fill(3) } : tensor;
};

function emitted(operator: string, attributes: object, inputs: Tensor[], output: Tensor): KernelCall {
  const placement = {
    inputs: inputs.map((_, i) => 256 * i),
    outputs: [1024],
    scratch: 2048,
    scratchBytes: 1024,
    weights: () => 0,
  };
  const [call] = operatorNamed(operator).emit(
    { name: "n", attributes: { activation: "none", ...attributes }, inputs, outputs: [output] },
    placement,
  );
  return call as KernelCall;
}

const image = int8([1, 4, 4, 4]);
const pool = { filterHeight: 3, filterWidth: 3, ...steps, padding };
const cases: readonly [KernelCall, string[]][] = [
  [emitted("conv2d", { ...steps, padding }, [image, int8([4, 3, 3, 4], true)], image), ["WindowParameters"]],
  [
    emitted("depthwiseConv2d", { ...steps, padding }, [image, int8([1, 3, 3, 4], true)], image),
    ["WindowParameters"],
  ],
  [
    emitted("fullyConnected", { keepAxes: false }, [int8([1, 8]), int8([4, 8], true)], int8([1, 4])),
    ["FullyConnectedParameters"],
  ],
  [emitted("averagePool2d", pool, [image], image), ["PoolParameters"]],
  [emitted("maxPool2d", pool, [image], image), ["PoolParameters"]],
  [emitted("softmax", { beta: 1 }, [int8([1, 8])], int8([1, 8])), ["SoftmaxParameters"]],
  [emitted("add", {}, [image, image], image), ["AddParameters"]],
  [emitted("sub", {}, [image, int8([4])], image), ["AddParameters", "BroadcastParameters"]],
  [emitted("mul", {}, [image, image], image), ["MulParameters"]],
  [emitted("mul", {}, [image, int8([4])], image), ["MulParameters", "BroadcastParameters"]],
];

for (const [{ kernel, parameters, accelerator }, names] of cases) {
  test(`${kernel}: host, kernel and accelerator number the parameters alike`, () => {
    const fields = Object.keys(parameters ?? {});
    assert.equal(
      fields,
      names.flatMap((name) => classes.get(name) ?? [`${name} is missing`]),
    );
    if (accelerator === undefined) return;
    assert.ok(
      enumerations.some((numbered) => numbered.join() === fields.slice(0, numbered.length).join()),
      `no enumeration of boards/accelerators/imports.c begins as ${fields}`,
    );
  });
}

test("every accelerator's enumeration is found", () => assert.is(enumerations.length, 5));

test.run();
