import type { Reference } from "../wasm/code.js";
import { concatenate, encodeLeb128, encodeSignedLeb128 } from "../wasm/writer.js";
import { type FunctionCode, type LinkableModule, readModule } from "./module.js";
import type { ModuleParts } from "./module-parts.js";
import { unlinkable } from "./references.js";

/** A module that exports kernels, by their names. */
export interface KernelLibrary {
  /** The module. */
  readonly wasm: Uint8Array;
  /** SHA-256 of the module. */
  readonly sha256: Uint8Array;
}

/** Type of a kernel: `(parameters: i32, to: i32) -> ()`. */
const kernelType = Uint8Array.of(0x60, 2, 0x7f, 0x7f, 0);

/**
 * Adds code to a module that has all of its imports, and gives the numbers of the kernels in it by name. What the kernels of `first`
 * reach comes before all else.
 */
type AddCode = (first: ReadonlySet<string>) => ReadonlyMap<string, number>;

/** Libraries that a module takes kernels from. */
interface AddedLibraries {
  used: readonly KernelLibrary[];
  addCode: AddCode;
}

/** Number in the library of the kernel that it exports by that name. */
function kernelNamed({ exports, functions, imports, types }: LinkableModule, name: string): number {
  const index = exports.get(name) as number;
  const code = functions[index - imports.length];
  if (code === undefined) throw unlinkable(`no kernel of the name ${name}`);
  if (types[code.type]?.join() !== kernelType.join())
    throw unlinkable(`a kernel ${name} of another type than (parameters: i32, to: usize): void`);
  return index;
}

/** Numbers of the functions and globals that these functions reach, themselves included, ascending. */
export function reach(
  { functions, imports }: Pick<LinkableModule, "functions" | "imports">,
  roots: readonly number[],
): { functions: number[]; globals: number[] } {
  const reached = { function: new Set<number>(), global: new Set<number>(), type: new Set<number>() };
  const pending = [...roots];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (reached.function.has(index)) continue;
    reached.function.add(index);
    for (const reference of functions[index - imports.length]?.references ?? []) {
      if (reference.space === "function") pending.push(reference.index);
      else reached[reference.space].add(reference.index);
    }
  }
  const ascending = (set: Set<number>): number[] => [...set].sort((a, b) => a - b);
  return { functions: ascending(reached.function), globals: ascending(reached.global) };
}

/** A function's code with its references as `numberOf` gives them. */
export function relocate(
  { bytes, references }: FunctionCode,
  numberOf: (reference: Reference) => number,
): Uint8Array {
  const parts: (Uint8Array | number[])[] = [];
  let at = 0;
  for (const reference of references) {
    const encode = reference.space === "type" ? encodeSignedLeb128 : encodeLeb128;
    parts.push(bytes.subarray(at, reference.start), encode(numberOf(reference)));
    at = reference.end;
  }
  return concatenate([...parts, bytes.subarray(at)]);
}

/**
 * Adds to a module what the kernels of these names reach in libraries: imports and globals at once, functions when
 * `addCode` is called.
 *
 * @throws `kernels-unlinkable` where a kernel is in none of the libraries or in several, or one that is needed holds what
 * cannot be linked
 */
export function addLibraries(
  libraries: readonly KernelLibrary[],
  kernels: ReadonlySet<string>,
  parts: ModuleParts,
): AddedLibraries {
  const candidates = libraries.map((library) => ({
    library,
    module: readModule(library.wasm),
    names: [] as string[],
  }));
  for (const name of kernels) {
    const [candidate, another] = candidates.filter(({ module }) => module.exports.has(name));
    if (candidate === undefined) throw unlinkable(`no kernel of the name ${name}`);
    if (another !== undefined) throw unlinkable(`two kernels of the name ${name}`);
    candidate.names.push(name);
  }
  const used = candidates.filter(({ names }) => names.length > 0);
  const added = used.map(({ module, names }) => addLibrary(module, names, parts));
  return {
    used: used.map(({ library }) => library),
    addCode: (first) => new Map(added.flatMap((addCode) => [...addCode(first)])),
  };
}

/** Adds what these kernels of one library reach, as `addLibraries` does. */
function addLibrary(library: LinkableModule, kernels: readonly string[], parts: ModuleParts): AddCode {
  const typeOf = (number: number): Uint8Array => library.types[number] as Uint8Array;
  const named = kernels.map((name) => [name, kernelNamed(library, name)] as const);
  const reached = reach(
    library,
    named.map(([, index]) => index),
  );
  const numbers = new Map<number, number>();
  for (const index of reached.functions) {
    const imported = library.imports[index];
    if (imported === undefined) continue;
    numbers.set(index, parts.import(imported.module, imported.name, typeOf(imported.type)));
  }
  const globals = new Map(
    reached.globals.map((index) => [index, parts.global(library.globals[index] as Uint8Array)]),
  );
  return (first) => {
    const early = reach(
      library,
      named.filter(([name]) => first.has(name)).map(([, index]) => index),
    ).functions;
    const own = [...new Set([...early, ...reached.functions])].filter(
      (index) => index >= library.imports.length,
    );
    const next = parts.nextFunction;
    for (const [i, index] of own.entries()) numbers.set(index, next + i);
    const names = new Map([...library.exports].map(([name, index]) => [index, name]));
    for (const index of own) {
      const code = library.functions[index - library.imports.length] as FunctionCode;
      const relocated = relocate(code, ({ space, index: number }) => {
        if (space === "type") return parts.type(typeOf(number));
        return (space === "function" ? numbers : globals).get(number) as number;
      });
      parts.function(typeOf(code.type), relocated, names.get(index));
    }
    return new Map(named.map(([name, index]) => [name, numbers.get(index) as number]));
  };
}
