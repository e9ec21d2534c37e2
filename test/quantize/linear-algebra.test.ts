import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  addOuter,
  invertUpper,
  mirror,
  solveByInverse,
  upperRoot,
} from "../../host/quantize/weights/linear-algebra.js";
import { numbers, pseudoRandom } from "./float-graphs.js";

const sizes = [1, 2, 3, 8, 33];

/** A B of square matrices, or A B^T. */
function product(a: Float64Array, b: Float64Array, n: number, transposed = false): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++)
      sum += (a[i * n + k] as number) * (b[transposed ? j * n + k : k * n + j] as number);
    return sum;
  });
}

/** A symmetric, positive definite matrix. */
function definite(n: number, seed: number): Float64Array {
  const factor = Float64Array.from(numbers(n * n, pseudoRandom(seed)));
  const matrix = product(factor, factor, n, true);
  for (let i = 0; i < n; i++) matrix[i * n + i] = (matrix[i * n + i] as number) + 0.1;
  return matrix;
}

function assertClose(found: Float64Array, expected: ArrayLike<number>): void {
  assert.is(found.length, expected.length);
  for (let i = 0; i < found.length; i++)
    assert.ok(Math.abs((found[i] as number) - (expected[i] as number)) < 1e-9, `${i}: ${found[i]}`);
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));

test("the upper root is upper triangular, and its product with its transpose is the matrix", () => {
  for (const n of sizes) {
    const matrix = definite(n, n);
    const root = upperRoot(matrix, n) as Float64Array;
    assertClose(product(root, root, n, true), matrix);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) assert.is(root[i * n + j], 0);
  }
});

test("a matrix that is not positive definite has no root", () => {
  assert.is(upperRoot(Float64Array.of(1, 2, 2, 1), 2), undefined);
  assert.is(upperRoot(new Float64Array(9), 3), undefined);
  assert.is(upperRoot(Float64Array.of(-1), 1), undefined);
  assert.is(upperRoot(Float64Array.of(Number.NaN), 1), undefined);
});

test("the inverse of a root times the root is the identity, and solves", () => {
  for (const n of sizes) {
    const matrix = definite(n, 100 + n);
    const root = upperRoot(matrix, n) as Float64Array;
    const inverse = invertUpper(root, n);
    assertClose(product(root, inverse, n), identity(n));
    const b = Float64Array.from(numbers(n, pseudoRandom(n)));
    const x = solveByInverse(inverse, n, b);
    const back = b.map((_, i) => x.reduce((sum, value, k) => sum + (matrix[i * n + k] as number) * value, 0));
    assertClose(back, b);
  }
});

test("outer products add up to the sum of x x^T", () => {
  const n = 7;
  const rows = Array.from({ length: 5 }, (_, i) => Float64Array.from(numbers(n, pseudoRandom(i))));
  rows[2]?.fill(0, 1, 4);
  const sum = new Float64Array(n * n);
  for (const row of rows) addOuter(sum, row, n);
  mirror(sum, n);
  const expected = sum.map((_, at) =>
    rows.reduce((all, row) => all + (row[Math.floor(at / n)] as number) * (row[at % n] as number), 0),
  );
  assertClose(sum, expected);
});

test.run();
