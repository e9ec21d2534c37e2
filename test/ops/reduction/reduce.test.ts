import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType, type Tensor } from "../../../host/graph/tensor.js";
import {
  prod,
  type ReduceAttributes,
  reduceMax,
  reduceMin,
  sum as sumOf,
} from "../../../host/ops/reduction/reduce.js";
import { fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import { random, runCase } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
type Source = ReturnType<typeof random>;

/** A random shape of up to seven axes, and any of them. */
function draw(source: Source): { shape: number[]; attributes: ReduceAttributes; kept: number[] } {
  const shape = Array.from({ length: source.integer(1, 7) }, () => source.integer(1, 4));
  const axes = shape.flatMap((_, axis) =>
    source.integer(0, 1) === 1 ? [axis - (axis % 2) * shape.length] : [],
  );
  const reduced = (axis: number): boolean => axes.includes(axis) || axes.includes(axis - shape.length);
  const keepDims = source.integer(0, 1) === 1;
  const kept = shape.flatMap((length, axis) => (!reduced(axis) ? [length] : keepDims ? [1] : []));
  return { shape, attributes: { axes, keepDims }, kept };
}

/** Elements of which each output is made, in the input's order, by a walk over every index. */
function groupsOf(data: ArrayLike<number>, shape: number[], { axes }: ReduceAttributes): number[][] {
  const groups = new Map<string, number[]>();
  for (let at = 0; at < data.length; at++) {
    const index: number[] = [];
    for (let rest = at, axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      index[axis] = rest % length;
      rest = Math.floor(rest / length);
    }
    const key = index.filter((_, axis) => !axes.includes(axis) && !axes.includes(axis - shape.length)).join();
    groups.set(key, [...(groups.get(key) ?? []), data[at] as number]);
  }
  return [...groups.values()];
}

const float = Math.fround;
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
const largest = (values: number[]): number => Math.max(...values);
const least = (values: number[]): number => Math.min(...values);

/** What the operators mean on elements that are not quantized. */
const meanings: Record<string, Partial<Record<DType, (values: number[]) => number>>> = {
  sum: {
    float32: (values) => values.reduce((a, b) => float(a + b), 0),
    int32: (values) => sum(values) | 0,
  },
  mean: { float32: (values) => float(values.reduce((a, b) => float(a + b), 0) / values.length) },
  prod: {
    float32: (values) => values.reduce((a, b) => float(a * b), 1),
    int32: (values) => values.reduce((a, b) => Math.imul(a, b), 1),
  },
  reduceMax: { float32: largest, int8: largest, int16: largest, int32: largest },
  reduceMin: { float32: least, int8: least, int16: least, int32: least },
  reduceAny: { bool: largest },
  reduceAll: { bool: least },
};

function elements(dtype: DType, length: number, { integer, real }: Source): Float32Array | Int32Array {
  const data = new arrayTypes[dtype](length) as Int32Array;
  const bits = { bool: 1, int8: 8, int16: 16 }[dtype as string] ?? 32;
  for (let i = 0; i < length; i++) {
    if (dtype === "float32") data[i] = (real() - 0.5) * 8;
    else data[i] = bits === 1 ? integer(0, 1) : integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1);
  }
  return data;
}

test("reductions over any axes give what they mean, to the bit", async () => {
  for (const [operator, byType] of Object.entries(meanings)) {
    for (const [dtype, meaning] of Object.entries(byType) as [DType, (values: number[]) => number][]) {
      for (let seed = 0; seed < 5; seed++) {
        const source = random(seed * 31 + dtype.length + operator.length);
        const { shape, attributes, kept } = draw(source);
        const data = elements(dtype, count(shape), source);
        const [bytes] = await runCase({
          operator,
          attributes,
          inputs: [plain(shape, dtype)],
          outputs: [plain(kept, dtype)],
          activations: [data],
        });
        const actual = new arrayTypes[dtype](Uint8Array.from(bytes as Uint8Array).buffer);
        const expected = groupsOf(data, shape, attributes).map(meaning);
        assert.equal([...(actual as Float32Array)], expected, `${operator} ${dtype} ${seed}`);
      }
    }
  }
});

/** A sum or mean of integers, by the rule of TensorFlow Lite Micro's kernel. */
function rescaled(values: number[], input: Tensor, output: Tensor, isMean: boolean): number {
  const [from, to] = [input, output].map(({ quantization }) => ({
    scale: quantization?.scale[0] as number,
    zeroPoint: quantization?.zeroPoint[0] as number,
  })) as [{ scale: number; zeroPoint: number }, { scale: number; zeroPoint: number }];
  let { multiplier, shift } = fixedPoint(from.scale / to.scale);
  if (isMean) {
    let bits = 0;
    while (2 ** (bits + 1) <= values.length) bits++;
    bits = Math.min(bits, 32, 31 + shift);
    multiplier = (multiplier << BigInt(bits)) / BigInt(values.length);
    shift -= bits;
  }
  const half = input.dtype === "int8" ? 128 : 32768;
  const value =
    rescaleFixed(sum(values) - values.length * from.zeroPoint, { multiplier, shift }) + to.zeroPoint;
  return Math.min(half - 1, Math.max(-half, value));
}

