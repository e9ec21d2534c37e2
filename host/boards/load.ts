import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WasmoteError } from "../errors.js";
import { suggestion } from "../nearest.js";
import { boardFieldNames, boardSchema, definitionFieldNames, flashedFieldNames } from "./schema.js";
import type { Board } from "./types.js";

/** The package's own folder `boards`, with `families`, `definitions` and the firmware. */
export const boardsFolder = fileURLToPath(new URL("../../boards/", import.meta.url));

type Fields = { [field: string]: unknown };

/** A file's own fields, and the file that gave each of them, by its path as "slots.bytes". */
interface Merged {
  fields: Fields;
  origins: Map<string, string>;
}

/** Names of all boards: the files in `definitions`, sorted. */
export function boardNames(folder: string = boardsFolder): string[] {
  return readdirSync(join(folder, "definitions"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Loads every board. Throws `board-invalid`. */
export function loadBoards(folder: string = boardsFolder): Board[] {
  return boardNames(folder).map((name) => loadBoard(name, folder));
}

/**
 * Loads the board of that name: its definition, laid over the family that it inherits. Objects are merged field by
 * field, but for one of another `kind`; that and everything else is replaced.
 *
 * @param folder a folder with `families` and `definitions`
 * @throws `board-unknown`, or `board-invalid` naming the file and the field
 */
export function loadBoard(name: string, folder: string = boardsFolder): Board {
  const names = boardNames(folder);
  if (!names.includes(name)) {
    throw new WasmoteError(
      "board-unknown",
      `"${name}"${suggestion(name, names)}; the boards are ${names.join(", ")}`,
    );
  }
  const file = join("definitions", `${name}.json`);
  const definition = readFields(folder, file);
  for (const field of definitionFieldNames) {
    const isOptional = (flashedFieldNames as readonly string[]).includes(field);
    if (!(field in definition) && !isOptional) invalid(file, `${field} is missing`);
  }
  const family = definition.inherits;
  if (typeof family !== "string")
    return invalid(file, "inherits must name a family, as in families/NAME.json");
  const merged = overlay(familyOf(folder, family, [file]), definition, file);
  const parsed = boardSchema.safeParse(merged.fields);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, code, message, ...issue }) => {
      const unknown =
        code === "unrecognized_keys" && "keys" in issue ? (issue.keys as string[])[0] : undefined;
      const field = [...path, ...(unknown === undefined ? [] : [unknown])].join(".");
      const missing = valueAt(merged.fields, path) === undefined;
      return {
        file: originOf(merged, field) ?? file,
        text:
          unknown !== undefined
            ? `${field} is no field of a board`
            : missing
              ? `${field} is missing, here and in the family ${family}`
              : `${field}: ${message}`,
      };
    });
    const [first] = problems;
    const own = problems.filter((problem) => problem.file === first!.file).map(({ text }) => text);
    return invalid(first!.file, own.join("; "));
  }
  const board: Board = { ...parsed.data, id: name, family };
  checkLayout(board, file);
  const isReal = board.flashMethods.length > 0 || board.emulator === undefined;
  for (const field of flashedFieldNames) {
    if (isReal && board[field] === undefined) invalid(file, `${field} is missing`);
  }
  return board;
}

function familyOf(folder: string, family: string, by: readonly string[]): Merged {
  const file = join("families", `${family}.json`);
  if (by.includes(file)) invalid(file, `inherits goes round in a circle: ${[...by, file].join(" -> ")}`);
  const families = readdirSync(join(folder, "families")).map((entry) => entry.replace(/\.json$/, ""));
  if (!families.includes(family)) {
    invalid(by.at(-1)!, `inherits names "${family}"; the families are ${families.sort().join(", ")}`);
  }
  const fields = readFields(folder, file);
  for (const field of definitionFieldNames) {
    if (field in fields) invalid(file, `${field} belongs into a definition, not into a family`);
  }
  const parent = fields.inherits;
  if (parent !== undefined && typeof parent !== "string")
    return invalid(file, "inherits must be the name of a family");
  const base =
    parent === undefined ? { fields: {}, origins: new Map() } : familyOf(folder, parent, [...by, file]);
  return overlay(base, fields, file);
}

function readFields(folder: string, file: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(join(folder, file), "utf8"));
  } catch (error) {
    return invalid(file, error instanceof Error ? error.message : String(error));
  }
  if (!isObject(parsed)) return invalid(file, "it must be a JSON object");
  for (const field of Object.keys(parsed)) {
    if (field !== "inherits" && !boardFieldNames.includes(field)) {
      invalid(
        file,
        `${field} is no field of a board; the fields are inherits, ${boardFieldNames.join(", ")}`,
      );
    }
  }
  return parsed;
}

function overlay(base: Merged, top: Fields, file: string): Merged {
  const origins = new Map(base.origins);
  const merge = (below: Fields, above: Fields, path: string): Fields => {
    const result = { ...below };
    for (const [field, value] of Object.entries(above)) {
      if (path === "" && field === "inherits") continue;
      const own = path === "" ? field : `${path}.${field}`;
      const under = result[field];
      origins.set(own, file);
      result[field] = isObject(value) ? merge(mergeable(under, value), value, own) : value;
    }
    return result;
  };
  return { fields: merge(base.fields, top, ""), origins };
}

/** What an object is laid over: nothing where it is of another kind. */
function mergeable(under: unknown, value: Fields): Fields {
  const fits = isObject(under) && (value.kind === undefined || value.kind === under.kind);
  return fits ? under : {};
}

/** The file that gave a field, or the nearest field around it. */
function originOf({ origins }: Merged, field: string): string | undefined {
  for (let path = field; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const file = origins.get(path);
    if (file !== undefined) return file;
  }
  return undefined;
}

function valueAt(fields: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Fields)[String(key)] : undefined,
    fields,
  );
}

/** The slots must lie in flash, after the firmware, and must not reach into one another. */
function checkLayout(board: Board, file: string): void {
  const { slots, flashOrigin, flashBytes } = board;
  const end = slots.address + slots.count * slots.bytes;
  if (slots.address <= flashOrigin || end > flashOrigin + flashBytes) {
    const hex = (value: number) => `0x${value.toString(16)}`;
    invalid(
      file,
      `slots: ${slots.count} of ${slots.bytes} bytes at ${hex(slots.address)} end at ${hex(end)}, ` +
        `but flash is ${hex(flashOrigin)} to ${hex(flashOrigin + flashBytes)} and begins with the firmware`,
    );
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(file: string, what: string): never {
  throw new WasmoteError("board-invalid", what, { file: join("boards", file) });
}
