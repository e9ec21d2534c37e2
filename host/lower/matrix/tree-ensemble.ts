import { blockBytes } from "../../abi/block.js";
import { treeEnsembleParameters } from "../../abi/parameters.js";
import { type Aggregate, forestOf, type TreeEnsembleAttributes } from "../../ops/matrix/tree-ensemble.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { packForest } from "./tree-records.js";

/** Numbers of aggregates, as kernels know them. */
const aggregates: Readonly<Record<Aggregate, number>> = { sum: 0, average: 0, min: 1, max: 2 };

/** Bytes of the largest record. */
const recordBytes = 12;

/** An ensemble of trees, walked record by record in the weights section. */
export const treeEnsemble: Lowering<TreeEnsembleAttributes> = {
  operator: "treeEnsemble",
  dtypes: ["float32", "int8"],
  constantInputs: () => [1, 2, 3, 4, 5],
  scratchBytes: (node) => [blockBytes(treeEnsembleParameters) + recordBytes + 4 * forestOf(node).targets],
  emit(node, placement) {
    const forest = forestOf(node);
    const { rows, features, targets, trees, treeCount, width, base } = forest;
    const { aggregate } = node.attributes;
    const packed = packForest(forest);
    const records = placement.weights(packed.records);
    const treeTable = Uint32Array.from({ length: 2 * treeCount }, (_, i) =>
      i % 2 === 0 ? records + (packed.roots[i / 2] as number) : 4 * (trees[i] as number),
    );
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      rows,
      features,
      targets,
      trees: placement.weights(bytesOf(treeTable)),
      treeCount,
      leaves: packed.leaves.length === 0 ? 0 : placement.weights(bytesOf(packed.leaves)),
      width,
      base: placement.weights(bytesOf(base)),
      aggregate: aggregates[aggregate],
      divisor: aggregate === "average" ? treeCount : 1,
    };
    const kernel = { name: `treeEnsemble${packed.kernel}`, parameters: treeEnsembleParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
