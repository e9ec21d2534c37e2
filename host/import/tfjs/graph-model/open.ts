import { UnsupportedModelError, WasmoteError } from "../../../errors.js";
import { dropUnusedTensors } from "../../../graph/drop-unused-tensors.js";
import type { Node } from "../../../graph/node.js";
import type { Tensor } from "../../../graph/tensor.js";
import { GraphBuilder } from "../../graph-builder.js";
import { countOperators, type Imported, type ImportOptions } from "../../imported.js";
import { asObject } from "../../keras/json-fields.js";
import { modelOutputs } from "../../model-outputs.js";
import type { TfjsFiles } from "../files.js";
import { readEnds, readInputs } from "./ends.js";
import { readGraphDef } from "./graph-def.js";
import { GraphReader } from "./graph-reader.js";
import { Scope, type Value } from "./scope.js";

/**
 * Reads a TF.js graph model: a TensorFlow graph as JSON. Element types are those that TF.js computes with; axes of pictures
 * stay as the file has them.
 *
 * @param name what the model is called
 * @returns the graph, or every node that cannot be run
 * @throws `model-invalid`, `model-open`, `model-too-large`, `weights-not-finite`
 */
export function openGraphModel({ json, weights }: TfjsFiles, name: string, options: ImportOptions): Imported {
  const file = readGraphDef(asObject(json.modelTopology, "modelTopology"));
  const ends = readEnds(json, file);
  const { tensors, refusals, openDims } = readInputs(ends, file, options);
  const builder = new GraphBuilder([]);
  const reader = new GraphReader(file, weights, builder);
  reader.refusals.push(...refusals);
  const scope = new Scope(file.nodes, "");
  for (const [node, tensor] of tensors) reader.give(scope, node, tensor);
  const references = ends.outputs.map(({ reference }) => reference);
  const values = reader.values(scope, references);
  const operatorsByName = () =>
    new Map([...reader.operators].map(([node, operator]) => [node.name, operator]));
  const described = {
    name,
    refusals: reader.refusals,
    operators: countOperators(reader.outline.map(({ operator }) => operator)),
    outline: {
      inputs: ends.inputs.map((end) => end.name),
      outputs: reader.namesOf(scope, references),
      nodes: reader.outline,
    },
    openDims,
  };
  if (reader.refusals.length > 0)
    return { ...described, graph: undefined, operatorOf: ({ operator }: Node) => operator };
  const inputs = [...tensors.values()] as Tensor[];
  const outputs = values.map((value, i) => requireTensor(value, ends.outputs[i]?.name ?? ""));
  const outputNames = ends.outputs.map((end) => end.name);
  const ended = modelOutputs(builder, outputs, outputNames, inputs);
  const names = operatorsByName();
  const graph = builder.graph(name, inputs, ended);
  return {
    ...described,
    graph: dropUnusedTensors(graph),
    operatorOf: (node: Node) => names.get(node.name) ?? node.operator,
  };
}

/** An output that is a tensor. Throws `model-invalid` for one that is not. */
function requireTensor(value: Value, name: string): Tensor {
  if (typeof value === "object" && "dtype" in value) return value;
  const reason = value === "dead" ? "it is in a branch that is not taken" : "it is no tensor";
  throw value === "dead" || typeof value === "object"
    ? new UnsupportedModelError([{ node: name, operator: "output", reason }])
    : new WasmoteError("model-invalid", `output "${name}" is not computed`);
}
