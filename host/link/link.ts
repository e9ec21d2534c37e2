import { maxMemoryBytes } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import type { KernelCall } from "../lower/kernel.js";
import type { Program } from "../lower/lower.js";
import { externalKinds, pageBytes } from "../wasm/interface.js";
import { addLibraries, type KernelLibrary, kernelType } from "./library.js";
import { ModuleParts } from "./module-parts.js";
import { op, writeReset, writeRun } from "./run-function.js";

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

/** What tells calls apart that are chosen between kernel and accelerator alike. */
const choiceOf = ({ kernel, accelerator }: KernelCall): string => `${kernel} ${accelerator?.import ?? ""}`;

/** How often each choice is made. */
function countChoices(calls: readonly KernelCall[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(choiceOf(call), (counts.get(choiceOf(call)) ?? 0) + 1);
  return counts;
}

/**
 * Links a program: the kernels that its steps call, all that these reach, and a `run` that calls them.
 *
 * Where a step has an accelerator, its bit of the exported global `accelerators` chooses between it and the kernel. An
 * accelerator is called through a function of its own, so that an interpreter which compiles functions when they are
 * first called never meets an import that its host lacks; kernels are functions of their own for the same reason. What
 * several steps choose alike is a function, too. Kernels come last, those behind all others that accelerators take the place of:
 * with these they are never called, and an interpreter need not keep anything of them.
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
  const { reset: resets = [] } = program;
  const readsInitial = resets.some(({ from }) => "weights" in from);
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
  const counts = countChoices(calls);
  const shared = new Map(
    calls
      .filter((call) => call.accelerator && (counts.get(choiceOf(call)) ?? 0) > 1)
      .map((call) => [choiceOf(call), call]),
  );
  const choices = new Map(
    [...shared].map(([key, call]) => [key, parts.declare(kernelType, `${call.kernel}_step`)]),
  );
  const run = parts.declare(runType, "run");
  const reset = resets.length === 0 ? undefined : parts.declare(resetType, "reset");
  const kernels = addCode(new Set(calls.filter((call) => !call.accelerator).map(({ kernel }) => kernel)));

  const writeChoice = (call: KernelCall, parameters: readonly number[], to: readonly number[]): number[] => {
    const kernel = [...parameters, ...to, ...op.call(kernels.get(call.kernel) as number)];
    if (call.accelerator === undefined || bits === undefined) return kernel;
    const native = [...parameters, ...op.call(natives.get(call.accelerator.import) as number)];
    const offered = [...op.globalGet(bits), ...op.constant(call.accelerator.bit), ...op.and];
    return [...offered, ...op.if, ...native, ...op.else, ...kernel, ...op.end];
  };
  for (const [key, call] of shared) {
    const code = [0, ...writeChoice(call, op.get(0), op.get(1)), ...op.end];
    parts.define(choices.get(key) as number, Uint8Array.from(code));
  }
  const writeCall = (call: KernelCall): number[] => {
    const [parameters, to] = [op.constant(call.block), op.constant(call.to)];
    const choice = choices.get(choiceOf(call));
    return choice === undefined
      ? writeChoice(call, parameters, to)
      : [...parameters, ...to, ...op.call(choice)];
  };
  const steps = program.steps.map(({ calls: own, when = [] }) => {
    const code = own.flatMap(writeCall);
    if (when.length === 0) return code;
    const conditions = when.flatMap((address) => [...op.byteAt(address), ...op.if]);
    return [...conditions, ...code, ...when.flatMap(() => op.end)];
  });
  parts.define(run, writeRun(steps));
  if (reset !== undefined) parts.define(reset, writeReset(resets, readWeights));
  const code = parts.encode(pages, [
    { name: "run", kind: externalKinds.function, index: run },
    ...(reset === undefined ? [] : [{ name: "reset", kind: externalKinds.function, index: reset }]),
    ...(bits === undefined ? [] : [{ name: "accelerators", kind: externalKinds.global, index: bits }]),
    { name: "memory", kind: externalKinds.memory, index: 0 },
  ]);
  return { code, imports: parts.imports, libraries: used, functionNames: parts.functionNames };
}
