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
  for (let i = n - 1; i >= 0; i--) {
    for (let j = n - 1; j >= i; j--) {
      let sum = matrix[i * n + j] as number;
      const [a, b] = [i * n, j * n];
      for (let k = j + 1; k < n; k++) sum -= (root[a + k] as number) * (root[b + k] as number);
      if (i !== j) root[a + j] = sum / (root[b + j] as number);
      else if (sum > 0) root[a + j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return root;
}

/** Inverse of an upper triangular matrix [n, n]. */
export function invertUpper(upper: SquareMatrix, n: number): SquareMatrix {
  const inverse = new Float64Array(n * n);
  for (let i = n - 1; i >= 0; i--) {
    const row = inverse.subarray(i * n, (i + 1) * n);
    const diagonal = upper[i * n + i] as number;
    row[i] = 1 / diagonal;
    for (let k = i + 1; k < n; k++) {
      const factor = (upper[i * n + k] as number) / diagonal;
      if (factor === 0) continue;
      for (let j = k; j < n; j++) row[j] = (row[j] as number) - factor * (inverse[k * n + j] as number);
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
