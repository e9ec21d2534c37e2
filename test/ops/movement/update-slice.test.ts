import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementBytes, elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { updateSlice as lowering } from "../../../host/lower/movement/update-slice.js";
import { updateSlice } from "../../../host/ops/movement/update-slice.js";
import { random, runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";

/** Element of the update that each element of the output is; -1 where it is the input's. */
function updatedAt(shape: readonly number[], update: readonly number[], starts: readonly number[]): number[] {
  const first = starts.map((start, axis) =>
    Math.max(0, Math.min((shape[axis] as number) - (update[axis] as number), start)),
  );
  return Array.from({ length: elementCount(shape) }, (_, at) => {
    let from = 0;
    for (const [axis, length] of shape.entries()) {
      const i = Math.floor(at / elementCount(shape.slice(axis + 1))) % length;
      const inside = i - (first[axis] as number);
      if (inside < 0 || inside >= (update[axis] as number)) return -1;
      from = from * (update[axis] as number) + inside;
    }
    return from;
  });
}

test("updateSlice replaces a part, in place and not, wherever it is said to start", async () => {
  const dtypes: readonly DType[] = ["int8", "float32", "int32"];
  for (let seed = 0; seed < 60; seed++) {
    const { integer, int8s } = random(seed);
    const shape = Array.from({ length: integer(1, seed % 10 === 0 ? 6 : 4) }, () => integer(1, 4));
    const update = shape.map((length) => integer(1, length));
    const starts = shape.map((length) => integer(-2, length + 1));
    const dtype = dtypes[seed % dtypes.length] as DType;
    const bytes = elementBytes[dtype];
    const data = [shape, update].map((of) => new Uint8Array(int8s(elementCount(of) * bytes)));
    const wide = seed % 2 === 0;
    const [output] = await runCase({
      operator: "updateSlice",
      attributes: {},
      inputs: [plain(shape, dtype), plain(update, dtype), plain([shape.length], wide ? "int64" : "int32")],
      outputs: [plain(shape, dtype)],
      activations: [...data, wide ? BigInt64Array.from(starts, BigInt) : Int32Array.from(starts)],
      keepInputs: seed % 3 === 0,
    });
    const from = updatedAt(shape, update, starts);
    const expected = from.flatMap((element, at) => {
      const [part, i] = element < 0 ? [data[0], at] : [data[1], element];
      return [...(part as Uint8Array).subarray(i * bytes, (i + 1) * bytes)];
    });
    assert.equal([...(output as Uint8Array)], expected, `seed ${seed}`);
    const node = {
      name: "n",
      attributes: {},
      inputs: [plain(shape), plain(update), plain([shape.length], "int32")],
      outputs: [],
    };
    const counting = Float64Array.from({ length: elementCount(update) }, (_, i) => i);
    const [reference] = updateSlice.reference(node, [
      new Float64Array(elementCount(shape)).fill(-1),
      counting,
      Float64Array.from(starts),
    ]);
    assert.equal([...(reference as Float64Array)], from);
  }
});

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

test("updateSlice refuses what does not fit, with the reason", () => {
  const infer = (update: Tensor, starts: Tensor) => () =>
    updateSlice.infer({
      name: "n",
      attributes: {},
      inputs: [quantized([2, 3], 0.5, 0), update, starts],
      outputs: [quantized([2, 3], 0.5, 0)],
    });
  const starts = plain([2], "int32");
  assert.equal(infer(quantized([1, 3], 0.5, 0), starts)(), [{ dtype: "int8", shape: [2, 3] }]);
  assert.throws(infer(quantized([1, 4], 0.5, 0), starts), refused(/1x4 int8 does not fit into 2x3 int8/));
  assert.throws(infer(quantized([3], 0.5, 0), starts), refused(/does not fit/));
  assert.throws(infer(plain([1, 3]), starts), refused(/1x3 float32 does not fit/));
  assert.throws(
    infer(quantized([1, 3], 0.5, 0), plain([3], "int32")),
    refused(/2 int32 or int64 are expected/),
  );
  assert.throws(infer(quantized([1, 3], 0.25, 0), starts), refused(/input 1 has another scale/));
  const seven = plain([1, 1, 1, 1, 1, 1, 1]);
  const node = { name: "n", attributes: {}, inputs: [seven, seven, plain([7], "int32")], outputs: [seven] };
  assert.throws(() => lowering.check?.(node), refused(/7 axes; 1 to 6 are supported/));
});

test.run();
