import { elementCount, type Tensor } from "./tensor.js";

/** A constant's real values: as stored, or dequantized where it has a scale. Undefined for what is not constant. */
export function realValues({ data, quantization, shape }: Tensor): Float32Array | undefined {
  if (data === undefined || data instanceof Float32Array) return data;
  if (quantization === undefined)
    return Float32Array.from({ length: data.length }, (_, i) => Number(data[i]));
  const { scale, zeroPoint, axis } = quantization;
  // Runs of equal channel index.
  const inner = elementCount(shape.slice(axis + 1));
  return Float32Array.from({ length: data.length }, (_, i) => {
    const channel = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    return (scale[channel] as number) * (Number(data[i]) - (zeroPoint[channel] as number));
  });
}
