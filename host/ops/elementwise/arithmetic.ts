import { requireThat } from "../../graph/not-runnable.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import { sameParameters } from "../../numerics/requantization.js";
import { type BinaryKind, binary } from "./binary.js";
import { preluConstants, quotientConstants, squaredDifferenceConstants } from "./pair-constants.js";

/** Dtypes of elements without scales. */
const exact: readonly DType[] = ["float32", "int32", "int64"];

/** What operators have in common for which TFLite defines no quantized form. */
const inFloat = {
  dtypes: exact,
  quantization: { output: "float" },
  checkScales() {},
} satisfies Partial<BinaryKind>;

/** Two tensors whose integers are compared as they are, and the output: of one scale and zero point. */
function requireOneScale(first: Tensor, second: Tensor, output: Tensor): void {
  requireThat(
    sameParameters(first, second) && sameParameters(first, output),
    "the inputs and the output have different scales or zero points; equal ones are expected",
  );
}

/** a / b of whole numbers, rounded by `round`; 0 where b is 0, as the kernels have it. */
function wholeQuotient(a: number, b: number, round: (value: number) => number): number {
  return b === 0 ? 0 : round(a / b);
}

/** x^n of whole numbers, in 64 bits that wrap; of a negative n the whole part. */
function wholePower(x: number, n: number): number {
  if (n < 0) return x === 1 ? 1 : x === -1 ? (n % 2 === 0 ? 1 : -1) : 0;
  let [power, square] = [1n, BigInt(x)];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = BigInt.asIntN(64, power * square);
    square = BigInt.asIntN(64, square * square);
  }
  return Number(power);
}

const kinds = {
  div: {
    compute: (a, b, whole) => (whole ? wholeQuotient(a, b, Math.trunc) : a / b),
    dtypes: [...exact, "int8"],
    checkScales: quotientConstants,
  },
  maximum: {
    compute: (a, b) => Math.max(a, b),
    quantization: { output: "as-input" },
    checkScales: requireOneScale,
  },
  minimum: {
    compute: (a, b) => Math.min(a, b),
    quantization: { output: "as-input" },
    checkScales: requireOneScale,
  },
  squaredDifference: { compute: (a, b) => (a - b) ** 2, checkScales: squaredDifferenceConstants },
  floorDiv: {
    compute: (a, b, whole) => (whole ? wholeQuotient(a, b, Math.floor) : Math.floor(a / b)),
    ...inFloat,
  },
  floorMod: {
    compute: (a, b, whole) => (whole ? a - b * wholeQuotient(a, b, Math.floor) : a - b * Math.floor(a / b)),
    ...inFloat,
  },
  truncMod: {
    compute: (a, b, whole) => (whole ? a - b * wholeQuotient(a, b, Math.trunc) : a % b),
    ...inFloat,
  },
  atan2: { compute: Math.atan2, ...inFloat, dtypes: ["float32"] },
  pow: { compute: (a, b, whole) => (whole ? wholePower(a, b) : a ** b), ...inFloat },
  prelu: {
    compute: (a, alpha) => (a >= 0 ? a : a * alpha),
    dtypes: ["float32", "int8", "int16"],
    second: { int16: "int8" },
    checkScales: preluConstants,
  },
} satisfies Readonly<Record<string, Omit<BinaryKind, "name">>>;

const named = (name: keyof typeof kinds) => binary({ name, ...kinds[name] });

/** first / second; of whole numbers towards zero. */
export const div = named("div");

/** The larger of two. */
export const maximum = named("maximum");

/** The smaller of two. */
export const minimum = named("minimum");

/** (first - second)^2. */
export const squaredDifference = named("squaredDifference");

/** first / second, rounded down. */
export const floorDiv = named("floorDiv");

/** The rest of `floorDiv`, which has the sign of the second. */
export const floorMod = named("floorMod");

/** The rest of `div`, which has the sign of the first. */
export const truncMod = named("truncMod");

/** The angle in radians of the point (second, first), in -pi..pi. */
export const atan2 = named("atan2");

/** first to the power of second. */
export const pow = named("pow");

/** The first where it is at least 0, else first * second, which is int8 beside int16. */
export const prelu = named("prelu");
