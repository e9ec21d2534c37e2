import type { CustomSection, ModuleLayout } from "./binary/module.ts";
import { errorFromNative, Wasm3Error } from "./errors.ts";
import { addon, type Handle, type ImportFunction, type WasmValue } from "./native.ts";

/** A year: what fits 64 bits of nanoseconds many times. */
const maximumMilliseconds = 365 * 24 * 3600 * 1000;

/** A module that is loaded and can be called. Made by `load`. */
export class Instance {
  /** The exported functions by name. An object without a prototype. */
  readonly exports: Readonly<Record<string, (...args: WasmValue[]) => WasmValue | undefined>>;
  /** All custom sections, in the module's order. Views of a copy of the module. */
  readonly customSections: readonly CustomSection[];

  #handle: Handle | undefined;
  #view: Uint8Array | undefined;
  readonly #layout: ModuleLayout;
  readonly #imports: readonly (ImportFunction | undefined)[];

  /** @internal Use `load`. */
  constructor(handle: Handle, layout: ModuleLayout, imports: readonly (ImportFunction | undefined)[]) {
    this.#handle = handle;
    this.#layout = layout;
    this.#imports = imports;
    this.customSections = Object.freeze(layout.customSections);
    const functions = Object.create(null) as Record<string, (...args: WasmValue[]) => WasmValue | undefined>;
    for (const [name, index] of layout.exportedFunctions)
      functions[name] = (...args) => this.#call(name, index, args);
    this.exports = Object.freeze(functions);
  }

  /**
   * Calls an exported function. i64 is a bigint, every other type a number; there must be as many arguments as
   * parameters. Throws a TrapError if the code traps, and whatever an import throws as it is.
   */
  call(name: string, ...args: WasmValue[]): WasmValue | undefined {
    const index = this.#layout.exportedFunctions.get(name);
    if (index === undefined) throw notFound("function", name, this.#layout.exportedFunctions);
    return this.#call(name, index, args);
  }

  /**
   * Linear memory: exactly the bytes that are allocated, which memoryLimitBytes may hold below one page.
   * Live, until memory grows or the instance is disposed: either leaves earlier views with length 0.
   * Empty if the module has no memory.
   */
  get memory(): Uint8Array {
    const handle = this.#live();
    if (this.#view === undefined || this.#view.byteLength === 0) {
      this.#view = new Uint8Array(addon().memory(handle) ?? new ArrayBuffer(0));
    }
    return this.#view;
  }

  /** The contents of the first custom section of that name. */
  customSection(name: string): Uint8Array | undefined {
    return this.customSections.find((section) => section.name === name)?.bytes;
  }

  /** The value of an exported global. */
  getGlobal(name: string): WasmValue {
    const handle = this.#live();
    return addon().getGlobal(handle, this.#globalIndex(name));
  }

  /** Gives an exported global, which must be mutable, another value. */
  setGlobal(name: string, value: WasmValue): void {
    const handle = this.#live();
    const index = this.#globalIndex(name);
    const global = this.#layout.globals[index];
    if (global?.mutable !== true) throw new Wasm3Error("argument", `The global "${name}" is not mutable.`);
    if (!addon().setGlobal(handle, index, value)) {
      throw new Wasm3Error(
        "argument",
        `The global "${name}" is ${global.type}; its value must be a ${jsType(global.type)}.`,
      );
    }
  }

  /**
   * Bytes that wasm3 has allocated for this instance on this machine, linear memory excluded: its operand
   * stack, code pages and tables. Functions are compiled when first called, so it grows with use.
   */
  get runtimeBytes(): number {
    return addon().runtimeBytes(this.#live());
  }

  /** How many sequences of operations wasm3 has replaced by superinstructions, in the functions compiled so far. */
  get fusedSequences(): number {
    return addon().fusedSequences(this.#live());
  }

  /**
   * From now on, code that still runs after so many milliseconds ends by a TrapError whose trap is "time"; without them,
   * code runs as long as it will. The clock is looked at where loops turn and functions are called: what lies between,
   * as one call of an accelerator, is not interrupted.
   */
  stopAfter(milliseconds?: number): void {
    if (milliseconds !== undefined && !(milliseconds > 0 && milliseconds <= maximumMilliseconds)) {
      throw new Wasm3Error(
        "argument",
        `${milliseconds} milliseconds; above 0 to ${maximumMilliseconds} are taken.`,
      );
    }
    addon().stopAfter(this.#live(), milliseconds ?? 0);
  }

  /** Frees everything at once. Does nothing the second time; throws while the instance runs. */
  dispose(): void {
    if (this.#handle === undefined) return;
    if (!addon().dispose(this.#handle)) {
      throw new Wasm3Error("argument", "The instance cannot be disposed by an import that it is calling.");
    }
    this.#handle = undefined;
    this.#view = undefined;
  }

  /** dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(): Handle {
    if (this.#handle === undefined) throw new Wasm3Error("disposed", "The instance was disposed.");
    return this.#handle;
  }

  #call(name: string, index: number, args: WasmValue[]): WasmValue | undefined {
    const result = addon().call(this.#live(), this.#imports, index, ...args);
    if (typeof result !== "string") return result;
    const error = errorFromNative(result);
    if (error.code !== "argument") throw error;
    const { parameters } = this.#layout.functions[index] ?? { parameters: [] };
    const expected = parameters.map((type) => `${type}: ${jsType(type)}`).join(", ");
    throw new Wasm3Error("argument", `${error.message} "${name}" takes (${expected}).`, error.detail);
  }

  #globalIndex(name: string): number {
    const index = this.#layout.exportedGlobals.get(name);
    if (index === undefined) throw notFound("global", name, this.#layout.exportedGlobals);
    return index;
  }
}

function jsType(type: string): string {
  return type === "i64" ? "bigint" : "number";
}

function notFound(kind: string, name: string, all: Map<string, number>): Wasm3Error {
  const names = [...all.keys()].map((known) => `"${known}"`).join(", ");
  return new Wasm3Error(
    "not-found",
    `The module exports no ${kind} "${name}". It exports ${names === "" ? "none" : names}.`,
  );
}
