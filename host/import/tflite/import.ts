import { WasmoteError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { GraphBuilder } from "../graph-builder.js";
import { countOperators, type Imported } from "../imported.js";
import { readOperatorCode } from "./read-node.js";
import { Resources } from "./resources.js";
import { fields } from "./schema.js";
import { type FileParts, openSubgraph, SubgraphReader } from "./subgraph-reader.js";
import { Table } from "./table.js";

/**
 * Reads a TFLite model: its first subgraph, and what that takes of the others.
 *
 * @param bytes the file
 * @param name the graph's name
 * @returns a graph whose nodes are in the file's order, and every node that cannot be mapped
 * @throws `model-corrupt`, `model-invalid`, `model-too-large`, `weights-not-finite`
 *
 * Source: TFLite's public schema.fbs, version 3.
 */
export function openTflite(bytes: Uint8Array, name: string): Imported & { graph: Graph } {
  const model = Table.root(bytes);
  if (String.fromCharCode(...bytes.subarray(4, 8)) !== "TFL3") {
    throw new WasmoteError("model-corrupt", 'the file identifier "TFL3" is missing');
  }
  const version = model.uint32(fields.model.version, 0);
  if (version !== 3) throw new WasmoteError("model-corrupt", `schema version ${version}; 3 is expected`);
  const file: FileParts = {
    subgraphs: model.tables(fields.model.subgraphs),
    buffers: model.tables(fields.model.buffers),
    codes: model.tables(fields.model.operatorCodes).map(readOperatorCode),
    resources: new Resources(),
    unsigned: new Set(),
    open: new Map(),
    read: [],
    taken: 0,
  };
  if (file.subgraphs.length === 0) throw new WasmoteError("model-invalid", "the model has no subgraph");
  const main = openSubgraph(file, 0);
  const graph = new GraphBuilder(main.tensors.map(({ tensor }) => tensor));
  const reader = new SubgraphReader(file, graph);
  const ends = (kind: "input" | "output"): number[] => {
    const indices = main.table.int32s(fields.subgraph[`${kind}s`]) ?? [];
    return indices.map((index) => {
      const found = main.tensors[index];
      return found === undefined ? index : graph.end(found.tensor, kind, found.wasUnsigned === true);
    });
  };
  const inputs = ends("input");
  reader.read(main);
  reader.finish();
  const outputs = ends("output");
  return {
    name,
    graph: { name, ...graph.parts(), inputs, outputs },
    refusals: reader.refusals,
    operators: countOperators(file.read),
    operatorOf: (node) => reader.operators.get(node) ?? node.operator,
  };
}
