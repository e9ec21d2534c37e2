import { type Place, WasmoteError } from "../errors.js";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object, and no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value in at most 60 characters, for messages. */
export function shown(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function invalid(what: string, value: unknown, expected: string, place: Place): never {
  throw new WasmoteError("model-invalid", `${what} is ${shown(value)}; ${expected} is expected`, place);
}

/** The value as an object. Throws `model-invalid` that names `what`. */
export function asObject(value: unknown, what: string, place: Place = {}): JsonObject {
  return isObject(value) ? value : invalid(what, value, "an object", place);
}

/** The value as an array. Throws `model-invalid` that names `what`. */
export function asArray(value: unknown, what: string, place: Place = {}): readonly unknown[] {
  return Array.isArray(value) ? value : invalid(what, value, "an array", place);
}

/** The value as a string. Throws `model-invalid` that names `what`. */
export function asString(value: unknown, what: string, place: Place = {}): string {
  return typeof value === "string" ? value : invalid(what, value, "a string", place);
}

/** The value as an integer of at least `least`. Throws `model-invalid` that names `what`. */
export function asInteger(value: unknown, least: number, what: string, place: Place = {}): number {
  return Number.isSafeInteger(value) && (value as number) >= least
    ? (value as number)
    : invalid(what, value, `an integer of at least ${least}`, place);
}

/** The value as a finite number. Throws `model-invalid` that names `what`. */
export function asNumber(value: unknown, what: string, place: Place = {}): number {
  return Number.isFinite(value) ? (value as number) : invalid(what, value, "a finite number", place);
}

/** The value as true or false. Throws `model-invalid` that names `what`. */
export function asBoolean(value: unknown, what: string, place: Place = {}): boolean {
  return typeof value === "boolean" ? value : invalid(what, value, "true or false", place);
}
