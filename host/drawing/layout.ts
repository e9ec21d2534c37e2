import type { Picture } from "./picture.js";

/** Pixels of a letter, of a line, and around a node's text. */
const letterWidth = 6.7;
const lineHeight = 16;
const margin = 10;

/** Letters of a line that are drawn. */
export const longestLine = 44;

/** Lines of a node that are drawn; the rest is told by their number. */
export const mostLines = 9;

/** Nodes, and ranks that edges span, beyond which a layered layout takes longer than anybody waits. */
const mostRanks = 1500;

/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a node is drawn: its middle, and its size. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Where everything of a picture is drawn. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By the nodes' numbers. */
  readonly boxes: readonly Box[];
  /** The points that each edge passes, by the edges' numbers: two, or more that a curve goes through. */
  readonly routes: readonly (readonly Point[])[];
  /** Whether nodes stand one below the other, as there are too many connections for layers. */
  readonly isColumn: boolean;
}

/** Lines of a node as they are drawn, the heading first. */
export function linesOf({ heading, lines }: Picture["nodes"][number]): string[] {
  const all = [heading, ...lines];
  return all.length <= mostLines
    ? all
    : [...all.slice(0, mostLines - 1), `and ${all.length - mostLines + 1} more`];
}

function sizesOf(picture: Picture): { width: number; height: number }[] {
  return picture.nodes.map((node) => {
    const lines = linesOf(node);
    const letters = Math.min(longestLine, Math.max(...lines.map(({ length }) => length)));
    return {
      width: Math.ceil(letters * letterWidth) + 2 * margin,
      height: lines.length * lineHeight + 2 * margin,
    };
  });
}

/** Nodes and the ranks that edges span, where each node stands behind all that it reads. */
function ranksOf({ nodes, edges }: Picture): number {
  const ranks = nodes.map(() => 0);
  const forward = edges.filter(({ from, to }) => from < to).sort((a, b) => a.to - b.to);
  for (const { from, to } of forward) ranks[to] = Math.max(ranks[to] as number, (ranks[from] as number) + 1);
  const spans = edges.map(({ from, to }) => Math.abs((ranks[to] as number) - (ranks[from] as number)));
  return spans.reduce((sum, span) => sum + span, nodes.length);
}

/** Finds a place for everything of a picture: in layers, or in a column where there is too much for that. */
export async function layOut(picture: Picture): Promise<Layout> {
  return ranksOf(picture) <= mostRanks ? inLayers(picture) : inColumn(picture);
}

async function inLayers(picture: Picture): Promise<Layout> {
  const { Graph, layout } = await import("@dagrejs/dagre");
  const sizes = sizesOf(picture);
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, edgesep: 12, ranksep: 36 });
  for (const [i, size] of sizes.entries()) graph.setNode(`${i}`, { ...size });
  for (const [i, { from, to, label = "" }] of picture.edges.entries()) {
    const letters = Math.min(longestLine, label.length);
    const size =
      label === "" ? { width: 0, height: 0 } : { width: letters * letterWidth, height: lineHeight };
    graph.setEdge(`${from}`, `${to}`, { ...size, labelpos: "c" }, `${i}`);
  }
  layout(graph);
  const boxes = sizes.map((size, i) => {
    const { x = 0, y = 0 } = graph.node(`${i}`) as Partial<Point>;
    return { ...size, x, y };
  });
  const routes = picture.edges.map(({ from, to }, i) => {
    const { points = [] } = graph.edge(`${from}`, `${to}`, `${i}`) as { points?: Point[] };
    return points;
  });
  return { ...extentOf(boxes, routes), boxes, routes, isColumn: false };
}

/** Nodes one below the other in their order. Edges that pass nodes go around them on the right. */
function inColumn(picture: Picture): Layout {
  const sizes = sizesOf(picture);
  const widest = Math.max(0, ...sizes.map(({ width }) => width));
  let top = 0;
  const boxes = sizes.map((size): Box => {
    const box = { ...size, x: widest / 2, y: top + size.height / 2 };
    top += size.height + 2 * lineHeight;
    return box;
  });
  const routes = picture.edges.map(({ from, to }): Point[] => {
    const [start, end] = [boxes[from] as Box, boxes[to] as Box];
    if (to === from + 1)
      return [
        { x: start.x, y: start.y + start.height / 2 },
        { x: end.x, y: end.y - end.height / 2 },
      ];
    const bulge = widest / 2 + 24 + Math.min(400, 6 * Math.abs(to - from));
    return [
      { x: start.x + start.width / 2, y: start.y },
      { x: start.x + bulge, y: (start.y + end.y) / 2 },
      { x: end.x + end.width / 2, y: end.y },
    ];
  });
  return { ...extentOf(boxes, routes), boxes, routes, isColumn: true };
}

function extentOf(
  boxes: readonly Box[],
  routes: readonly (readonly Point[])[],
): { width: number; height: number } {
  let [width, height] = [0, 0];
  for (const { x, y, ...box } of boxes) {
    width = Math.max(width, x + box.width / 2);
    height = Math.max(height, y + box.height / 2);
  }
  for (const { x, y } of routes.flat()) {
    width = Math.max(width, x);
    height = Math.max(height, y);
  }
  return { width, height };
}
