import { shortened, withoutMarkup } from "../visible.js";
import { type Box, type Layout, linesOf, longestLine, type Point } from "./layout.js";
import type { Picture, PictureEdge, PictureNode } from "./picture.js";

/** Pixels around everything, and of a line of text. */
const border = 24;
const lineHeight = 16;

/** Letters of a tooltip. */
const longestTooltip = 2000;

/** Colours on a light and on a dark ground. */
const style = `
svg { color-scheme: light dark; --ground: #fff; --ink: #1f2328; --faint: #59636e; --line: #818b98; --box: #f6f8fa;
  --end: #ddf4ff; --bad: #ffd7d5; --bad-line: #cf222e; --peak: #fff1c2; --peak-line: #9a6700; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #656c76; --box: #212830;
    --end: #0c2d4f; --bad: #5d1a1d; --bad-line: #f85149; --peak: #4b3300; --peak-line: #d29922; }
}
.ground { fill: var(--ground); }
text { font: 12px system-ui, sans-serif; fill: var(--faint); text-anchor: middle; }
.heading { font-weight: 600; fill: var(--ink); }
.title, .note { text-anchor: start; }
.title { font-size: 16px; }
.node rect { fill: var(--box); stroke: var(--line); }
.input rect, .output rect { fill: var(--end); }
.peak rect { fill: var(--peak); stroke: var(--peak-line); stroke-width: 3; }
.refused rect { fill: var(--bad); stroke: var(--bad-line); stroke-width: 2; }
.edge { fill: none; stroke: var(--line); stroke-width: 1.2; }
.label { font-size: 11px; paint-order: stroke; stroke: var(--ground); stroke-width: 4; }
marker path { fill: var(--line); }
`;

/** A text as XML may hold it: in one line, without what is no character of XML. */
function xml(text: string, longest = longestLine): string {
  return withoutMarkup(shortened(text, longest));
}

/** A text of several lines, for a tooltip. */
function xmlLines(text: string): string {
  const lines = text.slice(0, longestTooltip).split("\n");
  return lines.map((line) => withoutMarkup(shortened(line, longestTooltip))).join("\n");
}

const number = (value: number): string => `${Math.round(value * 10) / 10}`;

function nodeSvg(node: PictureNode, { x, y, width, height }: Box): string {
  const peak = node.isPeak === true ? " peak" : "";
  const lines = linesOf(node).map((line, i) => {
    const at = number(y - height / 2 + (i + 1.35) * lineHeight);
    return `<text${i === 0 ? ' class="heading"' : ""} x="${number(x)}" y="${at}">${xml(line)}</text>`;
  });
  const tooltip = `${node.isPeak === true ? "memory is fullest here\n" : ""}${node.tooltip}`;
  const round = node.kind === "operator" || node.kind === "refused" ? 4 : 14;
  return (
    `<g class="node ${node.kind}${peak}"><title>${xmlLines(tooltip)}</title>` +
    `<rect x="${number(x - width / 2)}" y="${number(y - height / 2)}" width="${number(width)}" ` +
    `height="${number(height)}" rx="${round}"/>${lines.join("")}</g>`
  );
}

/** A smooth line through points: each but the ends is passed by between its neighbours. */
function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points;
  const last = others.pop();
  if (first === undefined || last === undefined) return "";
  const at = ({ x, y }: Point): string => `${number(x)} ${number(y)}`;
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const curves = others.map((point, i) => {
    const next = others[i + 1];
    return `Q${at(point)} ${at(next === undefined ? last : middle(point, next))}`;
  });
  return `M${at(first)}${others.length === 0 ? `L${at(last)}` : curves.join("")}`;
}

function edgeSvg({ tooltip, label }: PictureEdge, points: readonly Point[]): string {
  const path = pathOf(points);
  if (path === "") return "";
  const middle = points[Math.floor(points.length / 2)] as Point;
  const text =
    label === undefined
      ? ""
      : `<text class="label" x="${number(middle.x)}" y="${number(middle.y)}">${xml(label)}</text>`;
  return `<g><title>${xmlLines(tooltip)}</title><path class="edge" d="${path}" marker-end="url(#arrow)"/>${text}</g>`;
}

/**
 * A picture as a file of its own: SVG that refers to nothing outside of it, in colours for light and dark grounds. Names come
 * from a model's file, and are escaped.
 */
export function svgText(picture: Picture, layout: Layout): string {
  const { heading, lines, nodes, edges } = picture;
  const notes = [
    ...lines,
    ...(layout.isColumn ? ["one below the other: too many connections to lay out in layers"] : []),
  ];
  const top = border + 24 + notes.length * lineHeight;
  const textWidth = 8 * Math.min(120, Math.max(heading.length, ...notes.map(({ length }) => length)));
  const width = Math.ceil(Math.max(layout.width, textWidth) + 2 * border);
  const height = Math.ceil(layout.height + top + border);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${xml(heading, 120)}</title>`,
    `<style>${style}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="heading title" x="${border}" y="${border + 8}">${xml(heading, 120)}</text>`,
    ...notes.map(
      (line, i) =>
        `<text class="note" x="${border}" y="${border + 8 + (i + 1) * lineHeight + 4}">${xml(line, 120)}</text>`,
    ),
    `<g transform="translate(${border} ${top})">`,
    ...edges.map((edge, i) => edgeSvg(edge, layout.routes[i] ?? [])),
    ...nodes.map((node, i) => nodeSvg(node, layout.boxes[i] as Box)),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}
