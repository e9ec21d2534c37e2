import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { Value } from "./scope.js";

/** Whether a condition holds. Throws `NotRunnable` where it is computed while the model runs. */
export function holds(value: Value | undefined, what: string): boolean {
  const { data } = (typeof value === "object" && "dtype" in value ? value : {}) as Partial<Tensor>;
  if (data === undefined)
    throw new NotRunnable(`the ${what} is computed while the model runs; only a constant one is supported`);
  requireThat(data.length === 1, `the ${what} has ${data.length} elements; 1 is expected`);
  return Number(data[0]) !== 0;
}
