/** What a node computes in. */
export const arithmetics = ["int8", "int16", "float32"] as const;
export type Arithmetic = (typeof arithmetics)[number];

/** How many bits a node's weights have: of int8 or int4 with one scale for each output, or those of the model. */
export const weightKinds = ["int8", "int4", "float32"] as const;
export type WeightKind = (typeof weightKinds)[number];

/** How a node of a float model is quantized. */
export interface NodeScheme {
  arithmetic: Arithmetic;
  weights: WeightKind;
}

/** What is said of a node where nothing else is. */
export const plainScheme: NodeScheme = { arithmetic: "int8", weights: "int8" };

/**
 * What a float model can be quantized to as a whole: int8; int16 activations with int8 weights; int8 activations with int4
 * weights; float32 activations with int8 weights.
 */
export const quantizations = ["int8", "int16", "int4", "hybrid"] as const;
export type QuantizationKind = (typeof quantizations)[number];

/** The scheme of every node of a model that is quantized as a whole. */
export const wholeSchemes: Readonly<Record<QuantizationKind, NodeScheme>> = {
  int8: plainScheme,
  int16: { arithmetic: "int16", weights: "int8" },
  int4: { arithmetic: "int8", weights: "int4" },
  hybrid: { arithmetic: "float32", weights: "int8" },
};
