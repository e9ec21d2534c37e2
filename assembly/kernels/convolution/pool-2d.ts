/**
 * 2-d pools of float32, int16 and uint8, and of int8 what averagePool2dInt8 does not do; padding takes no part.
 *
 * input  [batches, inputHeight, inputWidth, channels] X, NHWC
 * output [batches, outputHeight, outputWidth, channels] X, NHWC, of the input's scale and zero point
 *
 *   average   clamp(sum / count), int16 half away from zero, int8 half up (which is what uint8, greater by 128, rounds to)
 *   maximum   clamp(largest)
 *   l2        clamp(sqrt(sum of squares / count)), float32 only
 *
 * over the `count` pixels of the window that lie inside the input, at least one, row by row. Accumulator: float32, or int32,
 * bounded by filterHeight * filterWidth * 2^15 for int16 and * 2^8 for int8; the host bounds the window.
 * Source: TFLite reference kernels `AveragePool`, `MaxPool` and `L2Pool`.
 */
import { readParameters } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { FloatPoolParameters, PoolParameters } from "../../parameters";

/** Kinds of pools, told apart when this is compiled. */
type Average = i8;
type Maximum = i16;
type L2 = i32;
type AverageHalvesUp = i64;

export function averagePool2dFloat32(parameters: i32, to: usize): void {
  pool<FloatPoolParameters, Average, f32, f32>(parameters, to);
}

export function averagePool2dInt16(parameters: i32, to: usize): void {
  pool<PoolParameters, Average, i16, i32>(parameters, to);
}

export function averagePool2dHalvesUpInt8(parameters: i32, to: usize): void {
  pool<PoolParameters, AverageHalvesUp, i8, i32>(parameters, to);
}

export function maxPool2dFloat32(parameters: i32, to: usize): void {
  pool<FloatPoolParameters, Maximum, f32, f32>(parameters, to);
}

export function maxPool2dInt16(parameters: i32, to: usize): void {
  pool<PoolParameters, Maximum, i16, i32>(parameters, to);
}

export function maxPool2dUint8(parameters: i32, to: usize): void {
  pool<PoolParameters, Maximum, u8, i32>(parameters, to);
}

export function l2Pool2dFloat32(parameters: i32, to: usize): void {
  pool<FloatPoolParameters, L2, f32, f32>(parameters, to);
}

// @ts-ignore: decorator
@inline
function pool<Parameters, Kind, X, S>(parameters: i32, to: usize): void {
  const given = readParameters<Parameters>(parameters, to);
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, channels = given.channels;
  const low = given.low, high = given.high;
  let image = given.input, output = given.output;
  for (let b = given.batches; b > 0; b--) {
    for (let y = 0; y < given.outputHeight; y++) {
      const v = y * given.strideHeight - given.padTop;
      const top = max(v, 0), bottom = min(v + given.filterHeight, inputHeight);
      for (let x = 0; x < given.outputWidth; x++) {
        const u = x * given.strideWidth - given.padLeft;
        const left = max(u, 0), right = min(u + given.filterWidth, inputWidth);
        for (let c = 0; c < channels; c++, output += sizeof<X>()) {
          const first = image + <usize>(c) * sizeof<X>();
          let value = <S>load<X>(first + <usize>((top * inputWidth + left) * channels) * sizeof<X>());
          if (!is<Kind, Maximum>()) value = 0;
          for (let row = top; row < bottom; row++) {
            let p = first + <usize>((row * inputWidth + left) * channels) * sizeof<X>();
            for (const end = p + <usize>((right - left) * channels) * sizeof<X>(); p < end; p += <usize>channels * sizeof<X>()) {
              const pixel = <S>load<X>(p);
              if (is<Kind, Maximum>()) value = pixel > value ? pixel : value;
              else value += is<Kind, L2>() ? pixel * pixel : pixel;
            }
          }
          const count = (bottom - top) * (right - left);
          if (!is<Kind, Maximum>()) {
            if (is<Kind, AverageHalvesUp>()) value = <S>((<i32>value + 128 * count + (count >> 1)) / count - 128);
            else if (isInteger<S>()) value = <S>((value > 0 ? value + <S>(count >> 1) : value - <S>(count >> 1)) / <S>count);
            else value /= <S>count;
          }
          if (is<Kind, L2>()) value = <S>sqrt<f32>(<f32>value);
          store<X>(output, <X>(value < <S>low ? <S>low : value > <S>high ? <S>high : value));
        }
      }
    }
    image += <usize>(inputHeight * inputWidth * channels) * sizeof<X>();
  }
}
