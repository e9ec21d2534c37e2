import type { OnnxMapping } from "./mapping.js";

/** */
export const reduction: readonly OnnxMapping[] = [];
