import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { bind, type Graph } from "../../host/graph/graph.js";
import { openTflite } from "../../host/import/tflite/import.js";
import { sharedModels } from "../shared-models.js";
import { runCase } from "./harness.js";

/** A real model with the int8 tensors of one run, or undefined where the models' folder is absent. */
function openModel(id: string): { graph: Graph; tensors: string } | undefined {
  const models = sharedModels();
  if (models === undefined) return undefined;
  const folder = join(models, id);
  const file = readdirSync(folder).find((name) => name.endsWith(".tflite")) as string;
  return { graph: openTflite(readFileSync(join(folder, file)), id).graph, tensors: join(folder, "tensors") };
}

/**
 * Runs every node of an operator of a real model on the recorded tensors and compares with the recorded outputs of
 * TensorFlow Lite Micro's reference kernels, byte for byte.
 *
 * @returns how many nodes were compared, or undefined where the models' folder is absent
 */
export async function compareLayers(id: string, operator: string): Promise<number | undefined> {
  const model = openModel(id);
  if (model === undefined) return undefined;
  const { graph } = model;
  const bytesOf = (index: number): Uint8Array => {
    const file = join(model.tensors, `tensor_${index}.bin`);
    assert.ok(existsSync(file), `${id} has no recorded tensor ${index}`);
    return readFileSync(file);
  };
  const nodes = graph.nodes.filter((node) => node.operator === operator);
  for (const node of nodes) {
    const { attributes, inputs, outputs } = bind(graph, node);
    const activations = node.inputs
      .filter((_, position) => inputs[position]?.data === undefined)
      .map(bytesOf);
    const results = await runCase({ operator, attributes, inputs, outputs, activations });
    for (const [i, index] of node.outputs.entries()) {
      assert.equal([...(results[i] as Uint8Array)], [...bytesOf(index)], `${id}: ${node.name}`);
    }
  }
  return nodes.length;
}
