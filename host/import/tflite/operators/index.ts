import { WasmoteError } from "../../../errors.js";
import { conversion } from "./conversion.js";
import { convolution } from "./convolution.js";
import { detection } from "./detection.js";
import { elementwise } from "./elementwise.js";
import type { TfliteMapping } from "./mapping.js";
import { matrix } from "./matrix.js";
import { movement } from "./movement.js";
import { recurrent } from "./recurrent.js";
import { reduction } from "./reduction.js";
import { signal } from "./signal.js";

const byName = new Map<string, TfliteMapping>(
  [convolution, matrix, elementwise, reduction, recurrent, signal, detection, movement, conversion]
    .flat()
    .map((mapping) => [mapping.builtin, mapping]),
);

/** Every mapping, by the name of its TFLite operator. */
export function tfliteMappings(): TfliteMapping[] {
  return [...byName.values()];
}

/** The mapping of a TFLite operator, by its name. */
export function tfliteMapping(builtin: string): TfliteMapping | undefined {
  return byName.get(builtin);
}

/**
 * Adds mappings of a user's own, for as long as the process lives.
 *
 * @throws `operators-invalid` where a TFLite operator is mapped already; nothing is added then
 */
export function addTfliteMappings(added: readonly TfliteMapping[]): void {
  const taken = added.find(({ builtin }) => byName.has(builtin))?.builtin;
  if (taken !== undefined)
    throw new WasmoteError("operators-invalid", `${taken} is mapped to another operator already`);
  for (const mapping of added) byName.set(mapping.builtin, mapping);
}
