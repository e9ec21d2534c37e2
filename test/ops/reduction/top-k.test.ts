import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType } from "../../../host/graph/tensor.js";
import { type TopKAttributes, topK } from "../../../host/ops/reduction/top-k.js";
import { random, runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";

/** A line sorted, NaN last, and of equal elements in the order in which they came. */
function sorted(line: readonly number[], largest: boolean): { value: number; index: number }[] {
  const left = line.map((value, index) => ({ value, index }));
  const result: { value: number; index: number }[] = [];
  while (left.length > 0) {
    const numbers = left.map(({ value }) => value).filter((value) => !Number.isNaN(value));
    const first = largest ? Math.max(...numbers) : Math.min(...numbers);
    const at = numbers.length === 0 ? 0 : left.findIndex(({ value }) => value === first);
    result.push(...left.splice(at, 1));
  }
  return result;
}

test("the first of the sorted elements along an axis, and where they were, of every element type", async () => {
  for (const [seed, dtype] of (
    ["float32", "int8", "int16", "int32", "uint8", "int64"] as DType[]
  ).entries()) {
    for (const largest of [true, false]) {
      const source = random(seed + 40);
      const [outer, length, inner] = [source.integer(1, 3), source.integer(2, 9), source.integer(1, 4)];
      const count = source.integer(1, length);
      const axis = seed % 2 === 0 ? 1 : -2;
      const index = seed % 3 === 0 ? "int64" : "int32";
      const values = Array.from({ length: outer * length * inner }, () =>
        dtype === "float32" && source.integer(0, 5) === 0
          ? Number.NaN
          : source.integer(dtype === "uint8" ? 0 : -3, 3),
      );
      const data =
        dtype === "int64"
          ? BigInt64Array.from(values, BigInt)
          : new (arrayTypes[dtype] as Int32ArrayConstructor)(values);
      const expected = { values: [] as number[], indices: [] as number[] };
      for (let line = 0; line < outer * inner; line++) {
        const [o, i] = [Math.floor(line / inner), line % inner];
        const own = Array.from({ length }, (_, l) => values[(o * length + l) * inner + i] as number);
        for (const [rank, found] of sorted(own, largest).slice(0, count).entries()) {
          expected.values[(o * count + rank) * inner + i] = found.value;
          expected.indices[(o * count + rank) * inner + i] = found.index;
        }
      }
      const shape = [outer, count, inner];
      const attributes: TopKAttributes = { count, axis, largest, index };
      const spec = {
        attributes,
        inputs: [plain([outer, length, inner], dtype)],
        outputs: [plain(shape, dtype), plain(shape, index)],
      };
      const results = await runCase({ operator: "topK", ...spec, activations: [data] });
      const actual = results.map((bytes, i) => {
        const Kind = arrayTypes[i === 0 ? dtype : index];
        return Array.from(new Kind(bytes.slice().buffer) as Int32Array, Number);
      });
      assert.equal(actual, [expected.values, expected.indices], `${dtype} ${largest}`);
      const folded = topK.reference({ name: "n", ...spec }, [Float64Array.from(values)]);
      assert.equal(
        folded.map((own) => [...own]),
        [expected.values, expected.indices],
        `${dtype} ${largest} folded`,
      );
    }
  }
});

test("what is not there is refused", () => {
  const attributes: TopKAttributes = { count: 4, axis: 0, largest: true, index: "int32" };
  const refuses = (spec: Partial<Parameters<typeof topK.infer>[0]>, pattern: RegExp): void => {
    assert.throws(
      () => topK.infer({ name: "n", attributes, inputs: [plain([3])], outputs: [], ...spec }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  refuses({}, /4 elements of 3 are asked for; 1 to 3 are expected/);
  refuses({ attributes: { ...attributes, axis: 1 } }, /axis 1 does not exist/);
  refuses({ inputs: [plain([4], "bool")] }, /bool; float32, .* is expected/);
  refuses({ inputs: [quantized([4], 0.5, 0)], outputs: [quantized([4], 0.25, 0)] }, /another scale/);
});

test.run();
