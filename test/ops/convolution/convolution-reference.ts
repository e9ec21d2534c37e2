import type { Tensor } from "../../../host/graph/tensor.js";
import type { Padding } from "../../../host/numerics/window.js";
import type { random } from "../harness.js";

/** A random convolution-like case: geometry, quantization, data. */
export interface ConvolutionCase {
  input: Tensor;
  data: Int8Array;
  weights: Tensor & { data: Int8Array };
  bias: (Tensor & { data: Int32Array }) | undefined;
  output: Tensor;
  attributes: {
    strideHeight: number;
    strideWidth: number;
    dilationHeight: number;
    dilationWidth: number;
    padding: Padding;
    activation: "none" | "relu" | "relu6";
  };
}

/** A positive factor as multiplier * 2^(exponent - 31), the multiplier of 31 bits. */
function decompose(real: number): { multiplier: bigint; exponent: number } {
  let exponent = 0;
  let fraction = real;
  while (fraction < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (fraction >= 1) {
    fraction /= 2;
    exponent++;
  }
  let multiplier = BigInt(Math.round(fraction * 2 ** 31));
  if (multiplier === 1n << 31n) {
    multiplier >>= 1n;
    exponent++;
  }
  return { multiplier, exponent };
}

/** Rescales a sum of 64 bits as TFLite does: by 16 bits of the multiplier, halves up. */
export function rescaleLong(sum: bigint, real: number): number {
  const { multiplier, exponent } = decompose(real);
  const reduced = multiplier < 0x7fff0000n ? (multiplier + (1n << 15n)) >> 16n : 0x7fffn;
  const shift = BigInt(15 - exponent);
  return Number(BigInt.asIntN(32, (sum * reduced + (1n << (shift - 1n))) >> shift));
}

/** Rescales an accumulator as gemmlowp does: doubling high multiplication, then rounding right shift, in BigInt. */
export function rescale(accumulator: number, real: number): number {
  if (real === 0) return 0;
  const { multiplier, exponent } = decompose(real);
  const shifted = BigInt.asIntN(32, BigInt(accumulator) << BigInt(Math.max(exponent, 0)));
  const product = shifted * multiplier;
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  const high = (product + nudge) / (1n << 31n);
  const right = BigInt(Math.max(-exponent, 0));
  if (right === 0n) return Number(high);
  const magnitude = high < 0n ? -high : high;
  const rounded = (magnitude + (1n << (right - 1n))) >> right;
  return Number(high < 0n ? -rounded : rounded);
}

/** Rescales an accumulator with one rounding, halves up. */
export function rescaleOnce(accumulator: number, real: number): number {
  return Math.floor(accumulator * real + 0.5);
}

/**
 * The plain loop of TFLite's 8-bit specification, for a convolution (`depthwise` false: weights OHWI) or a depthwise
 * one (weights 1HWN): input minus zero point times weight, summed in int32, bias, requantization, clamp.
 */
export function convolve(spec: ConvolutionCase, depthwise: boolean): Int8Array {
  const [batches, height, width, channels] = spec.input.shape as [number, number, number, number];
  const [, outHeight, outWidth, outChannels] = spec.output.shape as [number, number, number, number];
  const [, filterHeight, filterWidth] = spec.weights.shape as [number, number, number];
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padding, activation } = spec.attributes;
  const zeroIn = spec.input.quantization?.zeroPoint[0] as number;
  const scaleIn = spec.input.quantization?.scale[0] as number;
  const zeroOut = spec.output.quantization?.zeroPoint[0] as number;
  const scaleOut = spec.output.quantization?.scale[0] as number;
  const low = activation === "none" ? -128 : Math.max(-128, zeroOut);
  const six = zeroOut + Math.round(Math.fround(6 / scaleOut));
  const high = activation === "relu6" ? Math.min(127, six) : 127;
  const multiplier = depthwise ? outChannels / channels : 1;
  const output = new Int8Array(batches * outHeight * outWidth * outChannels);
  let at = 0;
  for (let b = 0; b < batches; b++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let n = 0; n < outChannels; n++) {
          let sum = spec.bias?.data[n] ?? 0;
          for (let fy = 0; fy < filterHeight; fy++)
            for (let fx = 0; fx < filterWidth; fx++)
              for (let c = 0; c < (depthwise ? 1 : channels); c++) {
                const iy = y * strideHeight - padding.top + fy * dilationHeight;
                const ix = x * strideWidth - padding.left + fx * dilationWidth;
                if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
                const channel = depthwise ? Math.floor(n / multiplier) : c;
                const value =
                  (spec.data[((b * height + iy) * width + ix) * channels + channel] as number) - zeroIn;
                const weight = depthwise
                  ? spec.weights.data[(fy * filterWidth + fx) * outChannels + n]
                  : spec.weights.data[((n * filterHeight + fy) * filterWidth + fx) * channels + c];
                sum += value * (weight as number);
              }
          const scales = spec.weights.quantization?.scale as number[];
          const scale = (scales.length === 1 ? scales[0] : scales[n]) as number;
          const value =
            spec.output.quantization?.halves === "even"
              ? rescaleOnce(sum, Math.fround(Math.fround(scaleIn * scale) / scaleOut))
              : rescale(sum, (scaleIn * scale) / scaleOut);
          output[at++] = Math.min(high, Math.max(low, value + zeroOut));
        }
  return output;
}

