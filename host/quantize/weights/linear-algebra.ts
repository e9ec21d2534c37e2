/** A square matrix of doubles, row by row. */
export type SquareMatrix = Float64Array;

/**
 * Upper triangular R with R R^T = `matrix`, which is symmetric and positive definite: Cholesky's method from the last row to
 * the first.
 *
 * @param matrix [n, n]
 * @returns undefined where it is not positive definite
 */
export function upperRoot(matrix: SquareMatrix, n: number): SquareMatrix | undefined {
  const root = new Float64Array(n * n);
  for (let end = n; end > 0; end -= 4) {
    const first = end - 4;
    if (first >= 0) rootOfFourRows(matrix, root, n, first);
    const to = first >= 0 ? end : n;
    for (let i = end - 1; i >= Math.max(0, first); i--)
      if (!finishRow(matrix, root, n, i, to)) return undefined;
  }
  return root;
}

/** Elements of four rows from `i` on, from the column after them on: four sums at once, none of which waits for another. */
function rootOfFourRows(matrix: SquareMatrix, root: SquareMatrix, n: number, i: number): void {
  const [a0, a1, a2, a3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
  for (let j = n - 1; j >= i + 4; j--) {
    const b = j * n;
    let s0 = matrix[a0 + j] as number;
    let s1 = matrix[a1 + j] as number;
    let s2 = matrix[a2 + j] as number;
    let s3 = matrix[a3 + j] as number;
    for (let k = j + 1; k < n; k++) {
      const other = root[b + k] as number;
      s0 -= (root[a0 + k] as number) * other;
      s1 -= (root[a1 + k] as number) * other;
      s2 -= (root[a2 + k] as number) * other;
      s3 -= (root[a3 + k] as number) * other;
    }
    const diagonal = root[b + j] as number;
    root[a0 + j] = s0 / diagonal;
    root[a1 + j] = s1 / diagonal;
    root[a2 + j] = s2 / diagonal;
    root[a3 + j] = s3 / diagonal;
  }
}

/** Elements of row `i` before column `to` down to its diagonal, rows after it being there; false where the matrix is not positive definite. */
function finishRow(matrix: SquareMatrix, root: SquareMatrix, n: number, i: number, to: number): boolean {
  const a = i * n;
  for (let j = to - 1; j >= i; j--) {
    let sum = matrix[a + j] as number;
    const b = j * n;
    for (let k = j + 1; k < n; k++) sum -= (root[a + k] as number) * (root[b + k] as number);
    if (i !== j) root[a + j] = sum / (root[b + j] as number);
    else if (sum > 0) root[a + j] = Math.sqrt(sum);
    else return false;
  }
  return true;
}

/** Inverse of an upper triangular matrix [n, n]. */
export function invertUpper(upper: SquareMatrix, n: number): SquareMatrix {
  const inverse = new Float64Array(n * n);
  for (let i = n - 1; i >= 0; i--) {
    const a = i * n;
    const diagonal = upper[a + i] as number;
    inverse[a + i] = 1 / diagonal;
    const factor = (k: number): number => (upper[a + k] as number) / diagonal;
    let k = i + 1;
    // Four rows at once: each element is read and written a quarter as often.
    for (; k + 3 < n; k += 4) {
      const [f0, f1, f2, f3] = [factor(k), factor(k + 1), factor(k + 2), factor(k + 3)];
      const [b0, b1, b2, b3] = [k * n, (k + 1) * n, (k + 2) * n, (k + 3) * n];
      for (let j = k; j < n; j++)
        inverse[a + j] =
          (inverse[a + j] as number) -
          f0 * (inverse[b0 + j] as number) -
          f1 * (inverse[b1 + j] as number) -
          f2 * (inverse[b2 + j] as number) -
          f3 * (inverse[b3 + j] as number);
    }
    for (; k < n; k++) {
      const [f, b] = [factor(k), k * n];
      for (let j = k; j < n; j++)
        inverse[a + j] = (inverse[a + j] as number) - f * (inverse[b + j] as number);
    }
  }
  return inverse;
}

/** x with R R^T x = b, by the inverse of R: (R^-1)^T R^-1 b. */
export function solveByInverse(inverse: SquareMatrix, n: number, b: ArrayLike<number>): Float64Array {
  const middle = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = i; j < n; j++) sum += (inverse[i * n + j] as number) * (b[j] as number);
    middle[i] = sum;
  }
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const factor = middle[i] as number;
    for (let j = i; j < n; j++) x[j] = (x[j] as number) + factor * (inverse[i * n + j] as number);
  }
  return x;
}

/** Adds the products of all pairs of a row's elements to the lower triangle of a symmetric matrix [n, n]. */
export function addOuter(matrix: SquareMatrix, row: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const value = row[i] as number;
    if (value === 0) continue;
    const at = i * n;
    for (let j = 0; j <= i; j++) matrix[at + j] = (matrix[at + j] as number) + value * (row[j] as number);
  }
}

/** Makes the upper triangle of a symmetric matrix [n, n] what the lower one is. */
export function mirror(matrix: SquareMatrix, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j] as number;
}
