import { shortened, visible } from "../../visible.js";
import { type Content, type Markup, markup } from "../markup.js";

/** Letters of a name in a table, from its beginning and its end, and of what a pointer over a longer one shows. */
const shownName = { start: 20, end: 24 };
const longestTooltip = 400;

/** A name of the model's. Of a long one both ends are shown, of which the latter tells layers apart; and more to a pointer. */
export function nameMarkup(name: string): Markup {
  const all = visible(name);
  const { start, end } = shownName;
  if (all.length <= start + end + 3) return markup`<span class="name">${all}</span>`;
  return markup`<span class="name" title="${shortened(name, longestTooltip)}">${all.slice(0, start)}...${all.slice(-end)}</span>`;
}

/** Columns of a table that is not stretched over the page. */
const fewColumns = 4;

/** A column of a table of figures. */
export interface DataColumn<Row> {
  heading: string;
  /** Whether its cells are numbers, which are aligned right. */
  isNumber?: true;
  cell(row: Row, position: number): Content;
  /** The part of a whole that the cell is, 0 to 1, which a bar in it shows. */
  share?(row: Row, position: number): number | undefined;
}

/** A table of figures below its caption. What is too wide for the page is scrolled. */
export function dataTable<Row>(
  caption: string,
  columns: readonly DataColumn<Row>[],
  rows: readonly Row[],
  kindOf: (row: Row, position: number) => string | undefined = () => undefined,
): Markup {
  const heads = columns.map(
    ({ heading, isNumber }) => markup`<th scope="col"${isNumber ? markup` class="n"` : ""}>${heading}</th>`,
  );
  const cellOf = ({ cell, isNumber, share }: DataColumn<Row>, row: Row, position: number): Markup => {
    const part = share?.(row, position);
    const kinds = [...(isNumber ? ["n"] : []), ...(part === undefined ? [] : ["bar"])].join(" ");
    const kind = kinds === "" ? "" : markup` class="${kinds}"`;
    const style = part === undefined ? "" : markup` style="--v:${Math.round(part * 1000) / 1000}"`;
    return markup`<td${kind}${style}>${cell(row, position)}</td>`;
  };
  const body = rows.map((row, position) => {
    const kind = kindOf(row, position);
    return markup`<tr${kind === undefined ? "" : markup` class="${kind}"`}>${columns.map((column) => cellOf(column, row, position))}</tr>
`;
  });
  return markup`<div class="scroll${columns.length <= fewColumns ? " few" : ""}" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${heads}</tr></thead><tbody>
${body}</tbody></table></div>`;
}