/** How a random case is drawn. */
export interface Draw {
  depthwise: boolean;
  channels: number;
  outChannels: number;
  filter: [number, number];
  extreme?: boolean;
  /** Whether sums are rounded once, as ONNX has it. */
  isOnce?: boolean;
  /** Whether there is one position, whose window is as wide as the input and leaves out nothing. */
  isSingle?: boolean;
}

/** Draws a case; padding, strides, dilation, scales and zero points are random. */
export function drawCase(source: ReturnType<typeof random>, draw: Draw): ConvolutionCase {
  const { integer, real, int8s } = source;
  const [filterHeight, filterWidth] = draw.filter;
  const [strideHeight, strideWidth] = draw.isSingle ? [10, 1] : [integer(1, 3), integer(1, 3)];
  const [dilationHeight, dilationWidth] =
    integer(0, 3) === 0 ? [integer(1, 3), draw.isSingle ? 1 : integer(1, 3)] : [1, 1];
  const most = draw.isSingle ? 0 : 2;
  const padding = {
    top: integer(0, most),
    bottom: integer(0, most),
    left: integer(0, most),
    right: integer(0, most),
  };
  const spanHeight = (filterHeight - 1) * dilationHeight + 1;
  const spanWidth = (filterWidth - 1) * dilationWidth + 1;
  const height = Math.max(1, spanHeight - padding.top - padding.bottom + integer(0, 9));
  const width = draw.isSingle
    ? spanWidth
    : Math.max(1, spanWidth - padding.left - padding.right + integer(0, 9));
  const outHeight = Math.floor((height + padding.top + padding.bottom - spanHeight) / strideHeight) + 1;
  const outWidth = Math.floor((width + padding.left + padding.right - spanWidth) / strideWidth) + 1;
  const batches = integer(1, 2);
  const { channels, outChannels } = draw;
  const shape = draw.depthwise
    ? [1, filterHeight, filterWidth, outChannels]
    : [outChannels, filterHeight, filterWidth, channels];
  const count = shape.reduce((a, b) => a * b, 1);
  const weights = draw.extreme
    ? Int8Array.from({ length: count }, () => (integer(0, 1) === 0 ? -128 : 127))
    : int8s(count);
  const data = draw.extreme
    ? new Int8Array(batches * height * width * channels).fill(integer(0, 1) === 0 ? -128 : 127)
    : int8s(batches * height * width * channels);
  const perChannel = integer(0, 3) > 0;
  const scale = (): number => Math.fround(10 ** (real() * 3 - 3));
  const scales = Array.from({ length: perChannel ? outChannels : 1 }, scale);
  const scaleIn = scale();
  const typical = scaleIn * (scales[0] as number) * Math.sqrt(count / outChannels) * 80;
  const large = integer(0, 4) === 0;
  return {
    input: {
      name: "input",
      dtype: "int8",
      shape: [batches, height, width, channels],
      quantization: { scale: [scaleIn], zeroPoint: [integer(-128, 127)], axis: 0 },
    },
    data,
    weights: {
      name: "weights",
      dtype: "int8",
      shape,
      data: weights,
      quantization: { scale: scales, zeroPoint: scales.map(() => 0), axis: draw.depthwise ? 3 : 0 },
    },
    bias:
      integer(0, 3) === 0
        ? undefined
        : {
            name: "bias",
            dtype: "int32",
            shape: [outChannels],
            data: Int32Array.from({ length: outChannels }, () => integer(-(2 ** 15), 2 ** 15)),
          },
    output: {
      name: "output",
      dtype: "int8",
      shape: [batches, outHeight, outWidth, outChannels],
      quantization: {
        scale: [Math.fround(large ? (scaleIn * (scales[0] as number)) / 1.7 : typical)],
        zeroPoint: [integer(-128, 127)],
        axis: 0,
        ...(draw.isOnce ? { halves: "even" } : {}),
      },
    },
    attributes: {
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      padding,
      activation: (["none", "relu", "relu6"] as const)[integer(0, 2)] ?? "none",
    },
  };
}
