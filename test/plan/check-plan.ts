import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { tensorBytes } from "../../host/graph/tensor.js";
import type { Plan } from "../../host/plan/types.js";
import type { Demands } from "./graphs.js";

/**
 * Runs a plan on a memory whose bytes hold the number of the tensor that was written there last, and asserts that
 * every tensor is still whole whenever it is read, and every model output at the end. Knows nothing of lifetimes.
 * A node reads its inputs and fills its scratch memory; output 0 is written over inputs only where they are allowed to
 * be taken over; other outputs and scratch memory never touch what the node reads or writes.
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
  const write = (index: number) => memory.fill(index, ...rangeOf(index));
  const checkWhole = (index: number, when: string) =>
    assert.ok(
      memory.subarray(...rangeOf(index)).every((owner) => owner === index),
      `tensor ${index} is whole ${when}`,
    );

  const inputs = [...new Set(graph.inputs)].filter(isActivation);
  inputs.forEach(write);
  for (const index of inputs) checkWhole(index, "before the first step");
  plan.order.forEach((at, step) => {
    const node = graph.nodes[at] as Graph["nodes"][number];
    const allowed = (node.attributes as Demands).inPlace ?? [];
    const scratch = plan.scratch[step] as Plan["scratch"][number];
    assert.is(scratch.address % 8, 0);
    assert.ok(scratch.address + scratch.bytes <= plan.arenaBytes, "scratch memory lies in the arena");
    const offered = (node.attributes as Demands).scratchBytes ?? [];
    assert.ok(
      offered.length === 0 ? scratch.bytes === 0 : offered.includes(scratch.bytes),
      "a size that was offered",
    );
    memory.fill(-2, scratch.address, scratch.address + scratch.bytes);
    for (const index of node.outputs.slice(1)) write(index);
    node.inputs.forEach((index, position) => {
      if (!isActivation(index)) return;
      checkWhole(index, `at step ${step}`);
      const [start, end] = rangeOf(index);
      const [from, to] = rangeOf(node.outputs[0] as number);
      if (from < end && start < to) {
        assert.ok(allowed.includes(position), `input ${position} may be taken over at step ${step}`);
        assert.is(from, start, "output 0 begins where the input does");
      }
    });
    write(node.outputs[0] as number);
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
