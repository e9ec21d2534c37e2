import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType, integerRange } from "../../../host/graph/tensor.js";
import { cast } from "../../../host/ops/conversion/cast.js";
import { runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

const dtypes = Object.keys(arrayTypes) as DType[];

/** Values that every dtype takes in its own way: small ones, its ends, and for float32 what integers cannot hold. */
function valuesOf(dtype: DType): (number | bigint)[] {
  if (dtype === "bool") return [0, 1, 1];
  if (dtype === "float32")
    return [0, -0.9, 1.5, -3.7, 127.9, 300, -40000, 3e9, -3e9, 1e19, -1e19, 1e20, Number.NaN, Infinity];
  const bits = { int8: 8, uint8: 8, int16: 16, int32: 32, uint32: 32, int64: 64, uint64: 64 }[dtype];
  const least = dtype.startsWith("u") ? 0n : -(2n ** BigInt(bits - 1));
  const most = least + 2n ** BigInt(bits) - 1n;
  return [0n, 1n, 77n, least, least + 5n, most, most - 200n < least ? most : most - 200n];
}

/** A value as C++ casts it; floats beyond a range go to its end, and NaN to 0. */
function expected(value: number | bigint, to: DType): number | bigint {
  if (to === "float32") return Math.fround(Number(value));
  if (to === "bool") return Number(Number(value) !== 0);
  const bits = { int8: 8, uint8: 8, int16: 16, int32: 32, uint32: 32, int64: 64, uint64: 64 }[to];
  const least = to.startsWith("u") ? 0n : -(2n ** BigInt(bits - 1));
  if (typeof value === "bigint")
    return to.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  const most = least + 2n ** BigInt(bits) - 1n;
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(most)) return most;
  return value <= Number(least) ? least : BigInt(Math.trunc(value));
}

test("cast gives what C++ gives, between any two dtypes", async () => {
  for (const from of dtypes) {
    const values = valuesOf(from);
    const wide = from.endsWith("64");
    const data = arrayTypes[from] as unknown as { from(list: readonly unknown[]): ArrayBufferView };
    const input = data.from(wide ? values : values.map(Number));
    for (const to of dtypes.filter((dtype) => dtype !== from)) {
      const [bytes] = (await runCase({
        operator: "cast",
        attributes: { to },
        inputs: [plain([values.length], from)],
        outputs: [plain([values.length], to)],
        activations: [input],
        keepInputs: to.length % 2 === 0,
      })) as [Uint8Array];
      const actual = new arrayTypes[to](bytes.slice().buffer) as Int32Array;
      const own = from === "float32" ? values.map((value) => Math.fround(value as number)) : values;
      for (const [i, value] of own.entries()) {
        const exact = from === "bool" ? BigInt(value as number) : value;
        assert.is(`${actual[i]}`, `${expected(exact, to)}`, `${value} from ${from} to ${to}`);
      }
    }
  }
});

test("cast's reference folds what fits, towards zero and within the range", () => {
  const folded = (from: DType, to: DType, values: Float32Array | Float64Array): number[] => {
    const node = {
      name: "n",
      attributes: { to },
      inputs: [plain([values.length], from)],
      outputs: [plain([values.length], to)],
    };
    return [...(cast.reference(node, [values])[0] as Float64Array)];
  };
  assert.equal(folded("float32", "int8", Float32Array.of(1.9, -1.9, 1e3, Number.NaN)), [
    1,
    -1,
    integerRange.int8[1],
    0,
  ]);
  assert.equal(folded("int64", "float32", Float64Array.of(3, -4)), [3, -4]);
  assert.equal(folded("int32", "bool", Float64Array.of(0, -4)), [0, 1]);
  assert.equal(folded("int32", "int64", Float64Array.of(0, -4)), [0, -4]);
});

test("cast refuses to change nothing", () => {
  const node = {
    name: "n",
    attributes: { to: "int8" as const },
    inputs: [plain([2], "int8")],
    outputs: [plain([2], "int8")],
  };
  assert.throws(
    () => cast.infer(node),
    (error: unknown) => error instanceof NotRunnable && /is to be cast to; another dtype/.test(error.message),
  );
});

test.run();
