import { isOptionalImport } from "../abi/accelerators.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import { perTensor } from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import type { Program } from "../lower/lower.js";
import type { Plan } from "../plan/types.js";
import { type InputReading, type Manifest, type ManifestTensor, manifestVersion } from "./manifest.js";

/**
 * The manifest of a linked model.
 *
 * @param imports of the linked module, as "module.name"
 * @param libraries those that it has kernels from
 * @param readings of the inputs, in order; none by default
 */
export function makeManifest(
  graph: Graph,
  plan: Plan,
  program: Program,
  imports: readonly string[],
  libraries: readonly KernelLibrary[],
  readings: readonly InputReading[] = [],
): Manifest {
  const tensor = (index: number): ManifestTensor => {
    const found = tensorAt(graph, index);
    const address = plan.tensors.get(index)?.address;
    if (address === undefined) throw new Error(`tensor ${index} has no address`);
    const { name, dtype, shape } = found;
    return { name, dtype, shape: [...shape], address, ...perTensor(found) };
  };
  return {
    version: manifestVersion,
    name: graph.name,
    inputs: graph.inputs.map((index, i) => ({ ...tensor(index), ...readings[i] })),
    outputs: graph.outputs.map(tensor),
    memoryBytes: plan.memoryBytes,
    steps: program.steps.map(({ name, operator, macs, weightBytes }) => ({
      name,
      operator,
      macs,
      weightBytes,
    })),
    imports: {
      required: imports.filter((name) => !isOptionalImport(name)),
      optional: imports.filter(isOptionalImport),
    },
    kernels: libraries.map(({ sha256 }) => sha256),
  };
}
