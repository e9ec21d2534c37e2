import { maxMemoryBytes } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import type { Program, ProgramStep } from "../lower/lower.js";
import type { Choice } from "../lower/step-table.js";
import { externalKinds, pageBytes } from "../wasm/interface.js";
import { addLibraries, type KernelLibrary } from "./library.js";
import { ModuleParts } from "./module-parts.js";
import { op, tableLocals, writeReset, writeRun, writeTableRun } from "./run-function.js";

export type { KernelLibrary } from "./library.js";

/** A linked module. */
export interface LinkedModule {
  /**
   * The module: exports `memory`, `run` and, where there are accelerated steps, `accelerators`; where there are variables,
   * `reset`.
   */
  code: Uint8Array;
  /** Its imports, as "module.name", in order. */
  imports: string[];
  /** The libraries that it has kernels from. */
  libraries: readonly KernelLibrary[];
  /** Names of its functions by number, for who reads the module; undefined for inner functions of kernels. */
  functionNames: (string | undefined)[];
}

const acceleratorType = Uint8Array.of(0x60, 1, 0x7f, 0);
const resetType = Uint8Array.of(0x60, 0, 0);
const readWeightsType = Uint8Array.of(0x60, 3, 0x7f, 0x7f, 0x7f, 0);
const runType = Uint8Array.of(0x60, 2, 0x7f, 0x7f, 1, 0x7f);
/** A mutable i32, 0 at first. */
const acceleratorsGlobal = Uint8Array.of(0x7f, 1, 0x41, 0, 0x0b);

/** What the code of calls refers to: numbers of functions by kernel and by accelerator, and of the variable that chooses. */
interface Callees {
  kernels: ReadonlyMap<string, number>;
  natives: ReadonlyMap<string, number>;
  bits: number | undefined;
}

/** The code of a call, given that of its arguments: of the accelerator where its bit is set, else of the kernel. */
function writeChoice(
  { kernel, accelerator }: Choice,
  { kernels, natives, bits }: Callees,
  block: readonly number[],
  to: readonly number[],
): number[] {
  const own = [...block, ...to, ...op.call(kernels.get(kernel) as number)];
  if (accelerator === undefined || bits === undefined) return own;
  const native = [...block, ...op.call(natives.get(accelerator.import) as number)];
  const offered = [...op.globalGet(bits), ...op.constant(accelerator.bit), ...op.and];
  return [...offered, ...op.if, ...native, ...op.else, ...own, ...op.end];
}

/** The code of a step with each of its calls written out. */
function writeStep({ calls, when = [] }: ProgramStep, callees: Callees): number[] {
  const code = calls.flatMap((call) =>
    writeChoice(call, callees, op.constant(call.block), op.constant(call.to)),
  );
  const conditions = when.flatMap((address) => [...op.byteAt(address), ...op.if]);
  return [...conditions, ...code, ...when.flatMap(() => op.end)];
}

/** The code of a program's `run`. */
function writeSteps({ steps, table }: Program, callees: Callees, readWeights: number): Uint8Array {
  if (table === undefined) return writeRun(steps.map((step) => writeStep(step, callees)));
  const [block, to] = [op.get(tableLocals.block), op.get(tableLocals.to)];
  const choices = table.choices.map((choice) => writeChoice(choice, callees, block, to));
  return writeTableRun(table, choices, steps.length, readWeights);
}

/**
 * Links a program: the kernels that its steps call, all that these reach, and a `run` that calls them.
 *
 * Where a step has an accelerator, its bit of the exported global `accelerators` chooses between it and the kernel. An
 * accelerator is called through a function of its own, so that an interpreter which compiles functions when they are
 * first called never meets an import that its host lacks; kernels are functions of their own for the same reason. They
 * come last, behind all others those that accelerators take the place of: with these they are never called, and an interpreter
 * need not keep anything of them.
 *
 * A pure function: the same program and libraries give the same bytes.
 *
 * @throws `memory-exceeded`; `kernels-unlinkable` where the library lacks a kernel or holds what cannot be linked
 */
export function linkProgram(program: Program, ...libraries: readonly KernelLibrary[]): LinkedModule {
  if (program.memoryBytes > maxMemoryBytes) {
    throw new WasmoteError("memory-exceeded", `${program.memoryBytes} bytes; at most ${maxMemoryBytes}`);
  }
  const pages = Math.max(1, Math.ceil(program.memoryBytes / pageBytes));
  const calls = program.steps.flatMap((step) => step.calls);
  const accelerators = new Set(calls.flatMap(({ accelerator }) => accelerator?.import ?? []));
  const parts = new ModuleParts();

  const { used, addCode } = addLibraries(libraries, new Set(calls.map(({ kernel }) => kernel)), parts);
  const { reset: resets = [], table } = program;
  const readsInitial = table !== undefined || resets.some(({ from }) => "weights" in from);
  const readWeights = readsInitial ? parts.import("wasmote", "read_weights", readWeightsType) : 0;
  const imports = [...accelerators].map(
    (name) => [name, parts.import("wasmote", name, acceleratorType)] as const,
  );
  const bits = accelerators.size > 0 ? parts.global(acceleratorsGlobal) : undefined;
  const natives = new Map(
    imports.map(([name, index]) => {
      const code = Uint8Array.from([0, ...op.get(0), ...op.call(index), ...op.end]);
      return [name, parts.function(acceleratorType, code, `call_${name}`)];
    }),
  );
  const run = parts.declare(runType, "run");
  const reset = resets.length === 0 ? undefined : parts.declare(resetType, "reset");
  const kernels = addCode(new Set(calls.filter((call) => !call.accelerator).map(({ kernel }) => kernel)));

  parts.define(run, writeSteps(program, { kernels, natives, bits }, readWeights));
  if (reset !== undefined) parts.define(reset, writeReset(resets, readWeights));
  const code = parts.encode(pages, [
    { name: "run", kind: externalKinds.function, index: run },
    ...(reset === undefined ? [] : [{ name: "reset", kind: externalKinds.function, index: reset }]),
    ...(bits === undefined ? [] : [{ name: "accelerators", kind: externalKinds.global, index: bits }]),
    { name: "memory", kind: externalKinds.memory, index: 0 },
  ]);
  return { code, imports: parts.imports, libraries: used, functionNames: parts.functionNames };
}
