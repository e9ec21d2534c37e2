import type { Fields } from "../abi/block.js";
import { WasmoteError } from "../errors.js";
import { NotRunnable } from "../graph/not-runnable.js";
import type { TfliteMapping } from "../import/tflite/operators/mapping.js";
import type { UserOperator } from "../operators.js";

/** A function of an operator, whatever it takes. */
type Member = (...values: never[]) => unknown;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isList = (item: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(item);
const isType = (value: unknown): boolean =>
  isRecord(value) && typeof value.dtype === "string" && isList(isCount)(value.shape);

/** What a function must give, and how that is said. */
interface Result {
  is(value: unknown): boolean;
  expected: string;
  optional?: true;
}

/** What the functions of an operator must give. */
const operatorResults: Readonly<Record<string, Result>> = {
  infer: { is: isList(isType), expected: "a list of types" },
  macs: { is: isCount, expected: "a whole number" },
  reference: { is: isList((value) => value instanceof Float32Array), expected: "a list of Float32Array" },
  byteTable: {
    is: (value) => value === undefined || (value instanceof Uint8Array && value.length === 256),
    expected: "256 bytes, or undefined",
    optional: true,
  },
};

/** What the functions of a lowering must give. */
const loweringResults: Readonly<Record<string, Result>> = {
  emit: {
    is: isList((value) => isRecord(value) && typeof value.kernel === "string" && isCount(value.block)),
    expected: "a list of what callKernel gives",
  },
  scratchBytes: { is: isList(isCount), expected: "a list of whole numbers", optional: true },
  inPlace: { is: isList(isCount), expected: "a list of positions", optional: true },
  liesInVariable: { is: (value) => typeof value === "boolean", expected: "true or false", optional: true },
};
const translation: Result = {
  is: (value) => isRecord(value) && typeof value.operator === "string" && isRecord(value.attributes),
  expected: "{ operator, attributes }",
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
export function guardOperator(file: string, made: unknown): Required<UserOperator> {
  const fail = (detail: string): never => {
    throw new WasmoteError("operators-invalid", detail, { file });
  };
  const parts = isRecord(made) ? made : {};
  const { tflite, parameters } = parts;
  const operator = isRecord(parts.operator) ? parts.operator : {};
  const lowering = isRecord(parts.lowering) ? parts.lowering : {};
  const named = typeof operator.name === "string" && operator.name !== "";
  const missing = [
    ...(named ? [] : ["operator.name"]),
    ...(isRecord(operator.quantization) ? [] : ["operator.quantization"]),
    ...missingMembers("operator", operator, operatorResults),
    ...(named && lowering.operator !== operator.name ? ["lowering.operator, the operator's name"] : []),
    ...missingMembers("lowering", lowering, loweringResults),
    ...(tflite === undefined || isList(isMapping)(tflite) ? [] : ["tflite as a list of mappings"]),
    ...(isList(isBlock)(parameters) ? [] : ["parameters as a list of what block gives, of named fields"]),
  ];
  if (missing.length > 0) fail(`it gives no ${missing.join(", ")}`);

  const guard =
    (name: string, of: unknown, member: Member, { is, expected }: Result): Member =>
    (...values) => {
      let result: unknown;
      try {
        result = member.apply(of, values);
      } catch (error) {
        if (error instanceof NotRunnable || error instanceof WasmoteError) throw error;
        return fail(`${name} throws ${error}`);
      }
      return is(result) ? result : fail(`${name} gives ${String(result)}; ${expected} is expected`);
    };
  const guardAll = (of: Record<string, unknown>, results: Readonly<Record<string, Result>>) => ({
    ...of,
    ...Object.fromEntries(
      Object.entries(results).flatMap(([name, result]) =>
        of[name] === undefined ? [] : [[name, guard(name, of, of[name] as Member, result)]],
      ),
    ),
  });
  const mappings = ((tflite ?? []) as TfliteMapping[]).map((mapping) => ({
    ...mapping,
    read: guard(`tflite ${mapping.builtin}: read`, mapping, mapping.read as Member, translation),
  }));
  return {
    operator: guardAll(operator, operatorResults),
    lowering: guardAll(lowering, loweringResults),
    tflite: mappings,
    parameters,
  } as unknown as Required<UserOperator>;
}

/** Names of the functions that a part lacks. */
function missingMembers(
  part: string,
  given: Record<string, unknown>,
  results: Readonly<Record<string, Result>>,
): string[] {
  return Object.entries(results).flatMap(([name, { optional }]) =>
    typeof given[name] === "function" || (optional === true && given[name] === undefined)
      ? []
      : [`${part}.${name}`],
  );
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
