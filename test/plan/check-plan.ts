import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { tensorBytes } from "../../host/graph/tensor.js";
import type { Plan } from "../../host/plan/types.js";
import type { Demands } from "./graphs.js";

/**
 * What each byte of each tensor is: of parts and wholes the bytes that they are made of, else a number of its own.
 * A negative number is no tensor's.
 */
function contentsOf(graph: Graph): Int32Array[] {
  let count = 0;
  const contents = graph.tensors.map((tensor) => new Int32Array(tensorBytes(tensor)).map(() => count++));
  for (const node of graph.nodes) {
    const output = contents[node.outputs[0] as number] as Int32Array;
    for (const { input, part, offset } of (node.attributes as Demands).parts ?? []) {
      const from = contents[node.inputs[input] as number] as Int32Array;
      if (part === "output") output.set(from.subarray(offset, offset + output.length));
      else output.set(from, offset);
    }
  }
  return contents;
}

/**
 * Runs a plan on a memory whose bytes hold the number of what was written there last, and asserts that
 * every tensor is still whole whenever it is read, and every model output at the end. Knows nothing of lifetimes.
 * A node reads its inputs and fills its scratch memory; output 0 is written over inputs only where they are allowed to
 * be taken over; other outputs and scratch memory never touch what the node reads or writes. Of parts that lie in their place
 * nothing is read or written.
 */
export function checkPlan(graph: Graph, plan: Plan): void {
  assert.is(new Set(plan.order).size, graph.nodes.length, "every node runs once");
  const memory = new Int32Array(plan.arenaBytes).fill(-1);
  const isActivation = (index: number) => index >= 0 && graph.tensors[index]?.data === undefined;
  const rangeOf = (index: number): [number, number] => {
    const allocation = plan.tensors.get(index);
    assert.ok(allocation, `tensor ${index} has an address`);
    const { address, bytes } = allocation as NonNullable<typeof allocation>;
    const tensor = graph.tensors[index] as Graph["tensors"][number];
    assert.is(bytes, tensorBytes(tensor));
    assert.ok(address >= 0 && address + bytes <= plan.arenaBytes, `tensor ${index} lies in the arena`);
    const alignment =
      tensor.dtype === "float32" || tensor.dtype === "int32" ? 4 : tensor.dtype === "int16" ? 2 : 1;
    assert.is(address % alignment, 0, `tensor ${index} is aligned`);
    return [address, address + bytes];
  };
  const contents = contentsOf(graph);
  const write = (index: number) => memory.set(contents[index] as Int32Array, rangeOf(index)[0]);
  const isWhole = (index: number) =>
    memory.subarray(...rangeOf(index)).every((what, i) => what === contents[index]?.[i]);
  const checkWhole = (index: number, when: string) =>
    assert.ok(isWhole(index), `tensor ${index} is whole ${when}`);

  const inputs = [...new Set(graph.inputs)].filter(isActivation);
  inputs.forEach(write);
  for (const index of inputs) checkWhole(index, "before the first step");
  plan.order.forEach((at, step) => {
    const node = graph.nodes[at] as Graph["nodes"][number];
    const allowed = (node.attributes as Demands).inPlace ?? [];
    const scratch = plan.scratch[step] as Plan["scratch"][number];
    assert.is(scratch.address % 8, 0);
    assert.ok(scratch.address + scratch.bytes <= plan.arenaBytes, "scratch memory lies in the arena");
    memory.fill(-2, scratch.address, scratch.address + scratch.bytes);
    for (const index of node.outputs.slice(1)) write(index);
    const [from, to] = rangeOf(node.outputs[0] as number);
    const lying = ((node.attributes as Demands).parts ?? []).filter(({ input, part, offset }) => {
      const index = node.inputs[input] as number;
      return isActivation(index) && rangeOf(index)[0] + offset * (part === "output" ? 1 : -1) === from;
    });
    if (lying.some(({ part }) => part === "output")) {
      assert.is(scratch.bytes, 0);
      checkWhole(node.outputs[0] as number, `at step ${step}, which does nothing`);
      return;
    }
    const offered = (node.attributes as Demands).scratchBytes ?? [];
    assert.ok(
      offered.length === 0 || lying.length === node.inputs.length
        ? scratch.bytes === 0
        : offered.includes(scratch.bytes),
      "a size that was offered",
    );
    const copied = contents[node.outputs[0] as number]?.slice() as Int32Array;
    for (const { input, offset } of lying) {
      const bytes = contents[node.inputs[input] as number]?.length as number;
      copied.fill(-1, offset, offset + bytes);
    }
    node.inputs.forEach((index, position) => {
      if (!isActivation(index)) return;
      checkWhole(index, `at step ${step}`);
      if (lying.some(({ input }) => input === position)) return;
      const [start, end] = rangeOf(index);
      const place = start - from;
      if (
        start < to &&
        from < end &&
        place >= 0 &&
        copied.subarray(place, place + end - start).every((byte) => byte < 0)
      )
        return;
      if (from < end && start < to) {
        assert.ok(allowed.includes(position), `input ${position} may be taken over at step ${step}`);
        assert.is(from, start, "output 0 begins where the input does");
      }
    });
    copied.forEach((byte, i) => {
      if (byte >= 0) memory[from + i] = byte;
    });
    for (const index of node.outputs) checkWhole(index, `after step ${step}`);
    assert.ok(
      memory.subarray(scratch.address, scratch.address + scratch.bytes).every((owner) => owner === -2),
      `no output of step ${step} lies in its scratch memory`,
    );
  });
  for (const index of graph.outputs.filter(isActivation)) checkWhole(index, "at the end");
  assert.ok(plan.arenaBytes >= plan.boundBytes, "the bound is one");
  assert.is(Math.max(...plan.aliveBytes), plan.boundBytes);
  assert.is(plan.aliveBytes[plan.boundStep], plan.boundBytes);
  assert.ok(plan.memoryBytes >= plan.arenaBytes && plan.memoryBytes % 16 === 0);
  assert.ok(plan.memoryBytes < plan.arenaBytes + 16);
}
