import { alignUp } from "../abi/align.js";
import { maxMemoryBytes } from "../abi/limits.js";
import { variableAlignment } from "../abi/variable-alignment.js";
import { weightAlignment } from "../abi/weight-alignment.js";
import { WasmoteError } from "../errors.js";
import { bind, type Graph } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";
import type { Plan } from "../plan/types.js";
import { bytesOf } from "./bytes.js";
import { loweringOf } from "./index.js";
import type { KernelCall, Placement } from "./kernel.js";
import type { StepTable } from "./step-table.js";

/** One step of the model's `run`: a node and the kernel calls that compute it. */
export interface ProgramStep {
  /** Number of its node in the graph. */
  node: number;
  name: string;
  operator: string;
  macs: number;
  weightBytes: number;
  calls: readonly KernelCall[];
  /** Addresses of one bool each, which its calls do not change: where one of them is false, the step is passed over. */
  when?: readonly number[];
}

/** A model as calls of kernels: its steps, of nodes for which there is anything to do, and the contents of its weights section. */
export interface Program {
  name: string;
  steps: readonly ProgramStep[];
  weights: Uint8Array;
  memoryBytes: number;
  /** What sets its variables to what they start with, in order; absent where it has none. */
  reset?: readonly Reset[];
  /** Where constants lie that may be replaced: what each is known by, and the offset in the weights section; absent where there are none. */
  references?: readonly { reference: string; offset: number }[];
  /** Its calls once more, as rows that `run` reads; absent where `run` has each of them written out. */
  table?: StepTable;
}

/** Bytes of linear memory that are set: all to one value, or to as many from an offset of the weights section. */
export interface Reset {
  address: number;
  bytes: number;
  from: { readonly value: number } | { readonly weights: number };
}

/** A weights section that grows. Equal blocks are stored once. */
class WeightsSection {
  private readonly blocks: { offset: number; bytes: Uint8Array }[] = [];
  private readonly byHash = new Map<number, { offset: number; bytes: Uint8Array }[]>();
  private size = 0;

  /** Offset of a block with these bytes. */
  add(bytes: Uint8Array): number {
    const hash = hashOf(bytes);
    const alike = this.byHash.get(hash) ?? [];
    const found = alike.find((block) => equal(block.bytes, bytes));
    if (found !== undefined) return found.offset;
    const block = this.append(bytes);
    this.byHash.set(hash, [...alike, block]);
    return block.offset;
  }

  /** A block that no other shares, at the end. */
  append(bytes: Uint8Array): { offset: number; bytes: Uint8Array } {
    const block = { offset: this.size, bytes: bytes.slice() };
    this.blocks.push(block);
    this.size += alignUp(bytes.length, weightAlignment);
    return block;
  }

  /** All blocks, each at its offset. */
  contents(): Uint8Array {
    const contents = new Uint8Array(this.size);
    for (const { offset, bytes } of this.blocks) contents.set(bytes, offset);
    return contents;
  }
}

/** What sets a graph's variables to what they start with. Those of one repeated byte take nothing of the section. */
function resetsOf({ variables = [] }: Graph, plan: Plan, section: WeightsSection): Reset[] {
  const resets = plan.variables.map(({ address, bytes }, i) => {
    const data = variables[i]?.data;
    const image = data && bytesOf(data);
    const value = image?.[0] ?? 0;
    if (image?.some((byte) => byte !== value) !== true) return { address, bytes, from: { value } };
    return { address, bytes, from: { weights: section.add(image) } };
  });
  return joined(resets);
}

/** The same, where neighbours that are filled alike are filled at once, with what lies between them. */
function joined(resets: readonly Reset[]): Reset[] {
  const found: Reset[] = [];
  for (const reset of resets.toSorted((a, b) => a.address - b.address)) {
    const before = found.at(-1);
    const isNext =
      before !== undefined && alignUp(before.address + before.bytes, variableAlignment) === reset.address;
    if (isNext && "value" in before.from && "value" in reset.from && before.from.value === reset.from.value)
      found.splice(-1, 1, { ...before, bytes: reset.address + reset.bytes - before.address });
    else found.push(reset);
  }
  return found;
}

