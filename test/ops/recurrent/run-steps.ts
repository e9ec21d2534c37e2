import type { Graph } from "../../../host/graph/graph.js";
import type { Tensor, TensorData } from "../../../host/graph/tensor.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { engines } from "../../engines.js";

/** A node with state. */
export interface StatefulNode {
  operator: string;
  attributes: object;
  /** The first one is the model's input; the others are constants, or absent. */
  inputs: readonly (Tensor | undefined)[];
  output: Tensor;
  variables: readonly Tensor[];
}

/** Runs a node on inputs one after another, then on the first one again after a reset, on every engine, which agree. */
export async function runSteps(node: StatefulNode, steps: readonly TensorData[]): Promise<Uint8Array[]> {
  const present = node.inputs.filter((tensor) => tensor !== undefined);
  const tensors = [...present, node.output];
  const graph: Graph = {
    name: "case",
    tensors,
    nodes: [
      {
        name: "case",
        operator: node.operator,
        attributes: node.attributes,
        inputs: node.inputs.map((tensor) => (tensor === undefined ? -1 : present.indexOf(tensor))),
        outputs: [present.length],
        variables: node.variables.map((_, i) => i),
      },
    ],
    inputs: [0],
    outputs: [present.length],
    variables: node.variables,
  };
  const { wasm } = await buildModel(graph, { passes: [] });
  let expected: Uint8Array[] | undefined;
  for (const [engine, tier] of engines) {
    const runner = await openRunner(engine, wasm, openModule(wasm), { tier });
    const results = [...steps, steps[0] as TensorData].map((step, i) => {
      if (i === steps.length) runner.reset();
      runner.writeInput(0, new Uint8Array(step.buffer, step.byteOffset, step.byteLength));
      runner.run();
      return Uint8Array.from(runner.readOutput(0));
    });
    runner.close();
    expected ??= results;
    for (const [i, bytes] of results.entries()) {
      if (Buffer.compare(bytes, expected[i] as Uint8Array) !== 0)
        throw new Error(`${engine} differs in step ${i}`);
    }
    if (Buffer.compare(results.at(-1) as Uint8Array, results[0] as Uint8Array) !== 0)
      throw new Error(`${engine}: a reset does not begin anew`);
  }
  return (expected as Uint8Array[]).slice(0, -1);
}
