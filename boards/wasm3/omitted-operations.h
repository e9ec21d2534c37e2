/*
 * The operations that a program leaves out, each defined as Missing: `#undef op_Name`, `#define op_Name op_Missing`. None
 * here; `wasmote export` writes this file, beside a configuration with WASMOTE_OPCODES. It is included where the compiler
 * is compiled.
 */
