import { coreNames } from "../boards/index.js";

/** Processors that an export may be for besides boards' cores: those with 64 bits. */
export const hostCore = "host";

/** All that an export may be for. */
export const exportCores: readonly string[] = [...coreNames, hostCore];

/** What a compiler for a core defines, as the condition of an `#if`; M4 and M7 are the same to it. */
const conditions: Readonly<Record<(typeof coreNames)[number] | typeof hostCore, string>> = {
  "cortex-m0plus": "defined(__ARM_ARCH_6M__)",
  "cortex-m3": "defined(__ARM_ARCH_7M__)",
  "cortex-m4": "defined(__ARM_ARCH_7EM__)",
  "cortex-m7": "defined(__ARM_ARCH_7EM__)",
  "cortex-m33": "defined(__ARM_ARCH_8M_MAIN__) && !defined(__ARM_FEATURE_MVE)",
  "cortex-m55": "defined(__thumb2__) && defined(__ARM_FEATURE_MVE)",
  // Xtensa is taken for it (docs/export-ecosystems.md).
  rv32imc: "defined(__riscv) && __riscv_xlen == 32 || defined(__XTENSA__)",
  rv32imac: "defined(__riscv) && __riscv_xlen == 32",
  host: "defined(__SIZEOF_POINTER__) && __SIZEOF_POINTER__ == 8",
};

/** Lines of C by which a compiler for another processor than an export's core refuses it. */
export function coreCheck(core: string): string {
  const asked = core === hostCore ? "a processor of 64 bits" : core;
  return `#if !(${conditions[core as keyof typeof conditions]})
#error "this export of wasmote is for ${asked}, which this compiler does not compile for: name another processor to it, or to \`wasmote export\`"
#endif`;
}
