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
