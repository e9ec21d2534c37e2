/**
 * Functions of a module, imports among them, up to which a board works out which call which. Of modules with more it
 * keeps all compiled code in RAM (docs/decisions/0007-ram-on-the-board.md).
 */
export const callGraphFunctions = 64;

/** Largest linear memory of a model, in bytes: 64 MiB, far above what microcontrollers have. */
export const maxMemoryBytes = 64 * 1024 * 1024;

/** Largest manifest, in bytes: of some ten thousand steps. */
export const maxManifestBytes = 4 * 1024 * 1024;
