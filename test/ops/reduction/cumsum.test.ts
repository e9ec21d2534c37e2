import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType, type Tensor } from "../../../host/graph/tensor.js";
import { cumsum } from "../../../host/ops/reduction/cumsum.js";
import { fixedPoint } from "../../numerics/fixed-point.js";
import { divideByPower } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";

const float = Math.fround;

/** Sums along the middle axis of [outer, length, inner], by a function of lines. */
function alongLines(
  data: ArrayLike<number>,
  [outer, length, inner]: readonly [number, number, number],
  ofLine: (line: number[]) => number[],
): number[] {
  const result: number[] = [];
  for (let line = 0; line < outer * inner; line++) {
    const start = Math.floor(line / inner) * length * inner + (line % inner);
    const values = Array.from({ length }, (_, l) => data[start + l * inner] as number);
    for (const [l, value] of ofLine(values).entries()) result[start + l * inner] = value;
  }
  return result;
}

/** Sums of a line from `start` on, each with an element added by `add`. */
function sums(
  line: number[],
  { exclusive, reverse }: { exclusive: boolean; reverse: boolean },
  start: number,
  add: (sum: number, element: number) => number,
): number[] {
  const ordered = reverse ? [...line].reverse() : line;
  let total = start;
  const result = ordered.map((element) => {
    const before = total;
    total = add(total, element);
    return exclusive ? before : total;
  });
  return reverse ? result.reverse() : result;
}

/** TFLite's rescaling of an int8 sum: of 2^20 of it, and twice the input's scale. */
function rescale(sum: number, from: number, to: number): number {
  const { multiplier, shift } = fixedPoint((2 * from) / (2 ** 20 * to));
  const high = (BigInt(sum) * 2n ** 19n * multiplier + 2n ** 30n) >> 31n;
  return Number(divideByPower(high, -shift));
}

test("cumulative sums in every direction are what they mean, to the bit", async () => {
  for (let seed = 0; seed < 24; seed++) {
    const source = random(seed);
    const dtype = (["float32", "int32", "int8"] as DType[])[seed % 3] as DType;
    const shape = [source.integer(1, 3), source.integer(1, seed === 2 ? 300 : 9), source.integer(1, 4)] as [
      number,
      number,
      number,
    ];
    const attributes = {
      axis: seed % 2 === 0 ? 1 : -2,
      exclusive: seed % 4 < 2,
      reverse: seed % 8 < 4,
      startsAtZeroPoint: seed % 5 < 3,
    };
    const scale = drawScale(source.real, 0.01, 1);
    const zeroPoint = source.integer(-128, 127);
    const isInt8 = dtype === "int8";
    const of = (real: number, zero: number): Tensor =>
      isInt8 ? quantized(shape, real, zero) : plain(shape, dtype);
    const toScale = float(scale * drawScale(source.real, 0.5, 40));
    const [input, output] = [of(scale, zeroPoint), of(toScale, 7)];
    const data = new arrayTypes[dtype](shape[0] * shape[1] * shape[2]) as Int32Array;
    for (let i = 0; i < data.length; i++)
      data[i] = dtype === "float32" ? source.real() - 0.4 : source.integer(-128, 127);
    const expected = alongLines(data, shape, (line) => {
      if (dtype === "float32") return sums(line, attributes, 0, (a, b) => float(a + b));
      if (!isInt8) return sums(line, attributes, 0, (a, b) => a + b);
      const raw = sums(
        line,
        attributes,
        attributes.startsAtZeroPoint ? -zeroPoint : 0,
        (a, b) => a + b - zeroPoint,
      );
      return raw.map((value) => Math.min(127, Math.max(-128, rescale(value, scale, toScale) + 7)));
    });
    const [bytes] = await runCase({
      operator: "cumsum",
      attributes,
      inputs: [input],
      outputs: [output],
      activations: [data],
    });
    const actual = new arrayTypes[dtype](Uint8Array.from(bytes as Uint8Array).buffer);
    assert.equal([...(actual as Int32Array)], expected, `${dtype}, seed ${seed}`);
    if (dtype !== "float32") continue;
    const node = { name: "n", attributes, inputs: [input], outputs: [output] };
    const [values] = cumsum.reference(node, [Float64Array.from(data)]);
    (values as Float64Array).forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] as number)) < 1e-5);
    });
  }
});

test("cumulative sums of int64 wrap", async () => {
  const [bytes] = await runCase({
    operator: "cumsum",
    attributes: { axis: 0, exclusive: false, reverse: true },
    inputs: [plain([3], "int64")],
    outputs: [plain([3], "int64")],
    activations: [BigInt64Array.of(1n, 2n ** 62n, 2n ** 62n)],
  });
  const expected = [1n + 2n ** 63n, 2n ** 63n, 2n ** 62n].map((value) => BigInt.asIntN(64, value));
  assert.equal([...new BigInt64Array((bytes as Uint8Array).slice().buffer)], expected);
});

test("a scale that TFLite's kernel cannot bring to the output's is refused, as is an axis that is none", () => {
  const infer = (axis: number, scale: number) => () =>
    cumsum.infer({
      name: "n",
      attributes: { axis, exclusive: false, reverse: false },
      inputs: [quantized([2, 2], scale, 0)],
      outputs: [quantized([2, 2], 1, 0)],
    });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(0, 2 ** 18), refused(/too large/));
  assert.throws(infer(2, 1), refused(/axis 2 does not exist in rank 2/));
});

test.run();
