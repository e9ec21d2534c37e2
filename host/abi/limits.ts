/**
 * Functions of a module, imports among them, up to which a board works out which call which. Of modules with more it
 * keeps all compiled code in RAM (docs/decisions/0007-ram-on-the-board.md).
 */
export const callGraphFunctions = 64;

/** What accelerators take at most: within it all their coordinates, counts and sums are int32. Of more, they trap. */
export const acceleratorLimits = {
  /** A window's or pool's heights, widths, channels, strides, dilations and padding, each. */
  size: 65_535,
  /** Pixels from the first window's start to the last one's end, along height or width. */
  span: 2 ** 30,
  /** Pixels of a pool's window. */
  window: 2 ** 23,
  /** Inputs of one output: sums of their products stay within 2^30. */
  depth: 2 ** 16,
} as const;

/** Largest linear memory of a model, in bytes: 64 MiB, far above what microcontrollers have. */
export const maxMemoryBytes = 64 * 1024 * 1024;

/** Largest manifest, in bytes: of some ten thousand steps. */
export const maxManifestBytes = 4 * 1024 * 1024;

/** Most bytes of what an application's file says to a board: each name, and each action, at its longest. */
export const maxAppBytes = 16_384;

/** Most snippets that a board keeps of an application's samples, and most values of all of them. */
export const maxSnippets = 8;
export const maxSnippetValues = 2 ** 28;
