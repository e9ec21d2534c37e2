import { type FunctionImport, type ModuleLayout, readModule } from "./binary/module.ts";
import { invalidReason } from "./engine.ts";
import { errorFromNative, Wasm3Error } from "./errors.ts";
import { Instance } from "./instance.ts";
import { type Addon, addon, type Handle, type ImportFunction } from "./native.ts";

/** How a module is loaded. */
export interface LoadOptions {
  /**
   * Upper bound, in bytes, of the linear memory that is really allocated; may be below one 64 KiB page. An
   * access beyond it traps, and memory.grow beyond it returns -1. Without it, all declared pages are allocated.
   */
  memoryLimitBytes?: number;
  /** wasm3's operand stack in bytes: 1024 to 65536, 16384 unless told. */
  stackBytes?: number;
  /** The functions that the module imports, by module name and name. */
  imports?: Record<string, Record<string, ImportFunction>>;
  /** "module.name" of imports that may be absent. A function that calls one throws "link" when it is called. */
  optionalImports?: readonly string[];
  /**
   * Whether imports "wasmote.accel_*" that the caller does not give are linked to native micro-kernels. The exported
   * mutable global "accelerators", if there is one, then holds the bits of those that are linked. They read the
   * section wasmote.weights. False unless told.
   */
  accelerators?: boolean;
  /** Whether wasm3 fuses frequent sequences of operations into one: the same results, faster. True unless told. */
  superinstructions?: boolean;
}

const defaultStackBytes = 16384;
const minimumStackBytes = 1024;
const maximumStackBytes = 65536;
const maximumMemoryBytes = 0xffffffff;
const maximumPages = 65535;

const weightsSection = "wasmote.weights";
const nativeImport = "wasmote.read_weights";
const acceleratorImport = /^wasmote\.accel_/;
const acceleratorGlobal = "accelerators";

type Linked = ImportFunction | "read-weights" | { accelerator: string } | undefined;

/**
 * Loads a WebAssembly module into wasm3 and runs its start function, if it has one.
 *
 * The bytes are copied and may be changed afterwards. The import wasmote.read_weights is provided if the module
 * has a section wasmote.weights, unless the caller gives a function of that name.
 *
 * Throws a Wasm3Error: "invalid-module", "unsupported", "link" (names all absent imports), "memory-limit",
 * "argument", "out-of-memory" or "not-built"; and whatever the start function throws.
 */
export function load(bytes: Uint8Array, options: LoadOptions = {}): Instance {
  const memoryBytes = checkedOption("memoryLimitBytes", options.memoryLimitBytes, 1, maximumMemoryBytes) ?? 0;
  const stackBytes =
    checkedOption("stackBytes", options.stackBytes, minimumStackBytes, maximumStackBytes) ??
    defaultStackBytes;
  const copy = validModule(bytes);
  const layout = readModule(copy);
  const linked = resolveImports(layout, options);
  const native = addon();
  const pages = Math.min(layout.memory?.maximumPages ?? maximumPages, maximumPages);
  const handle = native.create(
    layout.code,
    copy,
    memoryBytes,
    pages,
    stackBytes & ~7,
    layout.blockNesting,
    options.superinstructions === false ? 0 : 1,
  );
  if (typeof handle === "string") throw errorFromNative(handle);
  const bits = link(native, handle, linked);
  const functions = Object.freeze(
    linked.map((target) => (typeof target === "function" ? target : undefined)),
  );
  const failure = native.start(handle, functions);
  if (typeof failure === "string") throw errorFromNative(failure);
  const instance = new Instance(handle, layout, functions);
  if (bits !== 0 && layout.exportedGlobals.has(acceleratorGlobal))
    instance.setGlobal(acceleratorGlobal, bits);
  return instance;
}

function checkedOption(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Wasm3Error(
      "argument",
      `${name} is ${String(value)}; it must be an integer from ${least} to ${most}.`,
    );
  }
  return value;
}

/** A copy of the bytes, found valid by the engine: wasm3 itself does not validate. */
function validModule(bytes: Uint8Array): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new Wasm3Error("argument", "A module is given as a Uint8Array.");
  const copy = Uint8Array.from(bytes);
  const reason = invalidReason(copy);
  if (reason !== undefined)
    throw new Wasm3Error("invalid-module", `Not a valid WebAssembly module: ${reason}.`);
  return copy;
}

function resolveImports(layout: ModuleLayout, options: LoadOptions): Linked[] {
  const optional = new Set(options.optionalImports);
  const hasWeights = layout.customSections.some((section) => section.name === weightsSection);
  const problems: string[] = [];
  const linked = layout.imports.map((wanted): Linked => {
    const name = `${wanted.module}.${wanted.name}`;
    const given = ownFunction(options.imports, wanted);
    if (typeof given === "function") return given as ImportFunction;
    if (given !== undefined) problems.push(`${name} (given, but no function)`);
    else if (name === nativeImport && hasWeights) return linkNative(wanted, problems);
    else if (options.accelerators === true && acceleratorImport.test(name) && takesParameters(wanted))
      return { accelerator: wanted.name };
    else if (!optional.has(name)) problems.push(name);
    return undefined;
  });
  if (problems.length > 0) {
    throw new Wasm3Error(
      "link",
      `The module imports functions that are not there: ${[...new Set(problems)].join(", ")}.`,
    );
  }
  return linked;
}

function ownFunction(imports: LoadOptions["imports"], wanted: FunctionImport): unknown {
  if (imports === undefined || !Object.hasOwn(imports, wanted.module)) return undefined;
  const functions = imports[wanted.module];
  return functions !== undefined && Object.hasOwn(functions, wanted.name)
    ? functions[wanted.name]
    : undefined;
}

function linkNative({ signature }: FunctionImport, problems: string[]): Linked {
  if (signature.results.length === 0 && signature.parameters.join() === "i32,i32,i32") return "read-weights";
  problems.push(`${nativeImport} (with a signature other than (i32, i32, i32) -> ())`);
  return undefined;
}

function takesParameters({ signature }: FunctionImport): boolean {
  return signature.results.length === 0 && signature.parameters.join() === "i32";
}

/** Links what is native or given; answers the bits of the accelerators that are there. */
function link(native: Addon, handle: Handle, linked: Linked[]): number {
  let bits = 0;
  for (const [index, target] of linked.entries()) {
    let failure: string | number | undefined;
    if (target === "read-weights") failure = native.linkReadWeights(handle, index);
    else if (typeof target === "object") failure = native.linkAccelerator(handle, index, target.accelerator);
    else if (target !== undefined) failure = native.linkImport(handle, index);
    if (typeof failure === "string") throw errorFromNative(failure);
    bits |= failure ?? 0;
  }
  return bits;
}
