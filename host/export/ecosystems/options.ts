/**
 * Processors whose code needs options of its own. `macro` tells them in C: what a compiler defines for them.
 */
export const processors = {
  armv7m: { macro: "defined(__thumb2__)" },
  armv6m: { macro: "defined(__ARM_ARCH_6M__)" },
  riscv: { macro: "defined(__riscv)" },
} as const;
export type Processor = keyof typeof processors;

/** The compiler's options of one source. */
export interface SourceOptions {
  always: readonly string[];
  on: Readonly<Partial<Record<Processor, readonly string[]>>>;
}

/**
 * Options that all of the library needs, whatever a project compiles with: wasm3 reads memory as other types than it was
 * written as, and floats round at every operation. Variables in fixed registers are not for link-time optimization.
 */
export const libraryOptions = ["-fno-strict-aliasing", "-ffp-contract=off", "-fno-math-errno", "-fno-lto"];

/** wasm3's operations follow one another by tail calls, which must not be missing in any of them. */
const operations = ["-w", "-O2", "-foptimize-sibling-calls", "-fno-stack-protector"];

/** Options of a source besides those, by its path in the library; as boards/runtime/CMakeLists.txt has them. */
export function optionsOf(from: string): SourceOptions {
  if (from.startsWith("accelerators/")) return { always: ["-O2"], on: {} };
  if (from === "runtime/wasm3.c") return { always: ["-w"], on: {} };
  if (from === "runtime/interpreter.c") {
    // The latter keeps the compiler's frames as small as they are counted (boards/runtime/stack_use.h).
    const riscv = ["-fno-schedule-insns", "-fno-move-loop-invariants"];
    return { always: operations, on: { armv6m: ["-fno-ipa-icf"], riscv } };
  }
  if (/^wasm3\/port-.*\.c$/.test(from)) {
    const free = ["-fno-schedule-insns", "-fcall-used-r4", "-fcall-used-r5", "-fcall-used-r6"];
    return { always: operations, on: from.includes("armv7m") ? { armv7m: free } : {} };
  }
  return { always: [], on: {} };
}
