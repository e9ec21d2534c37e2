import { WasmoteError } from "../../errors.js";
import { parseJson } from "../../files/json.js";
import { parseNpy } from "../tensor-files/npy.js";
import { fileEnding, npyReals } from "../tensor-files/read-array.js";

/** A label as a file has it: the number of a class, or text, which is a class's name or its number. */
export type Label = number | string;

/** Labels in the samples' order, or by the names of the samples' files. */
export type LabelList = { inOrder: Label[] } | { byFile: Map<string, Label> };

const endings = "labels are .npy, .json, .csv or .txt";
const headings = /^(labels?|class|classes|category|target|y)$/i;

const invalid = (detail: string) => new WasmoteError("labels-invalid", detail);

/**
 * Reads a file of labels, by its ending:
 *
 * - `.npy`: whole numbers, one a sample; or a row a sample of one 1 among zeros
 * - `.json`: a list of numbers or texts
 * - `.csv`: one label a line, or a sample's file and its label; a heading may come first
 * - `.txt`: one label a line
 *
 * @param isClass whether a text is the name of a class: such a line is no heading
 * @throws `labels-invalid`
 */
export function readLabelFile(
  bytes: Uint8Array,
  path: string,
  isClass: (text: string) => boolean,
): LabelList {
  const ending = fileEnding(path);
  if (ending === "npy") return { inOrder: fromNpy(bytes) };
  if (ending === "json") return { inOrder: fromJson(bytes) };
  if (ending === "txt") return { inOrder: linesOf(bytes).map((line) => line.trim()) };
  if (ending === "csv") return fromCsv(bytes, isClass);
  throw invalid(`ending "${ending}"; ${endings}`);
}

function fromNpy(bytes: Uint8Array): Label[] {
  const array = parseNpy(bytes);
  const numbers = [...npyReals(array)];
  const [count = 0, width = 1, ...more] = array.shape;
  if (array.shape.length === 0 || more.length > 0)
    throw invalid(`an array of ${array.shape.length} axes; one number a sample is expected`);
  if (width === 1) return numbers;
  return Array.from({ length: count }, (_, i) => oneHot(numbers.slice(i * width, (i + 1) * width), i));
}

/** Number of the one element that is 1. */
function oneHot(row: readonly number[], number: number): number {
  const at = row.indexOf(1);
  if (at >= 0 && row.every((value, i) => value === (i === at ? 1 : 0))) return at;
  throw invalid(`row ${number} has ${row.length} numbers; one number is expected, or one 1 among zeros`);
}

function fromJson(bytes: Uint8Array): Label[] {
  let parsed: unknown;
  try {
    parsed = parseJson(bytes);
  } catch (error) {
    throw invalid(`no JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(parsed)) throw invalid("a list of numbers or texts is expected");
  return parsed.map((label: unknown, i) => {
    if (typeof label === "number" || typeof label === "string") return label;
    throw invalid(`label ${i} is ${JSON.stringify(label)?.slice(0, 100)}; a number or a text is expected`);
  });
}

/** Lines of a text; without the empty ones at its end. */
function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).trimEnd().split(/\r?\n/);
}

function fromCsv(bytes: Uint8Array, isClass: (text: string) => boolean): LabelList {
  const rows = linesOf(bytes).map(cellsOf);
  const last = rows[0]?.at(-1) ?? "";
  if (headings.test(last) && !isClass(last)) rows.shift();
  const columns = rows[0]?.length ?? 1;
  const odd = rows.findIndex((cells) => cells.length !== columns);
  if (odd >= 0 || columns > 2)
    throw invalid(
      `row ${Math.max(0, odd)} has ${rows[Math.max(0, odd)]?.length} columns; a label, or a file and its label, is expected in every row`,
    );
  if (columns < 2) return { inOrder: rows.map(([label = ""]) => label) };
  return { byFile: new Map(rows.map(([file = "", label = ""]) => [file, label])) };
}

/** Cells of a line; one in quotation marks may hold commas, and quotation marks twice. */
function cellsOf(line: string): string[] {
  const cells = `${line},`.match(/("(?:[^"]|"")*"|[^,]*),/g) ?? [];
  return cells.map((cell) => {
    const text = cell.slice(0, -1).trim();
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  });
}
