/** A column of a table: its heading, and the side on which its cells are aligned. */
export interface Column {
  heading: string;
  align: "left" | "right";
}

/** How a table is written. */
export interface TableForm {
  /** Columns of the terminal; a table that is wider is made narrower. */
  width?: number;
  /** Style of the headings. */
  heading?(text: string): string;
  /** Style of the last row, where it is a sum. */
  last?(text: string): string;
}

const gap = "  ";

/** Columns to which texts are wrapped at most. */
const narrowest = 10;

/**
 * Lines of a table with aligned columns, two spaces apart, without spaces at the end of a line. Where that is wider than
 * the terminal, texts are wrapped in their columns; where even that is too wide, each row is a list of its cells.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, heading = plain, last = plain }: TableForm = {},
): string[] {
  const headings = columns.map((column) => column.heading);
  const widths = fittingWidths(columns, [headings, ...rows], width);
  if (widths === undefined) return lists(headings, rows, width, last);
  const line = (cells: readonly string[]): string[] => wrappedLine(columns, cells, widths);
  return [
    ...line(headings).map(heading),
    ...rows.flatMap((cells, i) => line(cells).map(i === rows.length - 1 ? last : plain)),
  ];
}

const plain = (text: string): string => text;

/** A width for each column so that all fit, by wrapping the widest texts; undefined where they cannot. */
function fittingWidths(
  columns: readonly Column[],
  lines: readonly (readonly string[])[],
  width: number,
): number[] | undefined {
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? "").length)));
  const total = (): number => widths.reduce((sum, own) => sum + own, gap.length * (widths.length - 1));
  while (total() > width) {
    const texts = columns.flatMap(({ align }, i) => (align === "left" ? [widths[i] as number] : []));
    const widest = Math.max(0, ...texts);
    if (widest <= narrowest) return undefined;
    const at = columns.findIndex(({ align }, i) => align === "left" && widths[i] === widest);
    widths[at] = widest - 1;
  }
  return widths;
}

/** One row, over as many lines as its longest cell takes. */
function wrappedLine(
  columns: readonly Column[],
  cells: readonly string[],
  widths: readonly number[],
): string[] {
  const parts = columns.map((_, i) => wrapCell(cells[i] ?? "", widths[i] as number));
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    columns
      .map(({ align }, i) => {
        const part = parts[i]?.[at] ?? "";
        return align === "left" ? part.padEnd(widths[i] as number) : part.padStart(widths[i] as number);
      })
      .join(gap)
      .trimEnd(),
  );
}

/** A cell's lines; words that are too long are broken. */
function wrapCell(cell: string, width: number): string[] {
  return wrapLine(cell, width).flatMap((line) =>
    line.length <= width
      ? [line]
      : Array.from({ length: Math.ceil(line.length / width) }, (_, i) =>
          line.slice(i * width, (i + 1) * width),
        ),
  );
}

/** Each row as lines of heading and cell, below its first cell. */
function lists(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  last: (text: string) => string,
): string[] {
  const widest = Math.max(0, ...headings.map((text) => text.length));
  return rows.flatMap(([first = "", ...others], row) => {
    const style = row === rows.length - 1 ? last : plain;
    const lines = others.flatMap((cell, i) => {
      if (cell === "") return [];
      const label = `  ${(headings[i + 1] ?? "").padEnd(widest)}${gap}`;
      return wrapCell(cell, Math.max(1, width - label.length)).map((part, at) =>
        at === 0 ? `${label}${part}` : `${" ".repeat(label.length)}${part}`,
      );
    });
    return [...wrapCell(first, width), ...lines].map(style);
  });
}

/**
 * Text whose lines are at most so wide. A line that is too long goes on below, indented as it is; a word that is longer
 * than the line stays whole.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, width))
    .join("\n");
}

/** One line as lines that are at most so wide. A word that is longer stays whole. */
export function wrapLine(line: string, width: number): string[] {
  if (shownLength(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  for (const word of line.trim().split(/ +/)) {
    if (current !== "" && indent.length + shownLength(`${current} ${word}`) > width) {
      lines.push(indent + current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, indent + current];
}

/** Columns that a text takes: escape sequences of colours take none. */
function shownLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with a control character
  return text.replace(/\u001b\[\d*m/g, "").length;
}
