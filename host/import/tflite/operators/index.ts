import { WasmoteError } from "../../../errors.js";
import { conversion } from "./conversion.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import type { TfliteMapping } from "./mapping.js";
import { matrix } from "./matrix.js";
import { movement } from "./movement.js";
import { reduction } from "./reduction.js";

const byName = new Map<string, TfliteMapping>(
  [convolution, matrix, elementwise, reduction, movement, conversion]
    .flat()
    .map((mapping) => [mapping.builtin, mapping]),
);

/** The mapping of a TFLite operator, by its name. */
export function tfliteMapping(builtin: string): TfliteMapping | undefined {
  return byName.get(builtin);
}

/** Every mapping, those of a user's own operators among them. */
export function tfliteMappings(): readonly TfliteMapping[] {
  return [...byName.values()];
}

/**
 * Adds mappings of a user's own, for as long as the process lives.
 *
 * @throws `operators-invalid` where a TFLite operator is mapped already
 */
export function addTfliteMappings(added: readonly TfliteMapping[]): void {
  for (const mapping of added) {
    if (byName.has(mapping.builtin))
      throw new WasmoteError("operators-invalid", `${mapping.builtin} is mapped to another operator already`);
    byName.set(mapping.builtin, mapping);
  }
}
