import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { select } from "../../../host/ops/elementwise/select.js";
import { random } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, drawBroadcast, drawValues, operandIndices, runOn } from "./broadcast-cases.js";

test("select chooses elements of any dtype, for random shapes of up to six axes", async () => {
  const dtypes: readonly DType[] = ["int8", "int16", "float32", "int64", "bool"];
  for (let seed = 0; seed < 30; seed++) {
    const source = random(seed);
    const dtype = dtypes[seed % 5] as DType;
    const { shapes, shape } = drawBroadcast(source, 3);
    const values = shapes.map((own, i) =>
      drawValues(source, i === 0 ? "bool" : dtype, elementCount(own), false),
    );
    const [condition, whereTrue, whereFalse] = values as unknown as [number[], number[], number[]];
    const expected = operandIndices(shapes, shape).map(([i = 0, j = 0, k = 0]) =>
      Number(condition[i] === 1 ? whereTrue[j] : whereFalse[k]),
    );
    const inputs = shapes.map(
      (own, i) => [plain(own, i === 0 ? "bool" : dtype), values[i] as ArrayBufferView] as const,
    );
    const actual = await runOn("select", {}, inputs, plain(shape, dtype), seed % 2 === 0);
    assertNumbers(actual, expected, `${dtype}, seed ${seed}`);
  }
});

test("select's reference chooses", () => {
  const inputs = [plain([2], "bool"), plain([1]), plain([2])];
  const node = { name: "n", attributes: {}, inputs, outputs: [plain([2])] };
  const [values] = select.reference(node, [Float32Array.of(0, 1), Float32Array.of(5), Float32Array.of(1, 2)]);
  assert.equal([...(values as Float32Array)], [1, 5]);
});

test("select refuses what it cannot choose between, with the reason", () => {
  const refuses = (inputs: Tensor[], output: Tensor, pattern: RegExp): void => {
    assert.throws(
      () => select.infer({ name: "n", attributes: {}, inputs, outputs: [output] }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  const condition = plain([2], "bool");
  refuses([condition, plain([2])], plain([2]), /2 inputs; 3 are expected/);
  refuses([plain([2]), plain([2]), plain([2])], plain([2]), /the condition is float32; bool/);
  refuses([condition, plain([2]), plain([2], "int32")], plain([2]), /float32 and int32; one dtype/);
  refuses([condition, quantized([2], 1, 0), quantized([2], 1, 1)], quantized([2], 1, 0), /different scales/);
});

test.run();
