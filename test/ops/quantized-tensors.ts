import type { DType, Tensor } from "../../host/graph/tensor.js";

/** An activation quantized as a whole. */
export function quantized(
  shape: readonly number[],
  scale: number,
  zeroPoint: number,
  dtype: "int8" | "uint8" | "int16" | "int32" = "int8",
): Tensor {
  return { name: dtype, dtype, shape, quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}

/** An activation without quantization. */
export function plain(shape: readonly number[], dtype: DType = "float32"): Tensor {
  return { name: dtype, dtype, shape };
}

/** Every int8, ascending. */
export const everyInt8 = Int8Array.from({ length: 256 }, (_, i) => i - 128);

/** Bytes as int8 numbers. */
export function asInt8(bytes: Uint8Array | undefined): number[] {
  return Array.from(bytes ?? [], (byte) => (byte << 24) >> 24);
}

/** A scale between two, evenly spread over their logarithms, as the float32 that model files hold. */
export function drawScale(real: () => number, low: number, high: number): number {
  return Math.fround(low * (high / low) ** real());
}
