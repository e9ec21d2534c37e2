import type { OnnxMapping } from "./mapping.js";

/** */
export const convolution: readonly OnnxMapping[] = [];
