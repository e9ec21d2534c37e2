import { blockBytes } from "../../abi/block.js";
import { pairwiseCouplingParameters } from "../../abi/parameters.js";
import { couplingGeometry, couplingSteps } from "../../ops/matrix/pairwise-coupling.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Pairwise coupling: a matrix and a vector of the classes in scratch memory. */
export const pairwiseCoupling: Lowering = {
  operator: "pairwiseCoupling",
  dtypes: ["float32"],
  scratchBytes(node) {
    const { classes } = couplingGeometry(node);
    return [blockBytes(pairwiseCouplingParameters) + 4 * classes * (classes + 1)];
  },
  emit(node, placement) {
    const { rows, classes } = couplingGeometry(node);
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      rows,
      classes,
      steps: couplingSteps,
      tolerance: Math.fround(Math.fround(0.005) / classes),
    };
    const kernel = { name: "pairwiseCouplingFloat32", parameters: pairwiseCouplingParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
