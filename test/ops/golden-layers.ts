import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bind } from "../../host/graph/graph.js";
import type { BoundNode } from "../../host/graph/node.js";
import { openTflite } from "../../host/import/tflite/import.js";
import { sharedModels } from "../shared-models.js";

/** One node of a real model, with the tensors that TensorFlow Lite Micro's reference kernels gave. */
export interface GoldenLayer {
  model: string;
  node: BoundNode;
  /** Bytes of the activations among the inputs, in order. */
  activations: Uint8Array[];
  output: Uint8Array;
}

/** Every node of the operator in the real models whose intermediate tensors are known; none where they are absent. */
export function goldenLayers(operator: string): GoldenLayer[] {
  const folder = sharedModels();
  if (folder === undefined) return [];
  return readdirSync(folder).flatMap((model) => {
    const tensors = join(folder, model, "tensors");
    if (!existsSync(tensors)) return [];
    const file = readdirSync(join(folder, model)).find((name) => name.endsWith(".tflite")) as string;
    const graph = openTflite(readFileSync(join(folder, model, file)), model);
    const read = (index: number): Uint8Array | undefined => {
      const path = join(tensors, `tensor_${index}.bin`);
      if (existsSync(path)) return readFileSync(path);
      return index === graph.inputs[0] ? readFileSync(join(tensors, "input_0.bin")) : undefined;
    };
    return graph.nodes
      .filter((node) => node.operator === operator)
      .flatMap((node) => {
        const computed = node.inputs.filter((index) => graph.tensors[index]?.data === undefined);
        const activations = computed.map(read);
        const output = read(node.outputs[0] as number);
        if (output === undefined || activations.some((bytes) => bytes === undefined)) return [];
        return [{ model, node: bind(graph, node), activations: activations as Uint8Array[], output }];
      });
  });
}