test("sums and means of int8 and int16 are rescaled once, over any axes", async () => {
  for (let seed = 0; seed < 24; seed++) {
    const source = random(seed + 700);
    const dtype = seed % 2 === 0 ? "int8" : "int16";
    const isMean = seed % 4 < 2;
    const { shape, attributes, kept } = draw(source);
    const zeroPoint = (): number => (dtype === "int8" ? source.integer(-128, 127) : 0);
    const scale = drawScale(source.real, 0.001, 1);
    const of = (length: number[], real: number): Tensor => ({
      ...quantized(length, real, zeroPoint()),
      dtype,
    });
    const input = of(shape, scale);
    const output = of(kept, float(scale * drawScale(source.real, 0.2, 9)));
    const data = elements(dtype, count(shape), source);
    const [bytes] = await runCase({
      operator: isMean ? "mean" : "sum",
      attributes,
      inputs: [input],
      outputs: [output],
      activations: [data],
    });
    const actual = new arrayTypes[dtype](Uint8Array.from(bytes as Uint8Array).buffer);
    const expected = groupsOf(data, shape, attributes).map((group) => rescaled(group, input, output, isMean));
    assert.equal([...(actual as Int8Array)], expected, `${dtype}, seed ${seed}`);
  }
});

test("reductions of int64 and uint8 give what they mean, which wraps", async () => {
  const data = BigInt64Array.of(2n ** 62n, 3n, -(2n ** 63n), 2n ** 62n, 5n, 2n ** 62n);
  const run = async (operator: string): Promise<bigint[]> => {
    const [bytes] = await runCase({
      operator,
      attributes: { axes: [0], keepDims: false },
      inputs: [plain([3, 2], "int64")],
      outputs: [plain([2], "int64")],
      activations: [data],
    });
    return [...new BigInt64Array((bytes as Uint8Array).slice().buffer)];
  };
  assert.equal(await run("sum"), [5n - 2n ** 62n, 3n - 2n ** 63n]);
  assert.equal(
    await run("prod"),
    [0n, 3n * 2n ** 124n].map((value) => BigInt.asIntN(64, value)),
  );
  assert.equal(await run("reduceMax"), [2n ** 62n, 2n ** 62n]);
  assert.equal(await run("reduceMin"), [-(2n ** 63n), 3n]);
  const [least] = await runCase({
    operator: "reduceMin",
    attributes: { axes: [0], keepDims: false },
    inputs: [plain([3], "uint8")],
    outputs: [plain([], "uint8")],
    activations: [Uint8Array.of(200, 130, 255)],
  });
  assert.equal([...(least as Uint8Array)], [130]);
});

test("references of reductions give what they mean, of integers exactly", () => {
  const source = random(5);
  const { shape, attributes, kept } = draw(source);
  const data = Float64Array.from(elements("int16", count(shape), source));
  const node = { name: "n", attributes, inputs: [plain(shape, "int32")], outputs: [plain(kept, "int32")] };
  for (const [operator, meaning] of [
    [sumOf, sum],
    [reduceMax, largest],
    [reduceMin, least],
  ] as const) {
    const [values] = operator.reference(node, [data]);
    assert.instance(values, Float64Array);
    assert.equal(
      [...(values as Float64Array)],
      groupsOf(data, shape, attributes).map(meaning),
      operator.name,
    );
  }
});

test("reductions refuse what they cannot run, with the reason", () => {
  const infer = (operator: typeof prod, axes: number[], input: Tensor, output: Tensor) => () =>
    operator.infer({
      name: "n",
      attributes: { axes, keepDims: false },
      inputs: [input],
      outputs: [output],
    });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  const [in8, out8] = [quantized([4], 0.5, 0), quantized([], 0.5, 0)];
  assert.throws(infer(prod, [0], in8, out8), refused(/input is int8; float32, int32 or int64 is expected/));
  assert.throws(infer(sumOf, [1], in8, out8), refused(/axis 1 does not exist/));
  assert.throws(infer(reduceMax, [0], in8, quantized([], 0.25, 0)), refused(/another scale or zero point/));
  assert.throws(
    infer(sumOf, [0], { ...quantized([2 ** 16], 1, 0), dtype: "int16" }, out8),
    refused(/65536 elements; 1 to 65535/),
  );
  assert.throws(
    infer(sumOf, [0], plain([4], "int16"), plain([], "int16")),
    refused(/no scale and zero point/),
  );
});

test.run();
