import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { type DType, perTensor, type Tensor } from "../../graph/tensor.js";

/** Scale and zero point of a tensor quantized as a whole. Throws `NotRunnable` where it has none, or no positive scale. */
export function parametersOf(tensor: Tensor): { scale: number; zeroPoint: number } {
  const parameters = perTensor(tensor);
  if (parameters === undefined)
    throw new NotRunnable(`tensor "${tensor.name}" has no scale and zero point for the whole tensor`);
  const { scale } = parameters;
  requireThat(
    Number.isFinite(scale) && scale > 0,
    `tensor "${tensor.name}" has scale ${scale}; a finite positive number is expected`,
  );
  return parameters;
}

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
    `${what} are ${tensor.shape.join("x")} ${tensor.dtype}; ${shape.join("x")} ${dtypes.join(" or ")} is expected`,
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
    `${what} has ${found} elements of ${variable.dtype}; ${elements} of ${dtypes.join(" or ")} are expected`,
  );
}

/** Checks that weights have a scale for the whole tensor, and 0 for zero. Throws `NotRunnable`. */
export function requireSymmetric(weights: Tensor): void {
  const { zeroPoint } = parametersOf(weights);
  requireThat(zeroPoint === 0, `weights have zero point ${zeroPoint}; 0 is expected`);
}
