import { conversion } from "./cast.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import type { TensorflowMapping } from "./mapping.js";
import { matrix } from "./matrix.js";
import { movement } from "./movement.js";
import { reduction } from "./reduction.js";
import { shapes } from "./shapes.js";

/** Every operator of TensorFlow's graphs that is read by a table. */
export const tensorflowMappings: readonly TensorflowMapping[] = [
  ...convolution,
  ...matrix,
  ...elementwise,
  ...reduction,
  ...movement,
  ...shapes,
  ...conversion,
];

const byName = new Map(tensorflowMappings.map((mapping) => [mapping.operator, mapping]));

/** The mapping of an operator. */
export function tensorflowMapping(operator: string): TensorflowMapping | undefined {
  return byName.get(operator);
}

/** Why an operator without a mapping cannot be run, and what can be done. */
export function unsupportedReason(operator: string): string {
  if (/^(HashTable|LookupTable|MutableHashTable)/.test(operator))
    return "tables that are looked up are not supported; do it before the model runs";
  if (/^(NonMaxSuppression|Unique|ListDiff|Multinomial)/.test(operator))
    return "how large its output is depends on the input; cut the model before it, and do this in the program";
  if (/^(Random|TruncatedNormal|StatelessRandom)/.test(operator)) return "random numbers are not supported";
  return "the operator is not supported";
}
