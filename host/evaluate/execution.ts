import { alignUp } from "../abi/align.js";
import { WasmoteError } from "../errors.js";
import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import {
  arrayTypes,
  elementCount,
  perTensor,
  type Tensor,
  type TensorData,
  tensorBytes,
} from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import { bytesOf } from "../lower/bytes.js";
import { refusalOf } from "../lower/check.js";
import { loweringOf } from "../lower/index.js";
import { operatorNamed } from "../ops/index.js";
import { encodeReals } from "../run/tensor-files/values.js";
import { importMemory } from "../wasm/import-memory.js";
import { pageBytes } from "../wasm/interface.js";

/** Most linear memory of an execution, in which all of a model's activations lie at once. */
const maxExecutionBytes = 2 ** 30;

const alignment = 16;

type KernelFunction = (parameters: number, to: number) => void;

/** A node as it runs: calls of kernels that read their constants from `weights`, or its plain reference. */
interface PreparedNode {
  calls: readonly { kernel: KernelFunction; block: number; to: number }[];
  weights: Uint8Array;
  reference: boolean;
}

/** Constants of one node, each at a multiple of 16. */
class NodeWeights {
  private readonly blocks: Uint8Array[] = [];
  private size = 0;

  add(bytes: Uint8Array): number {
    const offset = this.size;
    this.blocks.push(bytes.slice());
    this.size += alignUp(bytes.length, alignment);
    return offset;
  }

  contents(): Uint8Array {
    const contents = new Uint8Array(this.size);
    let at = 0;
    for (const block of this.blocks) {
      contents.set(block, at);
      at += alignUp(block.length, alignment);
    }
    return contents;
  }
}

/** Whether there are kernels for a node; those without are computed by their references, in real values. */
function hasKernels(node: BoundNode, operator: string): boolean {
  return refusalOf(operator, node) === undefined;
}

/** Libraries that import their memory, compiled: a model is opened many times while it is quantized. */
const modules = new WeakMap<KernelLibrary, Promise<WebAssembly.Module>>();

function compiled(library: KernelLibrary): Promise<WebAssembly.Module> {
  const known = modules.get(library);
  if (known !== undefined) return known;
  const module = WebAssembly.compile(importMemory(library.wasm, "wasmote", "memory", 1) as BufferSource);
  modules.set(library, module);
  return module;
}

/** Real values of elements as they lie in memory. */
export function realsOf(elements: TensorData, tensor: Tensor): Float32Array {
  if (elements instanceof Float32Array) return elements;
  const { scale, zeroPoint } = perTensor(tensor) ?? { scale: 1, zeroPoint: 0 };
  const reals = new Float32Array(elements.length);
  for (let i = 0; i < reals.length; i++) reals[i] = scale * (Number(elements[i]) - zeroPoint);
  return reals;
}

/**
 * A valid graph that runs in this process, node by node, with the very kernels that a built model has, but nothing is
 * linked: kernels are called in their library, each activation has memory of its own and can be read or changed
 * between nodes, and constants can be exchanged. It is what quantization measures by.
 */
export class Execution {
  readonly graph: Graph;
  private readonly tensors: Tensor[];
  private readonly memory: WebAssembly.Memory;
  private readonly kernels: (name: string) => KernelFunction;
  private readonly addresses: readonly number[];
  private readonly variables: readonly number[];
  private readonly scratch: { address: number; bytes: readonly number[] };
  private readonly prepared: (PreparedNode | undefined)[];
  private readonly readers = new Map<TensorIndex, number[]>();
  private readonly current: { weights: Uint8Array };

  private constructor(
    graph: Graph,
    layout: Layout,
    memory: WebAssembly.Memory,
    kernels: (name: string) => KernelFunction,
    current: { weights: Uint8Array },
  ) {
    this.graph = graph;
    this.tensors = [...graph.tensors];
    this.memory = memory;
    this.kernels = kernels;
    this.addresses = layout.addresses;
    this.variables = layout.variables;
    this.scratch = { address: layout.scratch, bytes: layout.scratchBytes };
    this.prepared = graph.nodes.map(() => undefined);
    this.current = current;
    graph.nodes.forEach((node, at) => {
      for (const index of [...node.inputs, ...node.outputs])
        this.readers.set(index, [...(this.readers.get(index) ?? []), at]);
    });
    graph.tensors.forEach(({ data }, index) => {
      if (data !== undefined) this.elements(index).set(data as never);
    });
    this.reset();
  }

