import type { FusedActivation } from "../../../graph/node.js";
import { NotRunnable } from "../../../graph/not-runnable.js";

/** TFLite's `ActivationFunctionType` as a fused activation. Throws `NotRunnable` for tanh and sign-bit. */
export function tfliteActivation(value: number): FusedActivation {
  const names: readonly FusedActivation[] = ["none", "relu", "relu-n1-to-1", "relu6"];
  const name = names[value];
  if (name === undefined)
    throw new NotRunnable(
      `fused activation ${value === 4 ? "TANH" : value === 5 ? "SIGN_BIT" : value} is not supported`,
    );
  return name;
}
