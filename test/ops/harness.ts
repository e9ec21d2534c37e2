import { load } from "wasm3-bindings";
import { collectFiles, compile, packageKernels } from "../../host/generate/compile.js";
import { lower } from "../../host/generate/program.js";
import type { Graph } from "../../host/graph/graph.js";
import { type Tensor, tensorBytes } from "../../host/graph/tensor.js";
import { checkOperators } from "../../host/ops/check.js";
import type { KernelCall } from "../../host/ops/operator.js";
import { weightsSection } from "../../host/package/manifest.js";
import { encodeCustomSection } from "../../host/package/sections.js";
import { planMemory } from "../../host/plan/plan.js";

/** Pages of linear memory that the kernels under test have. */
const pages = 4;

/** A kernel's engines: V8 and wasm3, each with a memory and a changeable weights section. */
interface Engine {
  name: string;
  memory(): Uint8Array;
  call(kernel: string, values: readonly (number | bigint)[]): void;
}

interface Loaded {
  engines: readonly Engine[];
  weights: { bytes: Uint8Array };
}

const loaded = new Map<string, Promise<Loaded>>();

/** Compiles a kernel file by itself, all its exports exported, once a process. */
function loadKernels(module: string): Promise<Loaded> {
  let kernels = loaded.get(module);
  if (kernels === undefined) {
    kernels = compileKernels(module);
    loaded.set(module, kernels);
  }
  return kernels;
}

async function compileKernels(module: string): Promise<Loaded> {
  const wasm = await compile(collectFiles(`export * from "./${module}";\n`, packageKernels), pages);
  const weights = { bytes: new Uint8Array(0) };
  const engine = (name: string, memory: () => Uint8Array, call: Engine["call"]): Engine => ({
    name,
    memory,
    call,
  });
  const reader =
    (memory: () => Uint8Array) =>
    (destination: number | bigint, offset: number | bigint, length: number | bigint): void => {
      const [to, from, count] = [Number(destination), Number(offset), Number(length)];
      if (from < 0 || count < 0 || from + count > weights.bytes.length)
        throw new RangeError("weights out of bounds");
      memory().set(weights.bytes.subarray(from, from + count), to);
    };
  let v8Memory = (): Uint8Array => new Uint8Array(0);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource), {
    wasmote: { read_weights: reader(() => v8Memory()) },
  });
  v8Memory = () => new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const wasm3 = load(wasm, { imports: { wasmote: { read_weights: reader(() => wasm3.memory) } } });
  return {
    weights,
    engines: [
      engine("node", v8Memory, (kernel, values) => {
        (exports[kernel] as (...values: readonly (number | bigint)[]) => void)(...values);
      }),
      engine(
        "wasm3",
        () => wasm3.memory,
        (kernel, values) => {
          wasm3.call(kernel, ...values);
        },
      ),
    ],
  };
}

/** wasm3 with the accelerators linked, and these weights. */
async function loadAccelerators(weights: Uint8Array): Promise<Engine> {
  acceleratorsModule ??= compile(
    collectFiles('export * from "./host-imports/accelerators";\n', packageKernels),
    pages,
  );
  const code = await acceleratorsModule;
  const wasm = Buffer.concat([code, encodeCustomSection(weightsSection, weights)]);
  const instance = load(wasm, { accelerators: true });
  return {
    name: "wasm3, accelerated",
    memory: () => instance.memory,
    call(kernel, values) {
      instance.call(kernel, ...values);
    },
  };
}

let acceleratorsModule: Promise<Uint8Array> | undefined;

/** One operator with its tensors; inputs with `data` are constants, the others get `activations` in order. */
export interface Case {
  operator: string;
  attributes: object;
  inputs: readonly (Tensor | undefined)[];
  outputs: readonly Tensor[];
  activations: readonly ArrayBufferView[];
  /** Makes the activations model outputs as well, so that no output may take over their memory. */
  keepInputs?: boolean;
}

/** Bytes that fill memory before a kernel runs, so that what it does not write is seen. */
const poison = 0x5a;
const untouched = new Uint8Array(pages * 65536).fill(poison);

