/** Tools that patches are compared with, in the order of the table's columns. */
export const tools = ["bsdiff", "detools, LZMA", "detools, heatshrink", "xz, no patch"] as const;

/** What a pair of files takes, in bytes. */
export interface PairSizes {
  oldBytes: number;
  newBytes: number;
  /** Of int8 weights, 0 to 1, where the models are known; biases and multipliers are none. */
  weightsThatDiffer?: number;
  /** Of the section of weights, 0 to 1, byte by byte. */
  weightBytesThatDiffer: number;
  patchBytes: number;
  others: Partial<Record<(typeof tools)[number], number>>;
}

const bytes = (count: number): string => count.toLocaleString("en-US");
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The table of all pairs. */
export function renderSizes(results: Readonly<Record<string, PairSizes>>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["pair", "new file", "int8 weights that differ", "**wasmote**", ...tools]),
    line(["---", ...Array.from({ length: 3 + tools.length }, () => "---:")]),
    ...Object.entries(results).map(([name, sizes]) => {
      const { newBytes, patchBytes, weightsThatDiffer, others } = sizes;
      const of = (count: number | undefined): string =>
        count === undefined ? "" : `${bytes(count)} (${percent(count / newBytes)})`;
      const share = weightsThatDiffer ?? sizes.weightBytesThatDiffer;
      const differing = `${percent(share)}${weightsThatDiffer === undefined ? " (bytes)" : ""}`;
      const cells = tools.map((tool) => of(others[tool]));
      return line([name, bytes(newBytes), differing, `**${of(patchBytes)}**`, ...cells]);
    }),
  ].join("\n");
}

const [begin, end] = ["<!-- sizes -->", "<!-- end of sizes -->"];

/** A page with another table between its marks. */
export function withTable(page: string, table: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`the page has no ${begin} and ${end}`);
  return `${before}${begin}\n${table}\n${end}${after}`;
}
