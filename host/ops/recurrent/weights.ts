import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, type Tensor } from "../../graph/tensor.js";
import { integerParameters } from "../../numerics/requantization.js";
import { checkInt8Weights, weightsZeroPoint } from "../weights.js";

/** Checks a tensor's presence, dtype and shape, and that it is constant. Throws `NotRunnable`. */
export function requireConstant(
  tensor: Tensor | undefined,
  what: string,
  dtypes: readonly DType[],
  shape: readonly number[],
): asserts tensor is Tensor & { data: NonNullable<Tensor["data"]> } {
  if (tensor?.data === undefined) throw new NotRunnable(`${what} must be constant`);
  requireThat(
    dtypes.includes(tensor.dtype) && tensor.shape.join() === shape.join(),
    `${what} are ${tensor.shape.join("x")} ${tensor.dtype}; ${shape.join("x")} ${alternatives(dtypes)} is expected`,
  );
}

/** Checks a variable's dtype and number of elements. Throws `NotRunnable`. */
export function requireVariable(
  variable: Tensor | undefined,
  what: string,
  dtypes: readonly DType[],
  elements: number,
): asserts variable is Tensor {
  if (variable === undefined) throw new NotRunnable(`${what} is missing`);
  const found = variable.shape.reduce((product, length) => product * length, 1);
  requireThat(
    dtypes.includes(variable.dtype) && found === elements,
    `${what} has ${found} elements of ${variable.dtype}; ${elements} of ${alternatives(dtypes)} are expected`,
  );
}

/** Checks that weights have a scale for the whole tensor, and 0 for zero. Throws `NotRunnable`. */
export function requireSymmetric(weights: Tensor): void {
  const { zeroPoint } = integerParameters(weights);
  requireThat(zeroPoint === 0, `weights have zero point ${zeroPoint}; 0 is expected`);
}

/** Checks a matrix of weights; of int8 it has a scale for each row or one for all of them, and 0 for zero. Throws `NotRunnable`. */
export function requireWeights(
  weights: Tensor | undefined,
  what: string,
  dtypes: readonly DType[],
  shape: readonly [rows: number, depth: number],
): asserts weights is Tensor & { data: NonNullable<Tensor["data"]> } {
  requireConstant(weights, what, dtypes, shape);
  if (weights.dtype !== "int8") return;
  checkInt8Weights(weights, 0, shape[0]);
  const zeroPoint = weightsZeroPoint(weights);
  requireThat(zeroPoint === 0, `${what} have zero point ${zeroPoint}; 0 is expected`);
}
