import type { z } from "zod";
import { suggestion } from "../nearest.js";
import { refuseApplication } from "./times.js";

/** What is expected where a value is of another type, by zod's names of types. */
const types: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** "2, 4 or 8". */
function orText(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  const [last, before] = [texts.at(-1), texts.slice(0, -1)];
  return before.length === 0 ? String(last) : `${before.join(", ")} or ${last}`;
}

function sizeText(origin: string, least: boolean, bound: number, isAmong: boolean): string {
  if (origin === "string")
    return least ? "a text that is not empty" : `a text of at most ${bound} characters`;
  if (origin === "array") return `a list of at ${least ? "least" : "most"} ${bound}`;
  const number = origin === "int" ? "a whole number" : "a number";
  if (!isAmong) return `${number} ${least ? "above" : "below"} ${bound}`;
  return least ? `${number} from ${bound} on` : `${number} up to ${bound}`;
}

/** What is expected in a place, for zod, which asks where a schema does not say it. */
export function expectedText(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "invalid_type") return types[issue.expected] ?? `a value of type ${issue.expected}`;
  if (issue.code === "invalid_value") return orText(issue.values as unknown[]);
  if (issue.code === "too_small")
    return sizeText(issue.origin as string, true, Number(issue.minimum), issue.inclusive !== false);
  if (issue.code === "too_big")
    return sizeText(issue.origin as string, false, Number(issue.maximum), issue.inclusive !== false);
  if (issue.code === "unrecognized_keys") {
    const { shape = {} } = (issue.inst?._zod.def ?? {}) as { shape?: object };
    const [key = ""] = issue.keys as string[];
    const known = Object.keys(shape);
    return `there is no field "${key}"${suggestion(key, known)}; there are ${known.join(", ")}`;
  }
  return "another value";
}

function valueAt(found: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    found,
  );
}

const mostCharacters = 60;

/** A value as it was found, shortly. */
function foundText(value: unknown): string {
  if (value === undefined) return "it is missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}...`;
}

/**
 * Refuses an application's file for what its schema says of it: a field that there is not before one that is missing, which it may be
 * meant to be.
 *
 * @throws `application-invalid`
 */
export function refuseIssues(found: unknown, issues: readonly z.core.$ZodIssue[]): never {
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue === undefined) return refuseApplication("", "it is not as expected");
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys") return refuseApplication(at, issue.message);
  if (issue.code === "invalid_key")
    return refuseApplication(
      issue.path.slice(0, -1).join("."),
      `${foundText(issue.path.at(-1))}; ${issue.issues[0]?.message} is expected`,
    );
  return refuseApplication(at, `${foundText(valueAt(found, issue.path))}; ${issue.message} is expected`);
}

/**
 * Refuses names that JSON may have and JavaScript loses: of stages, of events, and of all other fields.
 *
 * @throws `application-invalid`
 */
export function refuseLostNames(found: unknown): void {
  const rest: { value: unknown; at: string }[] = [{ value: found, at: "" }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, at } = next;
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__")) refuseApplication(at, '"__proto__"; another name is expected');
    for (const [name, inner] of Object.entries(value))
      rest.push({ value: inner, at: at === "" ? name : `${at}.${name}` });
  }
}
