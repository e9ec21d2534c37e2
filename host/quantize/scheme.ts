import type { NarrowStorage } from "../graph/tensor.js";

/** What a node computes in. */
export const arithmetics = ["int8", "int16", "float32"] as const;
export type Arithmetic = (typeof arithmetics)[number];

/**
 * What a node's weights become: integers of 8 bits with one scale for each output, or what is stored in fewer (`NarrowStorage`);
 * or they stay float32.
 */
export type WeightKind = "int8" | Exclude<NarrowStorage, "float16"> | "float32";

/** How a node of a float model is quantized. */
export interface NodeScheme {
  arithmetic: Arithmetic;
  weights: WeightKind;
}

/** What is said of a node where nothing else is. */
export const plainScheme: NodeScheme = { arithmetic: "int8", weights: "int8" };

/**
 * What a float model can be quantized to as a whole: int8; int16 activations with int8 weights; int8 activations with
 * weights of int4, of int4 in groups with multipliers of their own, or out of tables; float32 activations with int8 weights.
 */
export const quantizations = ["int8", "int16", "int4", "int4-groups", "table16", "table4", "hybrid"] as const;
/** One of `quantizations`. */
export type QuantizationKind = (typeof quantizations)[number];

/** The scheme of every node of a model that is quantized as a whole. */
export const wholeSchemes: Readonly<Record<QuantizationKind, NodeScheme>> = {
  int8: plainScheme,
  int16: { arithmetic: "int16", weights: "int8" },
  int4: { arithmetic: "int8", weights: "int4" },
  "int4-groups": { arithmetic: "int8", weights: "int4-groups" },
  table16: { arithmetic: "int8", weights: "table16" },
  table4: { arithmetic: "int8", weights: "table4" },
  hybrid: { arithmetic: "float32", weights: "int8" },
};
