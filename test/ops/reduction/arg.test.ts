import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType } from "../../../host/graph/tensor.js";
import { argMax, argMin } from "../../../host/ops/reduction/arg.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

test("indices of extremes along an axis are the first ones, or the last, of every element type", async () => {
  for (const [i, dtype] of (["float32", "int8", "int16", "int32", "uint8", "int64"] as DType[]).entries()) {
    for (const operator of [argMax, argMin]) {
      const source = random(i);
      const axis = source.integer(-3, 2);
      const [outer, length, inner] = [source.integer(1, 4), source.integer(1, 9), source.integer(1, 5)];
      const shape = [
        [length, outer, inner],
        [outer, length, inner],
        [outer, inner, length],
      ][axis < 0 ? axis + 3 : axis] as number[];
      const at = axis < 0 ? axis + 3 : axis;
      const data = new arrayTypes[dtype](outer * length * inner) as Int32Array;
      const last = i % 2 === 1;
      const values = Array.from(data, () => source.integer(dtype === "uint8" ? 0 : -3, 3));
      for (const [k, value] of values.entries())
        data[k] = (dtype === "int64" ? BigInt(value) : value) as number;
      const step = shape.slice(at + 1).reduce((a, b) => a * b, 1);
      const expected = Array.from({ length: outer * inner }, (_, k) => {
        const start = Math.floor(k / step) * length * step + (k % step);
        const line = Array.from({ length }, (_, l) => values[start + l * step] as number);
        const extreme = operator === argMax ? Math.max(...line) : Math.min(...line);
        return last ? line.lastIndexOf(extreme) : line.indexOf(extreme);
      });
      const kept = shape.filter((_, k) => k !== at);
      for (const index of ["int32", "int64"] as const) {
        const [bytes] = await runCase({
          operator: operator.name,
          attributes: { axis, index, last },
          inputs: [plain(shape, dtype)],
          outputs: [plain(kept, index)],
          activations: [data],
        });
        const actual = new arrayTypes[index](Uint8Array.from(bytes as Uint8Array).buffer);
        assert.equal(
          Array.from(actual as Int32Array, Number),
          expected,
          `${operator.name} ${dtype} ${index}`,
        );
      }
      const node = {
        name: "n",
        attributes: { axis, index: "int32" as const, last },
        inputs: [plain(shape)],
        outputs: [plain(kept)],
      };
      assert.equal([...(operator.reference(node, [Float32Array.from(values)])[0] as Float32Array)], expected);
    }
  }
});

test("an axis that is none is refused", () => {
  assert.throws(
    () =>
      argMax.infer({
        name: "n",
        attributes: { axis: 2, index: "int32" },
        inputs: [plain([2, 2])],
        outputs: [],
      }),
    (error: unknown) => error instanceof NotRunnable && /axis 2 does not exist in rank 2/.test(error.message),
  );
});

test.run();