  /**
   * @param libraries of kernels, the package's own among them
   * @throws `memory-exceeded` where the graph's activations and constants take more than 1 GiB together
   */
  static async open(graph: Graph, libraries: readonly KernelLibrary[]): Promise<Execution> {
    const layout = layoutOf(graph);
    if (layout.bytes > maxExecutionBytes) {
      const detail = `${layout.bytes} bytes for all activations at once; at most ${maxExecutionBytes} can be measured`;
      throw new WasmoteError("memory-exceeded", detail);
    }
    const pages = Math.ceil(layout.bytes / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages });
    const current = { weights: new Uint8Array(0) };
    const bytes = new Uint8Array(memory.buffer);
    const readWeights = (to: number, from: number, count: number): void =>
      bytes.set(current.weights.subarray(from, from + count), to);
    const imports = { wasmote: { read_weights: readWeights, memory } };
    const instances = await Promise.all(
      libraries.map(async (library) => WebAssembly.instantiate(await compiled(library), imports)),
    );
    const kernels = (name: string): KernelFunction => {
      const kernel = instances.flatMap(({ exports }) => exports[name] ?? [])[0];
      if (typeof kernel !== "function") throw new Error(`no library has the kernel ${name}`);
      return kernel as KernelFunction;
    };
    return new Execution(graph, layout, memory, kernels, current);
  }

  /** A tensor as it is now: the graph's, or what stands in its place. */
  tensor(index: TensorIndex): Tensor {
    return this.tensors[index] ?? tensorAt(this.graph, index);
  }

  /** A tensor's elements in memory, in its own dtype. */
  elements(index: TensorIndex): TensorData {
    const { dtype, shape } = this.tensor(index);
    const view = new Uint8Array(this.memory.buffer, this.addresses[index], tensorBytes({ dtype, shape }));
    const type = arrayTypes[dtype] as unknown as new (
      b: ArrayBufferLike,
      at: number,
      n: number,
    ) => TensorData;
    return new type(view.buffer, view.byteOffset, elementCount(shape));
  }

  /** Real values of a tensor: of float32 those in memory themselves, of integers a copy, dequantized. */
  reals(index: TensorIndex): Float32Array {
    return realsOf(this.elements(index), this.tensor(index));
  }

  /** Writes real values to a tensor, quantized as it is. Throws `input-invalid` for what it cannot hold. */
  writeReals(index: TensorIndex, values: ArrayLike<number>): void {
    const elements = this.elements(index);
    if (elements instanceof Float32Array) {
      elements.set(values);
      return;
    }
    const tensor = this.tensor(index);
    const halves = tensor.quantization?.halves;
    const bytes = encodeReals(values, {
      dtype: tensor.dtype,
      ...perTensor(tensor),
      ...(halves && { halves }),
    });
    bytesOf(elements).set(bytes);
  }

  /** Puts a tensor of the same type in the place of one of the graph's: other weights, or another scale. */
  replace(index: TensorIndex, tensor: Tensor): void {
    this.tensors[index] = tensor;
    if (tensor.data !== undefined) this.elements(index).set(tensor.data as never);
    for (const node of this.readers.get(index) ?? []) this.prepared[node] = undefined;
  }

  /** Sets the model's variables to what they start with. */
  reset(): void {
    (this.graph.variables ?? []).forEach((variable, i) => {
      const to = new Uint8Array(this.memory.buffer, this.variables[i] as number, tensorBytes(variable));
      to.fill(0);
      if (variable.data !== undefined) to.set(bytesOf(variable.data));
    });
  }

  /** Copies of the variables' bytes, in their order. */
  readState(): Uint8Array[] {
    return (this.graph.variables ?? []).map((variable, i) =>
      new Uint8Array(this.memory.buffer, this.variables[i] as number, tensorBytes(variable)).slice(),
    );
  }

  /** Sets the variables' bytes to what `readState` gave. */
  writeState(state: readonly Uint8Array[]): void {
    for (const [i, bytes] of state.entries())
      new Uint8Array(this.memory.buffer, this.variables[i] as number, bytes.length).set(bytes);
  }

  /** Runs the nodes first..last-1 in the graph's order; all by default. */
  run(first = 0, last: number = this.graph.nodes.length): void {
    for (let at = first; at < last; at++) this.runNode(at);
  }

  /** Runs one node, where its conditions are true. */
  runNode(at: number): void {
    const { when = [] } = this.graph.nodes[at] as Node;
    if (when.some((index) => this.elements(index)[0] === 0)) return;
    const prepared = this.prepared[at] ?? this.prepare(at);
    this.prepared[at] = prepared;
    if (prepared.reference) {
      this.runReference(this.graph.nodes[at] as Node);
      return;
    }
    this.current.weights = prepared.weights;
    for (const { kernel, block, to } of prepared.calls) kernel(block, to);
  }

  private bound(node: Node): BoundNode {
    return bind({ ...this.graph, tensors: this.tensors }, node);
  }

  private prepare(at: number): PreparedNode {
    const node = this.graph.nodes[at] as Node;
    const bound = this.bound(node);
    const weights = new NodeWeights();
    if (!hasKernels(bound, node.operator)) return { calls: [], weights: new Uint8Array(0), reference: true };
    const lowering = loweringOf(node.operator);
    const taken = lowering.constantInputs?.(bound) ?? [];
    const calls = lowering.emit(bound, {
      inputs: node.inputs.map((index, position) =>
        index < 0 || (this.tensor(index).data !== undefined && taken.includes(position))
          ? undefined
          : this.addresses[index],
      ),
      outputs: node.outputs.map((index) => this.addresses[index] as number),
      variables: (node.variables ?? []).map((index) => this.variables[index] as number),
      scratch: this.scratch.address,
      scratchBytes: this.scratch.bytes[at] as number,
      called: new Set(),
      weights: (bytes) => weights.add(bytes),
    });
    return {
      calls: calls.map(({ kernel, block, to }) => ({ kernel: this.kernels(kernel), block, to })),
      weights: weights.contents(),
      reference: false,
    };
  }

  private runReference(node: Node): void {
    const inputs = node.inputs.map((index) => (index < 0 ? undefined : this.reals(index)));
    const variables = (node.variables ?? []).map((index) => {
      const variable = this.graph.variables?.[index] as Tensor;
      const type = arrayTypes[variable.dtype] as unknown as new (
        b: ArrayBufferLike,
        at: number,
        n: number,
      ) => TensorData;
      return new type(this.memory.buffer, this.variables[index] as number, elementCount(variable.shape));
    });
    const results = operatorNamed(node.operator).reference(
      this.bound(node),
      inputs,
      variables.map((variable) => variable as Float32Array),
    );
    for (const [i, index] of node.outputs.entries()) this.writeReals(index, results[i] as Float32Array);
  }
}

/** Where everything of a graph lies in an execution's memory. */
interface Layout {
  addresses: readonly number[];
  variables: readonly number[];
  scratch: number;
  /** Bytes of scratch memory that each node is given: the most that it can use. */
  scratchBytes: readonly number[];
  bytes: number;
}

function layoutOf(graph: Graph): Layout {
  let end = alignment;
  const place = (tensor: Tensor): number => {
    const address = end;
    end = alignUp(end + tensorBytes(tensor), alignment);
    return address;
  };
  const addresses = graph.tensors.map(place);
  const variables = (graph.variables ?? []).map(place);
  const scratchBytes = graph.nodes.map((node) => {
    const bound = bind(graph, node);
    if (!hasKernels(bound, node.operator)) return 0;
    return loweringOf(node.operator).scratchBytes?.(bound).at(-1) ?? 0;
  });
  const most = Math.max(0, ...scratchBytes);
  return { addresses, variables, scratch: end, scratchBytes, bytes: end + most };
}
