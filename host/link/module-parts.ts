import type { externalKinds } from "../wasm/interface.js";
import { concatenate, encodeLeb128, encodeName, section, sized } from "../wasm/writer.js";

/** An export of a module. */
export interface Export {
  name: string;
  kind: (typeof externalKinds)[keyof typeof externalKinds];
  index: number;
}

/** What a module is put together of. Everything is numbered in the order in which it is added, imports first. */
export class ModuleParts {
  private readonly types: Uint8Array[] = [];
  private readonly imported: { name: string; entry: Uint8Array }[] = [];
  private readonly functions: { type: number; code: Uint8Array; name: string | undefined }[] = [];
  private readonly globals: Uint8Array[] = [];

  /** Imports as "module.name". */
  get imports(): string[] {
    return this.imported.map(({ name }) => name);
  }

  /** Names of all functions by number, as far as they have one. */
  get functionNames(): (string | undefined)[] {
    return [...this.imports, ...this.functions.map(({ name }) => name)];
  }

  /** Number of the next function. */
  get nextFunction(): number {
    return this.imported.length + this.functions.length;
  }

  /** Number of a function type, which is there once. */
  type(encoded: Uint8Array): number {
    const found = this.types.findIndex((known) => known.join() === encoded.join());
    return found >= 0 ? found : this.types.push(encoded) - 1;
  }

  /** Number of an imported function, which is there once. To be called before any function is added. */
  import(module: string, name: string, type: Uint8Array): number {
    if (this.functions.length > 0) throw new Error("imports come before functions");
    const entry = concatenate([encodeName(module), encodeName(name), [0], encodeLeb128(this.type(type))]);
    const found = this.imported.findIndex((known) => known.entry.join() === entry.join());
    return found >= 0 ? found : this.imported.push({ name: `${module}.${name}`, entry }) - 1;
  }

  /** Number of a function, given its locals and its code. */
  function(type: Uint8Array, code: Uint8Array, name?: string): number {
    const number = this.declare(type, name);
    this.define(number, code);
    return number;
  }

  /** Number of a function whose locals and code are given later. */
  declare(type: Uint8Array, name?: string): number {
    const number = this.nextFunction;
    this.functions.push({ type: this.type(type), code: new Uint8Array(), name });
    return number;
  }

  /** Gives a declared function its locals and its code. */
  define(number: number, code: Uint8Array): void {
    const declared = this.functions[number - this.imported.length];
    if (declared === undefined || declared.code.length > 0)
      throw new Error(`function ${number} is not declared`);
    declared.code = code;
  }

  /** Number of a global variable, given its type and initial value. */
  global(encoded: Uint8Array): number {
    return this.globals.push(encoded) - 1;
  }

  /** The module, with a memory of so many pages that cannot grow. Source: WebAssembly core specification, 5.5. */
  encode(pages: number, exports: readonly Export[]): Uint8Array {
    const types = this.functions.map(({ type }) => encodeLeb128(type));
    const entries = exports.map(({ name, kind, index }) =>
      concatenate([encodeName(name), [kind], encodeLeb128(index)]),
    );
    return concatenate([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, this.types),
      section(
        2,
        this.imported.map(({ entry }) => entry),
      ),
      section(3, types),
      section(5, [[1, ...encodeLeb128(pages), ...encodeLeb128(pages)]]),
      section(6, this.globals),
      section(7, entries),
      section(
        10,
        this.functions.map(({ code }) => sized(code)),
      ),
    ]);
  }
}
