import { isOptionalImport } from "../abi/accelerators.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import { perTensor } from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import type { Program } from "../lower/lower.js";
import { roundsOnce } from "../numerics/requantization.js";
import type { Plan } from "../plan/types.js";
import { type InputReading, type Manifest, type ManifestTensor, manifestVersion } from "./manifest.js";

/** What a manifest is made of. */
export interface ManifestParts {
  /** The model as it was imported: its inputs and outputs are those that the user knows. */
  model: Graph;
  /** What runs, with the same inputs and outputs in the same order. */
  graph: Graph;
  plan: Plan;
  program: Program;
  /** Imports of the linked module, as "module.name". */
  imports: readonly string[];
  /** Libraries that it has kernels from. */
  libraries: readonly KernelLibrary[];
  /** How files are read for the inputs, in order; none by default. */
  inputs?: readonly InputReading[];
}

/** The manifest of a linked model. */
export function makeManifest({
  model,
  graph,
  plan,
  program,
  imports,
  libraries,
  inputs = [],
}: ManifestParts): Manifest {
  const tensor = (index: number, ownIndex: number): ManifestTensor => {
    const found = tensorAt(graph, index);
    const own = tensorAt(model, ownIndex);
    const address = plan.tensors.get(index)?.address;
    if (address === undefined) throw new Error(`tensor ${index} has no address`);
    const { dtype, shape } = found;
    return {
      name: own.name,
      dtype,
      shape: [...shape],
      ...(own.dtype === dtype ? {} : { interface: own.dtype }),
      address,
      ...perTensor(found),
      ...(own.labels === undefined ? {} : { labels: [...own.labels] }),
      ...(own.texts === undefined ? {} : { texts: [...own.texts] }),
    };
  };
  return {
    version: manifestVersion,
    name: graph.name,
    inputs: graph.inputs.map((index, i) => ({
      ...tensor(index, model.inputs[i] as number),
      ...(roundsOnce(tensorAt(graph, index)) ? { halves: "even" as const } : {}),
      ...inputs[i],
    })),
    outputs: graph.outputs.map((index, i) => tensor(index, model.outputs[i] as number)),
    ...(graph.variables === undefined || graph.variables.length === 0
      ? {}
      : {
          variables: graph.variables.map(({ name, dtype, shape }, i) => ({
            name,
            dtype,
            shape: [...shape],
            address: plan.variables[i]?.address ?? 0,
          })),
        }),
    memoryBytes: program.memoryBytes,
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
