import { optionsAmongOthers, type Processor, type SourceOptions } from "./options.js";

/** A source for CMake: its path as CMake is to be told it, and its path in the library. */
export interface CMakeSource {
  path: string;
  from: string;
}

/** A list of sources for a command, a line each. */
export function sourceList(sources: readonly CMakeSource[]): string {
  return sources.map(({ path }) => `  ${path}`).join("\n");
}

/**
 * Commands that give sources their own options.
 *
 * @param conditions when a processor is compiled for, as CMake's `if` takes it; a processor without one is left out
 * @param optionsOf the options of a source by its path in the library
 */
export function sourceOptions(
  sources: readonly CMakeSource[],
  conditions: Readonly<Partial<Record<Processor, string>>>,
  optionsOf: (from: string) => SourceOptions = optionsAmongOthers,
): string {
  const always = grouped(sources, ({ from }) => optionsOf(from).always);
  const on = (Object.entries(conditions) as [Processor, string][]).map(([processor, condition]) => {
    const commands = grouped(sources, ({ from }) => optionsOf(from).on[processor] ?? []);
    return commands.length === 0 ? [] : [`if(${condition})`, ...commands.map(indented), "endif()"];
  });
  return [...always, ...on.flat()].join("\n");
}

const indented = (lines: string): string => lines.replace(/^/gm, "  ");

/** One command for all sources with the same options. */
function grouped(
  sources: readonly CMakeSource[],
  options: (source: CMakeSource) => readonly string[],
): string[] {
  const groups = new Map<string, string[]>();
  for (const source of sources) {
    const key = options(source).join(" ");
    if (key !== "") groups.set(key, [...(groups.get(key) ?? []), source.path]);
  }
  return [...groups].map(
    ([key, paths]) =>
      `set_property(SOURCE\n${paths.map((path) => `  ${path}`).join("\n")}\n  APPEND PROPERTY COMPILE_OPTIONS ${key})`,
  );
}
