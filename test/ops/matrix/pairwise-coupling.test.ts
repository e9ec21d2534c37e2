import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { pairwiseCoupling } from "../../../host/ops/matrix/pairwise-coupling.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

const nodeOf = (shape: readonly number[], classes: number) => ({
  name: "n",
  attributes: {},
  inputs: [plain(shape)],
  outputs: [plain([...shape.slice(0, -1), classes])],
});

/** Probabilities of pairs, of which some are near 0 and 1. */
function draw(seed: number) {
  const { integer, real } = random(seed);
  const [rows, classes] = [integer(1, 3), integer(2, 7)];
  const pairs = (classes * (classes - 1)) / 2;
  const values = Float32Array.from({ length: rows * pairs }, () =>
    Math.min(1 - 1e-7, Math.max(1e-7, (real() - 0.5) * (integer(0, 3) === 0 ? 3 : 1) + 0.5)),
  );
  return { rows, classes, pairs, values, node: nodeOf([rows, pairs], classes) };
}

test("coupled probabilities are those that the pairs ask for, with the reference's bits", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { rows, classes, pairs, values, node } = draw(seed);
    assert.equal(pairwiseCoupling.infer(node), [{ dtype: "float32", shape: [rows, classes] }]);
    const [bytes] = await runCase({ operator: "pairwiseCoupling", ...node, activations: [values] });
    const result = new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer);
    assert.equal(
      [...result],
      [...(pairwiseCoupling.reference(node, [values])[0] as Float32Array)],
      `seed ${seed}`,
    );
    for (let row = 0; row < rows; row++) {
      const best = minimum(values.subarray(row * pairs, (row + 1) * pairs), classes);
      const own = result.subarray(row * classes, (row + 1) * classes);
      for (const [i, p] of best.entries())
        assert.ok(Math.abs(p - (own[i] as number)) < 0.02, `seed ${seed}: ${[...own]} for ${best}`);
    }
  }
});

/** What minimizes p' Q p among all p that add up to 1, by the linear equations that say so, in doubles. */
function minimum(pairs: Float32Array, classes: number): number[] {
  const r = Array.from({ length: classes }, () => new Float64Array(classes));
  let at = 0;
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++) {
      (r[i] as Float64Array)[j] = pairs[at++] as number;
      (r[j] as Float64Array)[i] = 1 - (r[i]?.[j] as number);
    }
  const size = classes + 1;
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size + 1 }, (_, j): number => {
      if (i === classes) return j === classes ? 0 : 1;
      if (j >= classes) return j === classes ? 1 : 0;
      if (i !== j) return -(r[j]?.[i] as number) * (r[i]?.[j] as number);
      return r.reduce((sum, row, k) => (k === i ? sum : sum + (row[i] as number) ** 2), 0);
    }),
  );
  for (let i = 0; i < size; i++) {
    const pivot = rows.findIndex((row, k) => k >= i && Math.abs(row[i] as number) > 1e-12);
    [rows[i], rows[pivot]] = [rows[pivot] as number[], rows[i] as number[]];
    const [own] = rows.slice(i) as [number[]];
    const factor = own[i] as number;
    own.forEach((value, j) => {
      own[j] = value / factor;
    });
    rows.forEach((row, k) => {
      const times = row[i] as number;
      if (k === i) return;
      own.forEach((value, j) => {
        row[j] = (row[j] as number) - times * value;
      });
    });
  }
  return rows.slice(0, classes).map((row) => row[size] as number);
}

test("pairwiseCoupling refuses what is not all pairs of some classes", () => {
  const refused = (shape: readonly number[], pattern: RegExp, dtype: "float32" | "int8" = "float32"): void =>
    assert.throws(
      () => pairwiseCoupling.infer({ ...nodeOf(shape, 1), inputs: [plain(shape, dtype)] }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  refused([2, 4], /4 pairs of classes/);
  refused([33153], /33153 pairs of classes.*256/);
  refused([3], /input is int8/, "int8");
  refused([], /scalar/);
});

test.run();
