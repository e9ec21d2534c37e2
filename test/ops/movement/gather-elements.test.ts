import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementCount } from "../../../host/graph/tensor.js";
import { gatherElements } from "../../../host/ops/movement/gather-elements.js";
import { runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";
import { bytesOf, draw, runs, trappingIndices } from "./indexed-cases.js";

test("gatherElements reads where indices say, of any dtype", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const { attributes, shape, indexShape, numbers, places } = draw(seed, true);
    const dtype = (["int8", "float32", "int64"] as const)[seed % 3] as DType;
    const indexType = seed % 2 === 0 ? "int64" : "int32";
    const counting = Array.from({ length: elementCount(shape) }, (_, i) => i);
    const node = {
      name: "n",
      attributes: attributes as { axis: number },
      inputs: [plain(shape, dtype), plain(indexShape, indexType)],
      outputs: [plain(indexShape, dtype)],
    };
    const activations = [bytesOf(counting, dtype), bytesOf(numbers, indexType)];
    const [bytes] = await runCase({ ...node, operator: "gatherElements", activations });
    assert.equal(bytes, bytesOf(places, dtype), `seed ${seed}`);
    const values = [counting, numbers].map((list) => Float64Array.from(list));
    assert.equal([...(gatherElements.reference(node, values)[0] as Float64Array)], places);
  }
});

test("gatherElements reads nothing outside of its axis: it traps", async () => {
  for (const [index, expected] of trappingIndices)
    assert.match(await runs("gatherElements", index), expected);
});

test("gatherElements refuses what it cannot read, with the reason", () => {
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  const infer =
    (axis: number, indices = plain([2, 5], "int32"), scale = 0.5) =>
    () =>
      gatherElements.infer({
        ...{ name: "n", attributes: { axis } },
        ...{ inputs: [quantized([2, 3], 0.5, 0), indices], outputs: [quantized([2, 5], scale, 0)] },
      });
  assert.equal(infer(-1)(), [{ dtype: "int8", shape: [2, 5] }]);
  assert.throws(infer(0), refused(/2x5 int32 do not lie in 2x3 int8, but for axis 0/));
  assert.throws(infer(2), refused(/axis 2/));
  assert.throws(infer(1, plain([2, 5])), refused(/indices are float32/));
  assert.throws(infer(1, plain([2, 5], "int64"), 0.25), refused(/another scale/));
});

test.run();
