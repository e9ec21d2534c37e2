import { readFileSync } from "node:fs";
import { join } from "node:path";
import { boardsFolder } from "../../boards/index.js";

/** Processors whose code needs options of its own. */
export const processorNames = ["armv7m", "armv6m", "riscv"] as const;
export type Processor = (typeof processorNames)[number];

/** What boards/runtime/compiler-options.json says. */
interface Statement {
  library: readonly string[];
  processors: Readonly<Record<Processor, string>>;
  sources: readonly { of: string; but?: string; on?: Processor; options: readonly string[] }[];
}

const statement = JSON.parse(
  readFileSync(join(boardsFolder, "runtime", "compiler-options.json"), "utf8"),
) as Statement;

/** What tells a processor in C, of what a compiler defines for it: the condition of an `#if`. */
export const processors = statement.processors;

/** The compiler's options of one source. */
export interface SourceOptions {
  always: readonly string[];
  on: Readonly<Partial<Record<Processor, readonly string[]>>>;
}

/** Options that all of the library needs, whatever a project compiles with. */
export const libraryOptions = statement.library;

/** Those, in builds of others: variables in fixed registers are not for link-time optimization. */
export const libraryOptionsAmongOthers = [...libraryOptions, "-fno-lto"];

/** Options of a source besides those of the library, by its path in the library. */
export function optionsOf(from: string): SourceOptions {
  const own = statement.sources.filter(
    ({ of, but }) => new RegExp(of).test(from) && (but === undefined || !new RegExp(but).test(from)),
  );
  const of = (processor?: Processor): string[] =>
    own.filter(({ on }) => on === processor).flatMap(({ options }) => options);
  const on = processorNames.map((each) => [each, of(each)] as const).filter(([, some]) => some.length > 0);
  return { always: of(), on: Object.fromEntries(on) };
}

/** Sources that hold wasm3's, which is not written for the warnings that a project asks for. */
const ofWasm3 = /^(runtime\/(interpreter|wasm3)|wasm3\/port-.*)\.c$/;

/** Options of a source in builds of others. */
export function optionsAmongOthers(from: string): SourceOptions {
  const { always, on } = optionsOf(from);
  return ofWasm3.test(from) ? { always: ["-w", ...always], on } : { always, on };
}
