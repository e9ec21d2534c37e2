import { WasmoteError } from "../errors.js";

/** Throws `weights-not-finite` unless the values are numbers, and finite ones where infinite ones are not allowed. */
export function requireNumbers(name: string, values: Float32Array, infinite: "allowed" | "refused"): void {
  const bad = values.findIndex((value) =>
    infinite === "allowed" ? Number.isNaN(value) : !Number.isFinite(value),
  );
  if (bad < 0) return;
  throw new WasmoteError("weights-not-finite", `weight "${name}" has ${values[bad]} at element ${bad}`);
}
