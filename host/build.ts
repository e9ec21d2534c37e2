import { WasmoteError } from "./errors.js";
import type { Cache } from "./generate/cache.js";
import {
  collectFiles,
  compile,
  compilerOptions,
  type KernelSource,
  packageKernels,
} from "./generate/compile.js";
import { lower, type Program } from "./generate/program.js";
import { writeSource } from "./generate/source.js";
import { type Graph, tensorAt } from "./graph/graph.js";
import { perTensor } from "./graph/tensor.js";
import { isOptionalImport } from "./ops/accelerators.js";
import { type Manifest, type ManifestTensor, manifestVersion } from "./package/manifest.js";
import { packageModule } from "./package/package.js";
import { type Pass, runPasses } from "./passes/index.js";
import { planMemory } from "./plan/plan.js";
import type { Plan } from "./plan/types.js";
import { quantizeGraph } from "./quantize/quantize-graph.js";

/** Bytes of a WebAssembly page. */
const pageBytes = 65536;

/** How a model is built. */
export interface BuildOptions {
  /** Samples for post-training quantization: `calibration[i][j]` is sample i for input j. */
  calibration?: readonly Float32Array[][];
  /** Passes over the graph; all by default. */
  passes?: readonly Pass[];
  /** Where compiled code is kept between builds; none by default. */
  cache?: Cache;
  /** Where kernels are taken from; the package's own by default. */
  kernels?: KernelSource;
}

/** A built model and what is known of it. */
export interface BuiltModel {
  /** The file. */
  wasm: Uint8Array;
  manifest: Manifest;
  plan: Plan;
  /** The integer graph that was generated. */
  graph: Graph;
  /** The generated AssemblyScript entry. */
  source: string;
  codeBytes: number;
  weightBytes: number;
}

/**
 * The pipeline from a graph to a model file: passes, quantize, plan, generate, package.
 *
 * @throws `calibration-*`, `model-unsupported`, `memory-exceeded`, `compile-failed`
 */
export async function buildModel(graph: Graph, options: BuildOptions = {}): Promise<BuiltModel> {
  const integer = runPasses(
    quantizeGraph(runPasses(graph, options.passes), options.calibration ?? []),
    options.passes,
  );
  const plan = planMemory(integer);
  const pages = Math.max(1, Math.ceil(plan.memoryBytes / pageBytes));
  if (pages > pageBytes) throw new WasmoteError("memory-exceeded", `${plan.memoryBytes} bytes`);
  const program = lower(integer, plan);
  const source = writeSource(program);
  const files = collectFiles(source, options.kernels ?? packageKernels);
  const key = [...files].flat();
  const code = await (options.cache?.fetch([...key, compilerOptions(), String(pages)], () =>
    compile(files, pages),
  ) ?? compile(files, pages));
  if (!WebAssembly.validate(code as BufferSource))
    throw new WasmoteError("compile-failed", "the code is not valid WebAssembly");
  const manifest = describe(integer, plan, program, code);
  return {
    wasm: packageModule(code, manifest, program.weights),
    manifest,
    plan,
    graph: integer,
    source,
    codeBytes: code.length,
    weightBytes: program.weights.length,
  };
}

function describe(graph: Graph, plan: Plan, program: Program, code: Uint8Array): Manifest {
  const tensor = (index: number): ManifestTensor => {
    const { name, dtype, shape, ...rest } = tensorAt(graph, index);
    const parameters = perTensor({ name, dtype, shape, ...rest });
    const address = plan.tensors.get(index)?.address;
    if (address === undefined) throw new Error(`tensor ${index} has no address`);
    return { name, dtype, shape: [...shape], address, ...(parameters ?? {}) };
  };
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(code as BufferSource)).map(
    ({ module, name }) => `${module}.${name}`,
  );
  return {
    version: manifestVersion,
    name: graph.name,
    inputs: graph.inputs.map(tensor),
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
  };
}
