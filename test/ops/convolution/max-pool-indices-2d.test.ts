import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { elementCount } from "../../../host/graph/tensor.js";
import {
  type MaxPoolIndices2dAttributes,
  maxPoolIndices2d,
} from "../../../host/ops/convolution/max-pool-indices-2d.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";
import { drawSpreadPool, windows } from "./pool-cases.js";

const orders = [
  [0, 3, 1, 2],
  [0, 3, 2, 1],
  [0, 1, 2, 3],
];

/** The number of an NHWC element where axes are counted in another order. */
function numberOf(element: number, shape: readonly number[], order: readonly number[]): number {
  const position = shape.map(
    (length, axis) => Math.floor(element / elementCount(shape.slice(axis + 1))) % length,
  );
  return order.reduce((sum, axis) => sum * (shape[axis] as number) + (position[axis] as number), 0);
}

test("maxPoolIndices2d tells the first largest pixel of each window", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const drawn = drawSpreadPool(seed);
    const { counted, activation, ...window } = drawn.attributes;
    const { shape } = drawn.input;
    const order = orders[seed % 3] as number[];
    const index = seed % 2 === 0 ? "int64" : "int32";
    const dtype = (["float32", "int8", "uint8"] as const)[seed % 3] as "float32";
    // Few values, so that maxima are not alone.
    const values = Array.from({ length: elementCount(shape) }, (_, i) => random(seed + i).integer(0, 3) * 50);
    const data = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }[dtype].from(values);
    // What each window holds are elements' numbers here.
    const numbers = windows({ ...drawn, data: Array.from(values.keys()) as never });
    const expected = numbers.map((elements) => {
      const largest = Math.max(...elements.map((element) => data[element] as number));
      const first = elements.find((element) => data[element] === largest) as number;
      return numberOf(first, shape, order);
    });
    const attributes: MaxPoolIndices2dAttributes = { ...window, order, index };
    const node = {
      ...{ name: "n", attributes },
      ...{ inputs: [plain(shape, dtype)], outputs: [plain(drawn.output.shape, index)] },
    };
    const [bytes] = await runCase({ ...node, operator: "maxPoolIndices2d", activations: [data] });
    const { buffer } = Uint8Array.from(bytes as Uint8Array);
    const actual =
      index === "int64" ? Array.from(new BigInt64Array(buffer), Number) : [...new Int32Array(buffer)];
    assert.equal(actual, expected, `seed ${seed}`);
    assert.equal(
      [...(maxPoolIndices2d.reference(node, [Float64Array.from(data)])[0] as Float64Array)],
      expected,
    );
  }
});

test("maxPoolIndices2d refuses another type and an order that is none", () => {
  const window = { filterHeight: 1, filterWidth: 1, strideHeight: 1, strideWidth: 1 };
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const infer = (order: number[], dtype: "int8" | "int32") => () =>
    maxPoolIndices2d.infer({
      ...{ name: "n", attributes: { ...window, padding, order, index: "int64" as const } },
      ...{ inputs: [plain([1, 2, 2, 1], dtype)], outputs: [] },
    });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.equal(infer([0, 3, 1, 2], "int8")(), [{ dtype: "int64", shape: [1, 2, 2, 1] }]);
  assert.throws(infer([0, 3, 1], "int8"), refused(/no order of 4 axes/));
  assert.throws(infer([0, 3, 1, 2], "int32"), refused(/int32; float32, int8 or uint8/));
});

test.run();