/**
 * Plans, lowers and runs one node on every engine, checking that they agree and that nothing outside the plan's
 * arena is written.
 *
 * @returns the outputs' bytes
 */
export async function runCase(spec: Case): Promise<Uint8Array[]> {
  const tensors: Tensor[] = [];
  const add = (tensor: Tensor | undefined): number => (tensor === undefined ? -1 : tensors.push(tensor) - 1);
  const inputs = spec.inputs.map(add);
  const outputs = spec.outputs.map(add);
  const activations = inputs.filter((index) => index >= 0 && tensors[index]?.data === undefined);
  const graph: Graph = {
    name: "case",
    tensors,
    nodes: [{ name: "case", operator: spec.operator, attributes: spec.attributes, inputs, outputs }],
    inputs: activations,
    outputs: spec.keepInputs === true ? [...outputs, ...activations] : outputs,
  };
  checkOperators(graph);
  const plan = planMemory(graph);
  const program = lower(graph, plan);
  const calls = program.steps.flatMap((step) => step.calls);
  const results: Uint8Array[][] = [];
  const tiers = calls.some((call) => call.accelerator !== undefined)
    ? ["node", "wasm3", "accelerated"]
    : ["node", "wasm3"];
  for (const name of tiers) {
    results.push(
      await runCalls(name, calls, program.weights, plan.memoryBytes, (memory, write) => {
        for (const [i, index] of activations.entries()) {
          const view = spec.activations[i];
          if (!write || view === undefined) continue;
          const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
          memory.set(bytes, plan.tensors.get(index)?.address ?? 0);
        }
        return outputs.map((index) => {
          const at = plan.tensors.get(index)?.address ?? 0;
          return memory.slice(at, at + tensorBytes(tensors[index] as Tensor));
        });
      }),
    );
  }
  const first = results[0] as Uint8Array[];
  first.forEach((bytes, i) => {
    for (const [run, name] of tiers.entries()) {
      if (Buffer.compare(bytes, results[run]?.[i] as Uint8Array) !== 0)
        throw new Error(`output ${i} differs between node and ${name}`);
    }
  });
  return first;
}

async function runCalls(
  name: string,
  calls: readonly KernelCall[],
  weights: Uint8Array,
  memoryBytes: number,
  access: (memory: Uint8Array, write: boolean) => Uint8Array[],
): Promise<Uint8Array[]> {
  let memory = untouched.slice();
  access(memory, true);
  const accelerators = name === "accelerated" ? await loadAccelerators(weights) : undefined;
  for (const { module, kernel, arguments: values, accelerator } of calls) {
    if (accelerators !== undefined && accelerator !== undefined) {
      accelerators.memory().set(memory);
      accelerators.call(accelerator.call, [values.parameters as number]);
      memory = accelerators.memory().slice();
      continue;
    }
    const kernels = await loadKernels(module);
    kernels.weights.bytes = weights;
    const engine = kernels.engines.find(
      (candidate) => candidate.name === (name === "accelerated" ? "wasm3" : name),
    ) as Engine;
    engine.memory().set(memory);
    engine.call(kernel, Object.values(values));
    memory = engine.memory().slice();
  }
  const outside = memory.subarray(memoryBytes);
  if (Buffer.compare(outside, untouched.subarray(memoryBytes)) !== 0) {
    const at = memoryBytes + outside.findIndex((byte) => byte !== poison);
    throw new Error(`${name}: byte ${at} was written, outside the ${memoryBytes} bytes of the plan`);
  }
  return access(memory, false);
}

/** Seeded pseudo-random numbers (mulberry32). */
export function random(seed: number): {
  integer(low: number, high: number): number;
  real(): number;
  int8s(count: number): Int8Array;
} {
  let state = seed >>> 0;
  const real = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number): number => low + Math.floor(real() * (high - low + 1));
  return { real, integer, int8s: (count) => Int8Array.from({ length: count }, () => integer(-128, 127)) };
}
