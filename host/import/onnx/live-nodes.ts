import type { NodeProto } from "./model.js";

/** Names that a node reads, those that its graphs take from around them among them. */
function namesRead(node: NodeProto): string[] {
  const within = node.attributes.flatMap(({ graph }) =>
    graph === undefined ? [] : [...graph.nodes.flatMap(namesRead), ...graph.outputs.map(({ name }) => name)],
  );
  return [...node.inputs, ...within];
}

/** The nodes of which outputs are made, in their order. Others need not be read: exporters leave some behind. */
export function liveNodes(nodes: readonly NodeProto[], outputs: readonly string[]): NodeProto[] {
  const wanted = new Set(outputs);
  return nodes
    .toReversed()
    .filter((node) => {
      const isLive = node.outputs.some((name) => name !== "" && wanted.has(name));
      if (isLive) for (const name of namesRead(node)) wanted.add(name);
      return isLive;
    })
    .reverse();
}
