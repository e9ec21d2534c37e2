import { load } from "wasm3-bindings";
import type { Graph } from "../../host/graph/graph.js";
import { type Tensor, tensorBytes } from "../../host/graph/tensor.js";
import { loweringOf } from "../../host/lower/index.js";
import { lowerGraph } from "../../host/lower/lower.js";
import { checkOperators } from "../../host/ops/check.js";
import { planMemory } from "../../host/plan/plan.js";
import { linkCalls } from "../link-calls.js";

/** Bytes of memory behind the plan's that are watched. */
const watchedBytes = 65536;

/** One operator with its tensors; inputs with `data` are constants, the others get `activations` in order. */
export interface Case {
  operator: string;
  attributes: object;
  inputs: readonly (Tensor | undefined)[];
  outputs: readonly Tensor[];
  activations: readonly ArrayBufferView[];
  /** A node that comes first and gives input 0. */
  before?: Pick<Case, "operator" | "attributes" | "inputs">;
  /** Makes the activations model outputs as well, so that no output may take over their memory. */
  keepInputs?: boolean;
}

/** Bytes that fill memory before a kernel runs, so that what it does not write is seen. */
const poison = 0x5a;

/** A module that is loaded: its memory, and its `run`. */
interface Engine {
  memory(): Uint8Array;
  run(steps: number): unknown;
}

/** The engines that a case runs on, by name. */
const engines: Readonly<Record<string, (wasm: Uint8Array, weights: Uint8Array) => Engine>> = {
  node(wasm, weights) {
    const module = new WebAssembly.Module(wasm as BufferSource);
    const absent = WebAssembly.Module.imports(module).map(({ name }) => [name, () => {}] as const);
    const read = (destination: number, offset: number, length: number): void => {
      if (offset < 0 || length < 0 || offset + length > weights.length)
        throw new RangeError("weights out of bounds");
      memory().set(weights.subarray(offset, offset + length), destination >>> 0);
    };
    const { exports } = new WebAssembly.Instance(module, {
      wasmote: { ...Object.fromEntries(absent), read_weights: read },
    });
    const memory = (): Uint8Array => new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
    return { memory, run: (steps) => (exports.run as (first: number, last: number) => number)(0, steps) };
  },
  wasm3(wasm) {
    const optionalImports = WebAssembly.Module.imports(new WebAssembly.Module(wasm as BufferSource)).map(
      ({ module, name }) => `${module}.${name}`,
    );
    const instance = load(wasm, { optionalImports });
    return { memory: () => instance.memory, run: (steps) => instance.call("run", 0, steps) };
  },
  "wasm3, accelerated"(wasm) {
    const instance = load(wasm, { accelerators: true });
    return { memory: () => instance.memory, run: (steps) => instance.call("run", 0, steps) };
  },
};

/**
 * Plans, lowers, links and runs one node on every engine, checking that they agree and that nothing outside the plan's
 * arena is written.
 *
 * @returns the outputs' bytes
 */
export async function runCase(spec: Case): Promise<Uint8Array[]> {
  const tensors: Tensor[] = [];
  const add = (tensor: Tensor | undefined): number => (tensor === undefined ? -1 : tensors.push(tensor) - 1);
  const inputs = spec.inputs.map(add);
  const outputs = spec.outputs.map(add);
  const { before } = spec;
  const first = before === undefined ? [] : before.inputs.map(add);
  const given = before === undefined ? inputs : [...first, ...inputs.slice(1)];
  const activations = given.filter((index) => index >= 0 && tensors[index]?.data === undefined);
  const graph: Graph = {
    name: "case",
    tensors,
    nodes: [
      ...(before === undefined
        ? []
        : [{ name: "before", ...before, inputs: first, outputs: inputs.slice(0, 1) }]),
      { name: "case", operator: spec.operator, attributes: spec.attributes, inputs, outputs },
    ],
    inputs: activations,
    outputs: spec.keepInputs === true ? [...outputs, ...activations] : outputs,
  };
  checkOperators(graph);
  const plan = planMemory(graph, loweringOf);
  const { steps, weights } = lowerGraph(graph, plan);
  const calls = steps.flatMap((step) => step.calls);
  const wasm = linkCalls(calls, weights, plan.memoryBytes + watchedBytes);
  const addressOf = (index: number): number => plan.tensors.get(index)?.address ?? 0;
  const accelerated = calls.some((call) => call.accelerator !== undefined);
  const results = Object.entries(engines)
    .filter(([name]) => accelerated || !name.includes("accelerated"))
    .map(([name, start]) => {
      const engine = start(wasm, weights);
      engine.memory().fill(poison);
      for (const [i, index] of activations.entries()) {
        const { buffer, byteOffset, byteLength } = spec.activations[i] as ArrayBufferView;
        engine.memory().set(new Uint8Array(buffer, byteOffset, byteLength), addressOf(index));
      }
      const code = engine.run(calls.length);
      if (code !== 0) throw new Error(`${name}: run returned ${code}`);
      const memory = engine.memory();
      const outside = memory.subarray(plan.memoryBytes).findIndex((byte) => byte !== poison);
      if (outside >= 0) {
        const at = plan.memoryBytes + outside;
        throw new Error(`${name}: byte ${at} was written, outside the ${plan.memoryBytes} bytes of the plan`);
      }
      return outputs.map((index) => {
        const at = addressOf(index);
        return { name, bytes: memory.slice(at, at + tensorBytes(tensors[index] as Tensor)) };
      });
    });
  const [expected = []] = results;
  for (const result of results) {
    for (const [i, { name, bytes }] of result.entries()) {
      if (Buffer.compare(bytes, expected[i]?.bytes as Uint8Array) !== 0)
        throw new Error(`output ${i} differs between node and ${name}`);
    }
  }
  return expected.map(({ bytes }) => bytes);
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
