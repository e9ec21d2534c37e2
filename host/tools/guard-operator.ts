import type { Fields } from "../abi/block.js";
import { WasmoteError } from "../errors.js";
import type { UserOperator } from "../operators.js";
import { NotRunnable, type Operator, type TfliteMapping } from "../ops/operator.js";

/** A function of an operator, whatever it takes. */
type Member = (...values: never[]) => unknown;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isList = (item: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(item);
const isType = (value: unknown): boolean =>
  isRecord(value) && typeof value.dtype === "string" && isList(isCount)(value.shape);

/** What an operator's functions must give, and how that is said. */
const results: Readonly<Record<string, { is(value: unknown): boolean; expected: string; optional?: true }>> =
  {
    infer: { is: isList(isType), expected: "a list of types" },
    macs: { is: isCount, expected: "a whole number" },
    reference: { is: isList((value) => value instanceof Float32Array), expected: "a list of Float32Array" },
    emit: {
      is: isList((value) => isRecord(value) && typeof value.kernel === "string" && isCount(value.block)),
      expected: "a list of what callKernel gives",
    },
    scratchBytes: { is: isList(isCount), expected: "a list of whole numbers", optional: true },
    inPlace: { is: isList(isCount), expected: "a list of positions", optional: true },
    byteTable: {
      is: (value) => value === undefined || (value instanceof Uint8Array && value.length === 256),
      expected: "256 bytes, or undefined",
      optional: true,
    },
  };
const read = {
  is: (value: unknown) => isRecord(value) && isRecord(value.attributes),
  expected: "{ attributes }",
};

const identifier = /^[A-Za-z_]\w*$/;
const fieldTypes = ["address", "weights", "int32", "int64", "float32"];

/**
 * Checks what an operator's host part has made, and guards its functions: what they throw besides refusals, and results
 * that are none, become errors that name file and function.
 *
 * @param file of the host part, for errors
 * @throws `operators-invalid`
 */
export function guardOperator(file: string, made: unknown): UserOperator {
  const fail = (detail: string): never => {
    throw new WasmoteError("operators-invalid", detail, { file });
  };
  const { operator, parameters } = isRecord(made) ? made : {};
  const given = isRecord(operator) ? operator : {};
  const missing = [
    ...(typeof given.name === "string" && given.name !== "" ? [] : ["operator.name"]),
    ...(isRecord(given.quantization) ? [] : ["operator.quantization"]),
    ...Object.entries(results).flatMap(([name, { optional }]) =>
      typeof given[name] === "function" || (optional === true && given[name] === undefined)
        ? []
        : [`operator.${name}`],
    ),
    ...(given.tflite === undefined || isList(isMapping)(given.tflite)
      ? []
      : ["operator.tflite as a list of mappings"]),
    ...(isList(isBlock)(parameters) ? [] : ["parameters as a list of what block gives, of named fields"]),
  ];
  if (missing.length > 0) fail(`it gives no ${missing.join(", ")}`);

  const guard =
    (
      name: string,
      member: Member,
      { is, expected }: { is(value: unknown): boolean; expected: string },
    ): Member =>
    (...values) => {
      let result: unknown;
      try {
        result = member.apply(operator, values);
      } catch (error) {
        if (error instanceof NotRunnable || error instanceof WasmoteError) throw error;
        return fail(`${name} throws ${error}`);
      }
      return is(result) ? result : fail(`${name} gives ${String(result)}; ${expected} is expected`);
    };
  const guarded: Record<string, unknown> = { ...given };
  for (const [name, result] of Object.entries(results)) {
    if (given[name] !== undefined) guarded[name] = guard(name, given[name] as Member, result);
  }
  if (given.tflite !== undefined) {
    guarded.tflite = (given.tflite as TfliteMapping<object>[]).map((mapping) => ({
      ...mapping,
      read: guard(`tflite ${mapping.builtin}: read`, mapping.read.bind(mapping) as Member, read),
    }));
  }
  return { operator: guarded as unknown as Operator, parameters: parameters as UserOperator["parameters"] };
}

function isMapping(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.builtin === "string" &&
    isCount(value.optionsType) &&
    isCount(value.maxVersion) &&
    typeof value.read === "function"
  );
}

function isBlock(value: unknown): boolean {
  if (!isRecord(value) || typeof value.name !== "string" || typeof value.note !== "string") return false;
  if (!identifier.test(value.name) || !isRecord(value.fields)) return false;
  return Object.entries(value.fields as Fields).every(([name, field]) => {
    const type = typeof field === "string" ? field : field?.type;
    return identifier.test(name) && fieldTypes.includes(type);
  });
}
