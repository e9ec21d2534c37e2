import { WasmoteError } from "../../errors.js";
import { maxModelBytes } from "../../files/limits.js";
import { dropUnusedTensors } from "../../graph/drop-unused-tensors.js";
import type { Graph } from "../../graph/graph.js";
import type { Tensor } from "../../graph/tensor.js";
import { GraphBuilder } from "../graph-builder.js";
import { GraphWriter } from "../graph-writer.js";
import { countOperators, type Imported, type ImportOptions, type ReadFile } from "../imported.js";
import { Ends } from "./ends.js";
import { externalReader } from "./external.js";
import { GraphReader } from "./graph-reader.js";
import { liveNodes } from "./live-nodes.js";
import { type OnnxModel, readOnnx } from "./model.js";
import { asInFile } from "./quantized-tensors.js";
import { Scope } from "./scope.js";

/**
 * Reads an ONNX model. The graph has the file's layouts (NCHW); convolutions and pools stand between transpositions, which
 * a pass moves together.
 *
 * @param bytes the file
 * @param path its path, beside which external data lie
 * @returns the graph, or every node that cannot be run
 * @throws `model-corrupt`, `model-invalid`, `model-open`, `model-too-large`, `shard-*`
 *
 * Source: ONNX's intermediate representation (IR.md), versions 3 to 13.
 */
export function openOnnx(
  bytes: Uint8Array,
  path: string,
  readFile: ReadFile,
  options: ImportOptions,
): Imported {
  const file = path.split(/[\\/]/).pop() ?? path;
  const model = readOnnx(bytes);
  return importOnnx(
    model,
    file.replace(/\.[^.]*$/, ""),
    externalReader(path, readFile, maxModelBytes),
    options,
  );
}

/** Reads an ONNX model that was parsed, as `openOnnx`. */
export function importOnnx(
  model: OnnxModel,
  name: string,
  readExternal: ReturnType<typeof externalReader>,
  options: ImportOptions,
): Imported {
  const { graph: main, versions } = model;
  if (main === undefined) throw new WasmoteError("model-corrupt", "the file holds no graph");
  const builder = new GraphBuilder([]);
  const reader = new GraphReader(model, builder, readExternal);
  const scope = new Scope();
  const ends = new Ends(main, options);
  reader.constants(main, scope);
  const inputs = ends.inputs(scope, builder);
  reader.refusals.push(...ends.refusals);
  const names = main.outputs.map(({ name: output }) => output);
  reader.nodes({ nodes: liveNodes(main.nodes, names), versions }, scope);
  const outputs = names.map((output) => scope.get(output, "model output"));
  const described = {
    name: main.name || name,
    refusals: reader.refusals,
    operators: countOperators(reader.read),
    operatorOf: (node: Graph["nodes"][number]) => reader.operators.get(node) ?? node.operator,
    openDims: ends.lengths.fixed,
    laidOut: ends.laidOut,
    outline: { inputs: main.inputs.map(({ name: input }) => input), outputs: names, nodes: reader.outline },
  };
  if (reader.refusals.length > 0 || outputs.includes("unknown")) {
    if (reader.refusals.length === 0) throw new WasmoteError("model-invalid", "an output is not computed");
    return { ...described, graph: undefined };
  }
  const written = (outputs as Tensor[]).map((output, i) =>
    asInFile(new GraphWriter(builder, names[i] as string), output),
  );
  const ended = ends.outputs(written, inputs, builder);
  const graph = builder.graph(described.name, inputs, ended);
  return { ...described, graph: dropUnusedTensors(graph) };
}
