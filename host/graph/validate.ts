import { WasmoteError } from "../errors.js";
import { type Graph, readBy } from "./graph.js";
import { maxConnections, maxEnds, maxNodes, maxRank } from "./limits.js";
import { describeType, elementCount, integerRange, perTensor, type Tensor } from "./tensor.js";

/**
 * Checks a graph's structure: every index in range, every activation written once and before it is read, by nodes that run
 * under all conditions of the one that writes it, model inputs not constant, model outputs written, under no condition, or
 * constant, nodes with an output or a variable, no empty tensor, scales and zero points of inputs and outputs that are possible. Throws `model-invalid` with the place, and `model-too-large` for more nodes, connections, axes, inputs, outputs or variables than are taken.
 */
export function validateGraph(graph: Graph): void {
  requireSize(graph);
  const count = graph.tensors.length;
  const inRange = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < count;
  const fail = (detail: string, node?: string, operator?: string): never => {
    throw new WasmoteError("model-invalid", detail, {
      ...(node === undefined ? {} : { node }),
      ...(operator === undefined ? {} : { operator }),
    });
  };
  if (graph.outputs.length === 0) fail("the model has no output");

  const written = new Set<number>();
  /** Conditions of the node that writes each activation, where it has any. */
  const conditions = new Map<number, readonly number[]>();
  for (const index of graph.inputs) {
    if (!inRange(index)) fail(`model input names tensor ${index} of ${count}`);
    if (graph.tensors[index]?.data !== undefined) fail(`model input is the constant tensor ${index}`);
    if (written.has(index)) fail(`tensor ${index} is a model input twice`);
    written.add(index);
  }
  for (const node of graph.nodes) {
    if (node.outputs.length === 0 && (node.variables ?? []).length === 0) {
      fail("the node has no output", node.name, node.operator);
    }
    for (const index of readBy(node)) {
      if (index === -1 && node.inputs.includes(index)) continue;
      if (!inRange(index)) fail(`an input names tensor ${index} of ${count}`, node.name, node.operator);
      if (graph.tensors[index]?.data === undefined && !written.has(index)) {
        fail(
          `input tensor ${index} "${graph.tensors[index]?.name}" is read before any node writes it: the nodes form a cycle or are out of order`,
          node.name,
          node.operator,
        );
      }
      const missing = conditions.get(index)?.find((condition) => !node.when?.includes(condition));
      if (missing !== undefined) {
        const detail = `input tensor ${index} "${graph.tensors[index]?.name}" is written on condition of "${graph.tensors[missing]?.name}", on which the node does not depend`;
        fail(detail, node.name, node.operator);
      }
    }
    for (const index of node.when ?? []) {
      const condition = graph.tensors[index];
      if (condition?.dtype === "bool" && elementCount(condition.shape) === 1 && condition.data === undefined)
        continue;
      fail(
        `its condition is ${condition && describeType(condition)}; one bool that is no constant is expected`,
        node.name,
        node.operator,
      );
    }
    for (const index of node.outputs) {
      if (!inRange(index)) fail(`an output names tensor ${index} of ${count}`, node.name, node.operator);
      if (graph.tensors[index]?.data !== undefined)
        fail(`output tensor ${index} is constant`, node.name, node.operator);
      if (written.has(index)) fail(`output tensor ${index} is written twice`, node.name, node.operator);
      written.add(index);
      if (node.when !== undefined) conditions.set(index, node.when);
    }
  }
  for (const node of graph.nodes) {
    for (const index of node.variables ?? []) {
      if (graph.variables?.[index] === undefined) {
        fail(`it names variable ${index} of ${graph.variables?.length ?? 0}`, node.name, node.operator);
      }
    }
  }
  for (const index of graph.outputs) {
    if (!inRange(index)) fail(`model output names tensor ${index} of ${count}`);
    if (!written.has(index) && graph.tensors[index]?.data === undefined) {
      fail(`model output tensor ${index} is written by no node`);
    }
    if (conditions.has(index)) fail(`model output tensor ${index} is written on a condition only`);
  }
  for (const index of [...graph.inputs, ...graph.outputs]) {
    const problem = quantizationProblem(graph.tensors[index] as Tensor);
    if (problem !== undefined) fail(problem);
  }
  for (const index of new Set([...written, ...graph.outputs])) {
    const tensor = graph.tensors[index];
    if (tensor === undefined) continue;
    if (tensor.shape.some((length) => !Number.isInteger(length) || length < 1)) {
      fail(
        `tensor "${tensor.name}" has shape [${tensor.shape.join(", ")}]; lengths of at least 1 are expected`,
      );
    }
    if (elementCount(tensor.shape) > 2 ** 28)
      fail(`tensor "${tensor.name}" has ${elementCount(tensor.shape)} elements`);
  }
}

/** What is wrong with the scale and the zero point of an input or output, which users are told. */
function quantizationProblem(tensor: Tensor): string | undefined {
  const { scale = 1, zeroPoint = 0 } = perTensor(tensor) ?? {};
  const [low, high] = tensor.dtype === "float32" ? [0, 0] : integerRange[tensor.dtype];
  if (scale > 0 && Number.isFinite(scale) && zeroPoint >= low && zeroPoint <= high) return undefined;
  return `tensor "${tensor.name}" has scale ${scale} and zero point ${zeroPoint}; a finite positive number and ${low} to ${high} are expected`;
}

function requireSize({ nodes, tensors, inputs, outputs, variables = [] }: Graph): void {
  const lists = { inputs, outputs, variables };
  for (const [what, { length }] of Object.entries(lists)) {
    if (length > maxEnds)
      throw new WasmoteError("model-too-large", `${length} ${what}; up to ${maxEnds} are taken`);
  }
  const deep = [...tensors, ...variables].find(({ shape }) => shape.length > maxRank);
  if (deep !== undefined) {
    const detail = `tensor "${deep.name}" has ${deep.shape.length} axes; up to ${maxRank} are taken`;
    throw new WasmoteError("model-too-large", detail);
  }
  const connections = nodes.reduce((sum, node) => sum + readBy(node).length + node.outputs.length, 0);
  if (nodes.length <= maxNodes && connections <= maxConnections) return;
  throw new WasmoteError(
    "model-too-large",
    `${nodes.length} nodes with ${connections} inputs and outputs; up to ${maxNodes} with ${maxConnections} are taken`,
  );
}