/** FNV-1a. Source: RFC 9923. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** What the constant among a node's inputs is known by that these bytes are of, where it may be replaced. */
function referenceOf(
  inputs: readonly (Tensor | undefined)[],
  bytes: Uint8Array,
  of: number | undefined,
): string | undefined {
  if (of !== undefined) return inputs[of]?.reference;
  return inputs.find(
    (tensor) => tensor?.reference !== undefined && tensor.data && equal(bytesOf(tensor.data), bytes),
  )?.reference;
}

/** Steps in which a kernel is not called beside one that does all that it does: of several the last. */
function widen(steps: readonly ProgramStep[]): ProgramStep[] {
  const names = new Set(steps.flatMap(({ calls }) => calls.map(({ kernel }) => kernel)));
  const widenCall = ({ wider = [], ...call }: KernelCall): KernelCall => {
    const widest = wider.findLast((name) => names.has(name));
    return widest === undefined ? call : { ...call, kernel: widest };
  };
  return steps.map((step) => ({ ...step, calls: step.calls.map(widenCall) }));
}

/** Steps in which calls have the accelerator of others, where they are such that it does their work, too. */
function accompany(steps: readonly ProgramStep[]): ProgramStep[] {
  const imported = new Set(
    steps.flatMap(({ calls }) => calls.flatMap(({ accelerator }) => accelerator ?? [])),
  );
  const accompanyCall = ({ companion, ...call }: KernelCall): KernelCall =>
    companion !== undefined && imported.has(companion) ? { ...call, accelerator: companion } : call;
  return steps.map((step) => ({ ...step, calls: step.calls.map(accompanyCall) }));
}

/**
 * Lowers a planned graph to kernel calls and lays out its weights section.
 *
 * @throws `memory-exceeded` where addresses would not be a model's; `operators-invalid` where a kernel would read its block
 *   outside the node's scratch memory
 */
export function lowerGraph(graph: Graph, plan: Plan): Program {
  if (plan.memoryBytes > maxMemoryBytes) {
    throw new WasmoteError("memory-exceeded", `${plan.memoryBytes} bytes; at most ${maxMemoryBytes}`);
  }
  const section = new WeightsSection();
  const references: { reference: string; offset: number }[] = [];
  const called = new Set<string>();
  const steps = plan.order.map((nodeIndex, step): ProgramStep => {
    const node = graph.nodes[nodeIndex];
    if (node === undefined) throw new Error(`the plan names node ${nodeIndex}`);
    let weightBytes = 0;
    const scratch = plan.scratch[step] ?? { address: 0, bytes: 0 };
    const constants = node.inputs.map((index) => graph.tensors[index]);
    const placement: Placement = {
      inputs: node.inputs.map((index) => plan.tensors.get(index)?.address),
      outputs: node.outputs.map((index) => plan.tensors.get(index)?.address ?? 0),
      variables: (node.variables ?? []).map((index) => plan.variables[index]?.address ?? 0),
      scratch: scratch.address,
      scratchBytes: scratch.bytes,
      called,
      weights(bytes, of) {
        weightBytes += bytes.length;
        const reference = referenceOf(constants, bytes, of);
        if (reference === undefined) return section.add(bytes);
        const { offset } = section.append(bytes);
        references.push({ reference, offset });
        return offset;
      },
    };
    const operator = operatorNamed(node.operator);
    const bound = bind(graph, node);
    const calls = loweringOf(node.operator).emit(bound, placement);
    for (const { kernel, to, blockBytes } of calls) {
      called.add(kernel);
      if (to >= scratch.address && to + blockBytes <= scratch.address + scratch.bytes) continue;
      const detail = `${kernel} reads ${blockBytes} bytes of parameters to ${to}, outside the ${scratch.bytes} bytes of scratch memory at ${scratch.address}; scratchBytes must offer them`;
      throw new WasmoteError("operators-invalid", detail, { node: node.name, operator: node.operator });
    }
    const { name, when } = node;
    const conditions = when?.map((index) => plan.tensors.get(index)?.address ?? 0);
    return {
      node: nodeIndex,
      name,
      operator: node.operator,
      macs: operator.macs(bound),
      weightBytes,
      calls,
      ...(conditions === undefined ? {} : { when: conditions }),
    };
  });
  const reset = resetsOf(graph, plan, section);
  return {
    name: graph.name,
    steps: accompany(widen(steps.filter(({ calls }) => calls.length > 0))),
    ...(reset.length === 0 ? {} : { reset }),
    ...(references.length === 0 ? {} : { references }),
    weights: section.contents(),
    memoryBytes: plan.memoryBytes,
  };
}
