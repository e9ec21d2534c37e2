import { WasmoteError } from "../errors.js";

/**
 * Reads one value of a manifest: gives it, checked, or throws `module-invalid`.
 *
 * @param at where it is, for a person: "inputs[0].shape"
 */
export type Read<T> = (value: unknown, at: string) => T;

/** Throws `module-invalid` for a value of the manifest. */
export function refuseField(at: string, expected: string): never {
  throw new WasmoteError("module-invalid", `its manifest has no valid ${at}: ${expected} is expected`);
}

/** A value that a condition holds for. */
function value<T>(expected: string, holds: (value: unknown) => boolean): Read<T> {
  return (found, at) => (holds(found) ? (found as T) : refuseField(at, expected));
}

export const text = value<string>("a text", (found) => typeof found === "string");
export const count = value<number>("a count", (found) => Number.isSafeInteger(found) && Number(found) >= 0);
export const positiveCount = value<number>(
  "a count from 1 on",
  (found) => Number.isSafeInteger(found) && Number(found) > 0,
);
export const integer = value<number>("an integer", Number.isSafeInteger);
export const finiteNumber = value<number>("a finite number", Number.isFinite);
export const positiveNumber = value<number>(
  "a finite number above 0",
  (found) => Number.isFinite(found) && Number(found) > 0,
);

/** So many bytes. */
export function bytes(length: number): Read<Uint8Array> {
  return value(`${length} bytes`, (found) => found instanceof Uint8Array && found.length === length);
}

/** One of these texts. */
export function oneOf<T extends string>(choices: readonly T[]): Read<T> {
  return value(choices.join(", "), (found) => choices.some((choice) => choice === found));
}

/** A list of at most so many entries. */
export function list<T>(entry: Read<T>, most: number): Read<T[]> {
  return (found, at) => {
    if (!Array.isArray(found) || found.length > most) return refuseField(at, `a list of at most ${most}`);
    return found.map((each, i) => entry(each, `${at}[${i}]`));
  };
}

/** A field that may be absent. */
export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (found, at) => (found === undefined ? undefined : read(found, at));
}

/** A map with these fields, each its own. Fields that are not named, as later versions may add, are left out. */
export function fields<T extends object>(readers: { readonly [Name in keyof T]-?: Read<T[Name]> }): Read<T> {
  return (found, at) => {
    if (typeof found !== "object" || found === null || Array.isArray(found)) return refuseField(at, "a map");
    const entries = Object.entries<Read<unknown>>(readers).map(([name, read]) => {
      const own = Object.hasOwn(found, name) ? (found as Record<string, unknown>)[name] : undefined;
      return [name, read(own, at === "" ? name : `${at}.${name}`)] as const;
    });
    return Object.fromEntries(entries.filter(([, field]) => field !== undefined)) as T;
  };
}
