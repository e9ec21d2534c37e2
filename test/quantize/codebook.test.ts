import { test } from "uvu";
import * as assert from "uvu/assert";
import { elementCount, type Tensor } from "../../host/graph/tensor.js";
import { fitsStorage, groupMultipliers, tilesOf, weightGroups } from "../../host/numerics/narrow-weights.js";
import { rowMatrix, tapMatrix } from "../../host/ops/weight-matrix.js";
import { clusters, snapFor } from "../../host/quantize/weights/codebook.js";
import { quantizeWeights } from "../../host/quantize/weights/quantize-weights.js";
import { numbers, pseudoRandom } from "./float-graphs.js";

/** Values in -127..127, most of them small. */
const smooth = (count: number, seed: number): Float64Array =>
  Float64Array.from(numbers(count, pseudoRandom(seed)), (value) => 127 * value ** 3);

/** Values that gather around centers, which have as many each as `counts` says. */
function gathered(centers: readonly number[], counts: readonly number[], width: number): Float64Array {
  const random = pseudoRandom(11);
  return Float64Array.from(
    centers.flatMap((center, i) => Array.from({ length: counts[i] ?? 0 }, () => center + width * random())),
  );
}

/** Sum of squared distances to the nearest of some integers. */
const distance = (values: Float64Array, table: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.min(...table.map((entry) => (entry - value) ** 2)), 0);

test("clusters are whole numbers of int8 in order, zero among them, at most as many as asked for, the same each time", () => {
  for (const size of [4, 16])
    for (const values of [
      smooth(2000, 1),
      smooth(5, 2),
      new Float64Array(9),
      Float64Array.of(-127, 127),
      new Float64Array(0),
    ]) {
      const table = clusters(values, size);
      assert.ok(table.length <= size && table.includes(0), `${table}`);
      for (const [i, entry] of table.entries()) {
        assert.ok(Number.isInteger(entry) && Math.abs(entry) <= 127);
        if (i > 0) assert.ok(entry > (table[i - 1] as number));
      }
      assert.equal(clusters(values, size), table);
      assert.equal(clusters(values.slice().reverse(), size), table);
    }
});

test("clusters are where values gather, also where many are exactly the same", () => {
  assert.equal(clusters(gathered([-90, 0, 30, 80], [50, 50, 50, 50], 0.3), 4), [-90, 0, 30, 80]);
  // Pruned weights: most are zero. Each other value is one of the table as long as there is room.
  const pruned = gathered([-90, -40, 0, 25, 60, 120], [6, 9, 400, 8, 7, 5], 0);
  assert.equal(clusters(pruned, 16), [-90, -40, 0, 25, 60, 120]);
  const noisy = Float64Array.of(...pruned, ...smooth(60, 3));
  assert.ok(distance(noisy, clusters(noisy, 16)) < 0.2 * distance(noisy, clusters(noisy, 4)));
});

test("each cluster but that of zero is the mean of the values that are nearest to it, and all are better than even steps", () => {
  for (const seed of [1, 2, 3]) {
    const values = smooth(1500, seed);
    const table = clusters(values, 16);
    const owner = (value: number): number =>
      table.reduce((best, entry) => (Math.abs(entry - value) < Math.abs(best - value) ? entry : best));
    for (const entry of table) {
      if (entry === 0) continue;
      const own = values.filter((value) => owner(value) === entry);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      assert.ok(Math.abs(mean - entry) < 3, `${entry}: ${mean}`);
    }
    const even = Array.from({ length: 16 }, (_, i) => (i - 8) * (127 / 7.5));
    assert.ok(distance(values, table) < 0.95 * distance(values, even));
  }
});

test("groups of weights: the value of each is within half of its group's multiplier, the least that its largest needs", () => {
  const matrix = rowMatrix(10, 11, 2);
  const random = pseudoRandom(4);
  const values = Float64Array.from(numbers(110, random), (value) => 105 * value ** 3);
  const snap = snapFor("int4-groups", values, matrix);
  const data = Int8Array.from(values, (value, place) => snap(place, value));
  assert.ok(fitsStorage(data, "int4-groups", matrix));
  const used = new Set<number>();
  for (const places of weightGroups(matrix)) {
    const most = Math.max(...places.map((place) => Math.abs(values[place] as number)));
    const multiplier = Math.max(1, Math.ceil(most / 7.5));
    used.add(multiplier);
    for (const place of places) {
      const [code, value] = [data[place] as number, values[place] as number];
      assert.is(Math.abs(code % multiplier), 0);
      assert.ok(Math.abs(code - value) <= multiplier / 2 + 1e-9, `${value} became ${code}`);
    }
  }
  assert.ok(used.size > 5, "groups differ");
  assert.is(tilesOf(10, 2).length, 4);
});

test("quantized weights have the form of their storage, in rows and in taps, also of zeros and of single values", () => {
  const cases = [
    { shape: [9, 2, 3, 5], axis: 0, matrix: rowMatrix(9, 30) },
    { shape: [6, 13], axis: 0, matrix: rowMatrix(6, 13) },
    { shape: [1, 3, 3, 7], axis: 3, matrix: tapMatrix(9, 7) },
  ];
  for (const { shape, axis, matrix } of cases)
    for (const [i, make] of [
      (value: number) => value ** 3,
      () => 0,
      () => 0.5,
      (value: number) => (value > 0.95 ? value : 0),
      (value: number) => value * 1e-30,
    ].entries()) {
      const data = numbers(elementCount(shape), pseudoRandom(20 + i)).map(make);
      const weights: Tensor = { name: "weights", dtype: "float32", shape, data };
      for (const kind of ["int4", "int4-groups", "table16", "table4"] as const) {
        const input = { scale: 0.1, bias: "int32" } as const;
        const { weights: made } = quantizeWeights(weights, axis, undefined, input, kind, matrix);
        assert.is(made.stored, kind);
        assert.is(made.dtype, "int8");
        assert.ok(fitsStorage(made.data as Int8Array, kind, matrix), `${kind}, ${shape}, case ${i}`);
        if (kind === "int4-groups") assert.ok(groupMultipliers(made.data as Int8Array, matrix));
        const scale = made.quantization?.scale ?? [];
        assert.ok(scale.every((each) => each > 0 && Number.isFinite(each)));
      }
      const { weights: wide } = quantizeWeights(
        weights,
        axis,
        undefined,
        { scale: 1, bias: "int32" },
        "int8",
      );
      assert.is(wide.stored, undefined);
    }
});

test.run();
