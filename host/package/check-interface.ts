import { isOptionalImport } from "../abi/accelerators.js";
import { maxMemoryBytes } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import { externalKinds, type ModuleInterface, pageBytes, readInterface } from "../wasm/interface.js";
import type { Manifest } from "./manifest.js";

/** The import that every host offers. */
const weightsImport = "wasmote.read_weights";

/** (i32, i32) -> i32, as the specification encodes it. */
const runType = [2, 0x7f, 0x7f, 1, 0x7f];

/** () -> (). */
const resetType = [0, 0];

/**
 * Checks that a valid module is what its manifest says, and no more than a model may be: it exports `run`, `reset` where
 * it has variables, and a memory of fixed size that holds what the manifest speaks of, imports what the manifest lists and
 * hosts know, and runs nothing before it is asked to.
 *
 * @throws `module-invalid`, `memory-exceeded`
 */
export function checkInterface(module: Uint8Array, manifest: Manifest): void {
  const found = interfaceOf(module);
  if (found.hasStart) refuse("it has a start function");
  if (found.hasTable) refuse("it has a function table");
  checkMemory(found, manifest.memoryBytes);
  const run = found.exports.get("run");
  if (run?.kind !== externalKinds.function || run.type?.join() !== runType.join()) {
    refuse("it exports no function run(i32, i32) -> i32");
  }
  const reset = found.exports.get("reset");
  const hasVariables = (manifest.variables ?? []).length > 0;
  if (reset === undefined && hasVariables) refuse("it exports no reset() for the variables of its manifest");
  if (
    reset !== undefined &&
    (reset.kind !== externalKinds.function || reset.type?.join() !== resetType.join())
  ) {
    refuse("its export reset is no function () -> ()");
  }
  // Some hosts tell by the one whether there is state, others by the other.
  if (reset !== undefined && !hasVariables) {
    refuse("it exports reset() where its manifest speaks of no variables");
  }
  checkImports(found, manifest);
}

function interfaceOf(module: Uint8Array): ModuleInterface {
  try {
    return readInterface(module);
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message);
    throw error;
  }
}

function checkMemory({ memory, exports }: ModuleInterface, memoryBytes: number): void {
  if (memory === undefined || exports.get("memory")?.kind !== externalKinds.memory) {
    refuse("it exports no memory of its own");
  }
  const { minimum, maximum = Number.POSITIVE_INFINITY } = memory;
  if (minimum * pageBytes < memoryBytes) {
    refuse(`its memory has ${minimum * pageBytes} bytes where its manifest speaks of ${memoryBytes}`);
  }
  if (maximum * pageBytes > maxMemoryBytes) {
    const most = maximum === Number.POSITIVE_INFINITY ? "any number of" : maximum * pageBytes;
    throw new WasmoteError("memory-exceeded", `its memory may grow to ${most} bytes`);
  }
}

function checkImports({ imports }: ModuleInterface, manifest: Manifest): void {
  const { required, optional } = manifest.imports;
  for (const { name, kind } of imports) {
    if (kind !== externalKinds.function || !(name === weightsImport || isOptionalImport(name))) {
      refuse(`it imports ${name}, which no host offers`);
    }
    if (!required.includes(name) && !optional.includes(name)) {
      refuse(`it imports ${name}, of which its manifest does not speak`);
    }
  }
}

function refuse(what: string): never {
  throw new WasmoteError("module-invalid", what);
}
