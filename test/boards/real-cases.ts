import { elementBytes, integerRange } from "../../host/graph/tensor.js";
import { decodeReals, encodeReals, type ValueType } from "../../host/run/tensor-files/values.js";
import { random } from "../ops/harness.js";

/** Real numbers, and the tensor that they are written to. */
export interface RealCase {
  type: ValueType;
  reals: Float32Array;
}

/** Element types that real numbers are written to, by their numbers in wasmote.h. */
const dtypes = { int8: 1, uint8: 2, bool: 3, int16: 4, int32: 5, float32: 7 } as const;
type RealDType = keyof typeof dtypes;

const perCase = 200;

/** Numbers that every quantized tensor is given: zeros, ties, and what no tensor holds. */
const edges = [0, -0, 0.5, 1.5, -2.5, 8388607.5, -8388607.5, 2 ** 31, -(2 ** 31), 3e38, -3e38, 1e-45];

/** Tensors of every such type: scales, zero points, ties, and numbers beyond what they hold. The same for the same seed. */
export function realCases(seed: number): RealCase[] {
  const { real, integer } = random(seed);
  const quantized = (["int8", "uint8", "int16", "int32"] as const).flatMap((dtype) =>
    [1, 0.25, 0.0078125, 0.1, 3.7e-5, 1e-38, 1e30].flatMap((scale) =>
      ([undefined, "even"] as const).map((halves): RealCase => {
        const [low, high] = integerRange[dtype];
        const zeroPoint = integer(low, high);
        const near = (): number =>
          integer(2 * low - 9, 2 * high + 9) - zeroPoint + [0, 0.5, real()][integer(0, 2)]!;
        const reals = Float32Array.from({ length: perCase }, (_, i) => edges[i] ?? scale * near());
        return {
          type: { dtype, scale, zeroPoint, ...(halves ? { halves } : {}) },
          reals: reals.filter(Number.isFinite),
        };
      }),
    ),
  );
  const whole = (["int8", "uint8", "bool", "int16", "int32"] as const).map((dtype): RealCase => {
    const [low, high] = integerRange[dtype];
    const isHeld = (value: number): boolean => value <= high;
    return {
      type: { dtype },
      reals: Float32Array.from({ length: perCase }, () => integer(low, high)).filter(isHeld),
    };
  });
  const reals = Float32Array.from({ length: perCase }, (_, i) => (i % 9 ? 1e3 * real() - 500 : Number.NaN));
  return [...quantized, ...whole, { type: { dtype: "float32" }, reals }];
}

/** A case as native/reals.c reads it. */
export function encodeRealCase({ type, reals }: RealCase): Uint8Array {
  const head = new DataView(new ArrayBuffer(24));
  const dtype = type.dtype as RealDType;
  head.setUint32(0, dtypes[dtype], true);
  head.setUint32(4, elementBytes[dtype], true);
  head.setFloat32(8, type.scale ?? 0, true);
  head.setInt32(12, type.zeroPoint ?? 0, true);
  head.setUint32(16, type.halves === "even" ? 1 : 0, true);
  head.setUint32(20, reals.length, true);
  return Buffer.concat([new Uint8Array(head.buffer), new Uint8Array(reals.buffer)]);
}

/** What the host makes of a case, as native/reals.c prints it. */
export function hostLine({ type, reals }: RealCase): string {
  const bytes = encodeReals(reals, type);
  const back = Float32Array.from(decodeReals(bytes, type));
  return [bytes, new Uint8Array(back.buffer)].map((each) => Buffer.from(each).toString("hex")).join(" ");
}
