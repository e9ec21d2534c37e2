/** A square matrix of doubles, row by row. */
export type SquareMatrix = Float64Array;

/**
 * Lower triangular L with L L^T = `matrix`, which is symmetric and positive definite.
 *
 * @param matrix [n, n], of which the lower triangle is read
 * @returns undefined where it is not positive definite
 */
export function cholesky(matrix: SquareMatrix, n: number): SquareMatrix | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      const [a, b] = [i * n, j * n];
      for (let k = 0; k < j; k++) sum -= (lower[a + k] as number) * (lower[b + k] as number);
      if (i !== j) lower[a + j] = sum / (lower[b + j] as number);
      else if (sum > 0) lower[a + j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** Inverse of a lower triangular matrix [n, n]. */
export function invertLower(lower: SquareMatrix, n: number): SquareMatrix {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    inverse[i * n + i] = 1 / (lower[i * n + i] as number);
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= (lower[i * n + k] as number) * (inverse[k * n + j] as number);
      inverse[i * n + j] = sum / (lower[i * n + i] as number);
    }
  }
  return inverse;
}

/** x with L L^T x = b, by L. */
export function solveLower(lower: SquareMatrix, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] as number) * (x[k] as number);
    x[i] = sum / (lower[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] as number) * (x[k] as number);
    x[i] = sum / (lower[i * n + i] as number);
  }
  return x;
}

/** Inverse of the symmetric matrix whose Cholesky factor is L, [n, n]: (L^-1)^T L^-1. */
export function inverseOf(lower: SquareMatrix, n: number): SquareMatrix {
  const inverse = invertLower(lower, n);
  const result = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = inverse[k * n + i] as number;
      if (factor === 0) continue;
      for (let j = 0; j <= i; j++)
        result[i * n + j] = (result[i * n + j] as number) + factor * (inverse[k * n + j] as number);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) result[j * n + i] = result[i * n + j] as number;
  return result;
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
