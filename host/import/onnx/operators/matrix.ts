import type { OnnxMapping } from "./mapping.js";

/** */
export const matrix: readonly OnnxMapping[] = [];
