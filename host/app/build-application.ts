import type { Graph } from "../graph/graph.js";
import { importModel, type ReadFile } from "../import/index.js";
import { type AppSection, withApp } from "../package/app.js";
import { assemble, type BuildOptions, type BuiltModel, typedGraph } from "../pipeline.js";
import { composeApplication, filesOf } from "./compose.js";
import { pinNumber } from "./fields.js";
import { placedData } from "./reference-data.js";
import { type Application, type ApplicationInput, parseApplication } from "./schema.js";
import { pinsOfSource } from "./sources.js";
import { readTable, type Table } from "./tables.js";
import { refuseApplication } from "./times.js";
import type { Events } from "./values.js";

/** A built application: its file holds what a board has to know to run it by itself. */
export interface BuiltApplication extends BuiltModel {
  readonly section: AppSection;
  readonly decisions: readonly Events[];
  /** Pins that its source is at and that its actions set, and their names where the file names them. */
  readonly pins: readonly { readonly pin: number; readonly name?: string | undefined }[];
}

function pinsOf({ source, actions }: Application): BuiltApplication["pins"] {
  const set = actions.flatMap((action) => {
    if (!("pin" in action) || action.pin === undefined) return [];
    return action.do === "driver" && typeof action.pin === "number" ? [] : [action.pin];
  });
  return [...pinsOfSource(source), ...set].map((pin) => ({
    pin: pinNumber(pin),
    name: typeof pin === "string" ? pin : undefined,
  }));
}

/** How the files are read that an application names, by the paths in its own. */
export interface ApplicationReader {
  read(path: string): Uint8Array | Promise<Uint8Array>;
  /** Reads what a model's file refers to, shards that lie beside it: by paths that begin as the model's own. */
  beside(path: string): ReadFile;
}

/**
 * Builds an application: the models and the reference data that it names are read, and all of it becomes one file.
 *
 * @param application as its file says it, or as a program writes it
 * @param options `judged`: the scores that each decision compares are outputs, too, for `tune`
 * @throws `application-invalid`, and for its models as `importModel` and `buildModel` do
 */
export async function buildApplication(
  application: ApplicationInput,
  reader: ApplicationReader,
  {
    judged = false,
    ...options
  }: Pick<BuildOptions, "kernels" | "memory"> & { readonly judged?: boolean } = {},
): Promise<BuiltApplication> {
  const parsed = parseApplication(application);
  const named = filesOf(parsed);
  const models = new Map<string, Graph>();
  for (const path of named.models) {
    const graph = await importModel(path, await reader.read(path), reader.beside(path));
    const { typed } = await typedGraph(graph, options);
    models.set(path, typed);
  }
  const tables = new Map<string, Table>();
  for (const path of named.tables)
    tables.set(
      path,
      readTable(await reader.read(path), (why) => refuseApplication(path, why)),
    );
  const composed = composeApplication(parsed, { models, tables }, { judged });
  const { graph, decisions } = composed;
  const built = await assemble(graph, { typed: graph }, options);
  const data = placedData(composed.references, built.program.references ?? []);
  const section = { ...composed.section, ...(data.length === 0 ? {} : { data }) };
  return { ...built, wasm: withApp(built.wasm, section), section, decisions, pins: pinsOf(parsed) };
}
