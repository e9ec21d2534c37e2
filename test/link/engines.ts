import { load, TrapError } from "wasm3-bindings";
import type { RandomImport } from "./random-library.js";

/** What a run is observed by: a line for each call of an import, with its arguments. */
export type Trace = string[];

/** How code ended: "done", or by what it stopped. */
export type Ending = string;

type Value = number | bigint;
type ImportFunction = (...args: Value[]) => Value | undefined;

/** A module that is loaded. */
export interface Engine {
  readonly trace: Trace;
  memory(): Uint8Array;
  setAccelerators(bits: number): void;
  /** Calls an export; its result, or what it stopped by. */
  call(name: string, ...args: number[]): Ending;
}

/** The message of an error that an import throws. */
export const hostFailure = "thrown by an import";

/** What V8 says when code traps, as wasm3-bindings names it. */
const traps: readonly (readonly [RegExp, string])[] = [
  [/out of bounds/, "out-of-bounds"],
  [/by zero/, "divide-by-zero"],
  [/divide result unrepresentable/, "integer-overflow"],
  [/float unrepresentable/, "invalid-conversion"],
  [/^unreachable$/, "unreachable"],
];

function endingOf(error: unknown): Ending {
  if (error instanceof TrapError) return error.trap;
  if (!(error instanceof Error)) throw error;
  if (error.message === hostFailure) return hostFailure;
  const trap = traps.find(
    ([pattern]) => error instanceof WebAssembly.RuntimeError && pattern.test(error.message),
  );
  if (trap === undefined) throw error;
  return trap[1];
}

function attempt(call: () => unknown): Ending {
  try {
    return `${call() ?? "done"}`;
  } catch (error) {
    return endingOf(error);
  }
}

/** What an import returns: a number made of how many calls there were before. */
function returned(signature: RandomImport["signature"], calls: number): Value | undefined {
  const [result] = signature.results;
  if (result === undefined) return undefined;
  const value = Math.imul(calls + 1, 0x9e3779b1);
  if (result === 0x7e) return BigInt(value) << 17n;
  return result === 0x7f ? value : value / 8;
}

/**
 * Imports that write down their calls, by module and name. The first one writes to memory what its arguments say; the
 * call of that number throws.
 */
function tracingImports(
  imports: readonly RandomImport[],
  accelerators: readonly string[],
  trace: Trace,
  memory: () => Uint8Array,
  failingCall: number,
): Record<string, Record<string, ImportFunction>> {
  const record = (module: string, name: string, args: readonly Value[]): void => {
    trace.push(`${module}.${name} ${args.map((arg) => (Object.is(arg, -0) ? "-0" : arg)).join(" ")}`);
    if (trace.length === failingCall) throw new Error(hostFailure);
  };
  const functions: Record<string, Record<string, ImportFunction>> = { wasmote: {} };
  for (const { module, name, signature } of imports) {
    functions[module] ??= {};
    functions[module][name] = (...args) => {
      record(module, name, args);
      if (name === "read_weights") {
        const [to, offset, length] = args.map(Number) as [number, number, number];
        for (let i = 0; i < (length & 31); i++) memory()[(to + i) & 0xffff] = offset + 7 * i;
      }
      return returned(signature, trace.length);
    };
  }
  for (const name of accelerators) {
    (functions.wasmote as Record<string, ImportFunction>)[name] = (...args) => {
      record("wasmote", name, args);
      return undefined;
    };
  }
  return functions;
}

/** Loads a module; the import that is called as the `failingCall`th throws. */
export type Start = (
  wasm: Uint8Array,
  imports: readonly RandomImport[],
  accelerators: readonly string[],
  failingCall: number,
) => Engine;

/** Loads a module into V8. */
export const startV8: Start = (wasm, imports, accelerators, failingCall) => {
  const trace: Trace = [];
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(wasm as BufferSource),
    tracingImports(imports, accelerators, trace, () => memory(), failingCall),
  );
  const memory = (): Uint8Array => new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  return {
    trace,
    memory,
    setAccelerators: (bits) => {
      if (exports.accelerators !== undefined) (exports.accelerators as WebAssembly.Global).value = bits;
    },
    call: (name, ...args) => attempt(() => (exports[name] as (...args: number[]) => unknown)(...args)),
  };
};

/** Loads a module into wasm3. Accelerators that are not given may be absent. */
export const startWasm3: Start = (wasm, imports, accelerators, failingCall) => {
  const trace: Trace = [];
  const module = new WebAssembly.Module(wasm as BufferSource);
  const instance = load(wasm, {
    stackBytes: 65536,
    imports: tracingImports(imports, accelerators, trace, () => instance.memory, failingCall),
    optionalImports: WebAssembly.Module.imports(module)
      .map(({ name }) => `wasmote.${name}`)
      .filter((name) => name.startsWith("wasmote.accel_")),
  });
  const global = WebAssembly.Module.exports(module).some(({ name }) => name === "accelerators");
  return {
    trace,
    memory: () => instance.memory,
    setAccelerators: (bits) => {
      if (global) instance.setGlobal("accelerators", bits);
    },
    call: (name, ...args) => attempt(() => instance.call(name, ...args)),
  };
};
