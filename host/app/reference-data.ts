import { WasmoteError } from "../errors.js";
import { triggerLevelsAt, triggerRuleBytes } from "../ops/decision/trigger.js";
import { type AppData, appOf } from "../package/app.js";
import { weightsSection } from "../package/manifest.js";
import { listSections } from "../wasm/sections.js";
import type { Reference } from "./app-graph.js";
import { momentsOf } from "./stages/distance.js";
import { examplesOf, readTable } from "./tables.js";

/** Where the parts of reference data lie in a built file, of which each is there at least once. */
export function placedData(
  references: ReadonlyMap<string, Reference>,
  placed: readonly { readonly reference: string; readonly offset: number }[],
): AppData[] {
  return [...references].map(([name, { parts, ...data }]) => {
    const at = Array.from({ length: parts }, (_, part) =>
      placed.filter(({ reference }) => reference === `${name}/${part}`).map(({ offset }) => offset),
    );
    if (at.some((offsets) => offsets.length === 0))
      throw new Error(`the constants of "${name}" have no place`);
    return { name, ...data, at };
  });
}

const refuse = (detail: string): never => {
  throw new WasmoteError("data-invalid", detail);
};

/** Levels of a decision's events by their names: {"yes": 0.9}, or {"yes": {"over": 0.9, "under": 0.8}}. */
function levelsOf(bytes: Uint8Array, names: readonly string[]): Map<number, { over: number; under: number }> {
  const expected = `{"${names[0]}": {"over": NUMBER, "under": NUMBER}} is expected, or {"${names[0]}": NUMBER}`;
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuse(`it is no JSON; ${expected}`);
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return refuse(expected);
  return new Map(
    Object.entries(found).map(([name, value]: [string, unknown]) => {
      const event = names.indexOf(name);
      if (event < 0) refuse(`"${name}"; there are ${names.join(", ")}`);
      const given = (typeof value === "number" ? { over: value } : (value ?? {})) as {
        over?: unknown;
        under?: unknown;
      };
      const other = Object.keys(given).find((key) => key !== "over" && key !== "under");
      if (other !== undefined) refuse(`"${name}": "${other}"; ${expected}`);
      const [over, under] = [given.over, given.under ?? given.over].map((level) =>
        typeof level === "number" ? Math.fround(level) : Number.NaN,
      ) as [number, number];
      if (!(Number.isFinite(over) && Number.isFinite(under) && under <= over))
        refuse(`"${name}": ${expected}`);
      return [event, { over, under }] as const;
    }),
  );
}

/** Rows that fill as many as there is place for, with others behind them where there are fewer. */
function filled(rows: readonly number[][], place: number, filling: readonly number[]): number[][] {
  if (rows.length > place)
    refuse(`${rows.length} rows; at most ${place} are expected, as the application was built with`);
  return [...rows, ...Array.from({ length: place - rows.length }, () => [...filling])];
}

/** A feature of an example that is none: so far away that every other one is nearer, with squares that float32 still adds. */
const farAway = 1e16;

const floatBytes = (values: Iterable<number>): Uint8Array => {
  const floats = Float32Array.from(values);
  const view = new DataView(new ArrayBuffer(4 * floats.length));
  for (const [i, value] of floats.entries()) view.setFloat32(4 * i, value, true);
  return new Uint8Array(view.buffer);
};

/** The bytes of each part, or for levels what becomes of those that are there. */
function partsOf(data: AppData, bytes: Uint8Array): ((before: Uint8Array) => Uint8Array)[] {
  const { kind, rows: place, columns, names = [] } = data;
  if (kind === "levels") {
    const levels = levelsOf(bytes, names);
    return [
      (before) => {
        const view = new DataView(before.slice().buffer);
        for (const [event, { over, under }] of levels) {
          view.setFloat32(event * triggerRuleBytes + triggerLevelsAt, over, true);
          view.setFloat32(event * triggerRuleBytes + triggerLevelsAt + 4, under, true);
        }
        return new Uint8Array(view.buffer);
      },
    ];
  }
  const table = readTable(bytes, refuse);
  const { rows, columns: width, values } = table;
  const expected = kind === "neighbours" ? columns + 1 : columns;
  if (width !== expected) refuse(`an array of ${rows}x${width}; rows of ${expected} are expected`);
  if (kind === "moments") {
    const { centres, spreads } = momentsOf(values, rows, columns);
    return [() => floatBytes(centres), () => floatBytes(spreads)];
  }
  if (kind === "rows") {
    const given = Array.from({ length: rows }, (_, row) => [
      ...values.subarray(row * width, (row + 1) * width),
    ]);
    return [() => floatBytes(filled(given, place, given.at(-1) as number[]).flat())];
  }
  const examples = examplesOf(table, names, refuse);
  const given = examples.map((example) => [...example.features]);
  const features = filled(given, place, Array(columns).fill(farAway));
  // An example that is none is of no class.
  const flags = examples.map((example) => example.flags);
  const classes = filled(flags, place, Array(names.length).fill(0));
  return [() => floatBytes(features.flat()), () => floatBytes(classes.flat())];
}

/** Bytes of a part in the weights section. */
function partBytes({ kind, rows, columns, names = [] }: AppData, part: number): number {
  if (kind === "levels") return rows * triggerRuleBytes;
  if (kind === "moments") return 4 * columns;
  return 4 * rows * (part === 0 ? columns : names.length);
}

/**
 * A built application with other reference data in the place of a stage's. A signature does not hold any more.
 *
 * @param name the stage's, as `wasmote inspect` lists it
 * @param bytes rows of features as .npy; of a decision its levels as JSON
 * @throws `data-invalid`, `module-invalid`, what reading a .npy throws
 */
export function replaceData(wasm: Uint8Array, name: string, bytes: Uint8Array): Uint8Array {
  const known = appOf(wasm)?.data ?? [];
  const data = known.find((each) => each.name === name);
  if (data === undefined)
    return refuse(
      known.length === 0
        ? "the file has no reference data that could be replaced"
        : `"${name}"; there are ${known.map((each) => each.name).join(", ")}`,
    );
  const weights = listSections(wasm).find((section) => section.custom && section.name === weightsSection);
  if (weights === undefined) throw new WasmoteError("module-invalid", `it has no section ${weightsSection}`);
  for (const part of data.at.keys())
    for (const offset of [0, ...(data.at[part] ?? [])])
      if (offset + partBytes(data, part) > weights.bytes.length)
        throw new WasmoteError("module-invalid", `the data of "${name}" lies outside of its weights`);
  const changed = wasm.slice();
  const start = weights.bytes.byteOffset - wasm.byteOffset;
  for (const [part, make] of partsOf(data, bytes).entries()) {
    const length = partBytes(data, part);
    for (const offset of data.at[part] ?? []) {
      changed.set(make(weights.bytes.slice(offset, offset + length)), start + offset);
    }
  }
  return changed;
}
