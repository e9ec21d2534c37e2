import { basename } from "node:path";
import { WasmoteError } from "../errors.js";

/** Where in a recording an event is. */
export interface Label {
  /** The recording's file name, or the end of its path. */
  readonly file: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly event: string;
}

const fields = ["file", "start", "end", "event"] as const;

function labelOf(row: Readonly<Record<string, unknown>>, at: string): Label {
  const { file, event } = row;
  const [start, end] = [Number(row.start), Number(row.end)];
  const isText = typeof file === "string" && file !== "" && typeof event === "string" && event !== "";
  if (isText && start >= 0 && end >= start && Number.isFinite(end)) return { file, start, end, event };
  throw new WasmoteError("input-invalid", `${at}: ${fields.join(", ")} are expected, with times in seconds`);
}

/**
 * Reads where events are in recordings: a `.csv` whose first line is `file,start,end,event`, or a `.json` list of such.
 *
 * @throws `input-invalid`
 */
export function readEventLabels(bytes: Uint8Array, path: string): Label[] {
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");
  if (/\.json$/i.test(path)) {
    let found: unknown;
    try {
      found = JSON.parse(text);
    } catch (error) {
      throw new WasmoteError("input-invalid", `it is no JSON: ${(error as Error).message}`);
    }
    if (!Array.isArray(found)) throw new WasmoteError("input-invalid", "it is no list");
    return found.map((row, i) => labelOf((row ?? {}) as Record<string, unknown>, `entry ${i}`));
  }
  const [head = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = head.split(",").map((name) => name.trim());
  if (fields.some((field) => !names.includes(field)))
    throw new WasmoteError("input-invalid", `its first line is "${head}"; ${fields.join(",")} is expected`);
  return lines.map((line, i) => {
    const values = line.split(",").map((value) => value.trim());
    return labelOf(Object.fromEntries(names.map((name, column) => [name, values[column]])), `line ${i + 2}`);
  });
}

/** The labels of a recording: those that name its path, or the end of it. */
export function labelsOf(labels: readonly Label[], recording: string): Label[] {
  const path = recording.replaceAll("\\", "/");
  return labels.filter(({ file }) => path === file || path.endsWith(`/${file}`) || basename(path) === file);
}
