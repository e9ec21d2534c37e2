/**
 * 2-d pools whose pixels may lie apart, and whose averages may count padding.
 *
 * input  [batches, inputHeight, inputWidth, channels] X, NHWC
 * output [batches, outputHeight, outputWidth, channels] X, NHWC, of the input's scale and zero point
 *
 *   average   clamp((sum + zeroPoint * (count - inside)) / count), integers half away from zero; "even": the real average
 *             in steps of the scale, half to even
 *   maximum   clamp(largest)
 *   l2        clamp(sqrt(sum of squares / count)), float32 only
 *   indices   batch * batchStep + row * rowStep + column * columnStep + channel * channelStep of the first largest pixel,
 *             int32 or int64
 *
 * over the `inside` pixels of the window that lie inside the input, at least one, row by row. `count` of its pixels lie
 * inside the input and what counts of its padding. Accumulator: float32, or int32, bounded by filterHeight * filterWidth *
 * 2^15 for int16 and * 2^8 for the others; the host bounds the window.
 * Source: ONNX operators `AveragePool`, `MaxPool` and `LpPool`.
 */
import { readParameters } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { AnyFloatPoolParameters, AnyPoolParameters, PoolIndicesParameters } from "../../parameters";

/** Kinds of pools, told apart when this is compiled. */
type Average = i8;
type Maximum = i16;
type L2 = i32;
type AverageEven = i64;

export function averagePool2dAnyFloat32(parameters: i32, to: usize): void {
  pool<AnyFloatPoolParameters, Average, f32, f32>(parameters, to);
}

export function averagePool2dAnyInt8(parameters: i32, to: usize): void {
  pool<AnyPoolParameters, Average, i8, i32>(parameters, to);
}

export function averagePool2dEvenInt8(parameters: i32, to: usize): void {
  pool<AnyPoolParameters, AverageEven, i8, i32>(parameters, to);
}

export function averagePool2dAnyInt16(parameters: i32, to: usize): void {
  pool<AnyPoolParameters, Average, i16, i32>(parameters, to);
}

export function maxPool2dAnyFloat32(parameters: i32, to: usize): void {
  pool<AnyFloatPoolParameters, Maximum, f32, f32>(parameters, to);
}

export function maxPool2dAnyInt8(parameters: i32, to: usize): void {
  pool<AnyPoolParameters, Maximum, i8, i32>(parameters, to);
}

export function maxPool2dAnyUint8(parameters: i32, to: usize): void {
  pool<AnyPoolParameters, Maximum, u8, i32>(parameters, to);
}

export function maxPool2dAnyInt16(parameters: i32, to: usize): void {
  pool<AnyPoolParameters, Maximum, i16, i32>(parameters, to);
}

export function l2Pool2dAnyFloat32(parameters: i32, to: usize): void {
  pool<AnyFloatPoolParameters, L2, f32, f32>(parameters, to);
}

// @ts-ignore: decorator
@inline
function pool<Parameters, Kind, X, S>(parameters: i32, to: usize): void {
  const given = readParameters<Parameters>(parameters, to);
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, channels = given.channels;
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth;
  const dilationHeight = given.dilationHeight, dilationWidth = given.dilationWidth;
  const pixelStep = <usize>(dilationWidth * channels) * sizeof<X>();
  const low = given.low, high = given.high;
  let image = given.input, output = given.output;
  for (let b = given.batches; b > 0; b--) {
    for (let y = 0; y < given.outputHeight; y++) {
      const v = y * given.strideHeight - given.padTop;
      const above = tapsBefore(-v, dilationHeight, filterHeight);
      const rows = tapsBefore(inputHeight - v, dilationHeight, filterHeight) - above;
      const countedRows = tapsBefore(inputHeight + given.countBottom - v, dilationHeight, filterHeight) -
        tapsBefore(-given.countTop - v, dilationHeight, filterHeight);
      for (let x = 0; x < given.outputWidth; x++) {
        const u = x * given.strideWidth - given.padLeft;
        const before = tapsBefore(-u, dilationWidth, filterWidth);
        const columns = tapsBefore(inputWidth - u, dilationWidth, filterWidth) - before;
        const count = countedRows * (tapsBefore(inputWidth + given.countRight - u, dilationWidth, filterWidth) -
          tapsBefore(-given.countLeft - u, dilationWidth, filterWidth));
        const corner = (v + above * dilationHeight) * inputWidth + u + before * dilationWidth;
        let first = image + <usize>(corner * channels) * sizeof<X>();
        for (let c = 0; c < channels; c++, output += sizeof<X>(), first += sizeof<X>()) {
          let value = is<Kind, Maximum>() ? <S>load<X>(first) : <S>0;
          let row = first;
          for (let i = 0; i < rows; i++, row += <usize>(dilationHeight * inputWidth * channels) * sizeof<X>()) {
            for (let p = row, end = row + <usize>columns * pixelStep; p < end; p += pixelStep) {
              const pixel = <S>load<X>(p);
              if (is<Kind, Maximum>()) value = pixel > value ? pixel : value;
              else value += is<Kind, L2>() ? pixel * pixel : pixel;
            }
          }
          if (is<Kind, Average>() && isInteger<S>()) {
            value += <S>(given.zeroPoint * (count - rows * columns));
            value = <S>((value > 0 ? value + <S>(count >> 1) : value - <S>(count >> 1)) / <S>count);
          } else if (is<Kind, AverageEven>()) {
            value = <S>(given.zeroPoint + nearestEven(<i32>value - given.zeroPoint * rows * columns, count));
          } else if (!is<Kind, Maximum>()) value /= <S>count;
          if (is<Kind, L2>()) value = <S>sqrt<f32>(<f32>value);
          store<X>(output, <X>(value < <S>low ? <S>low : value > <S>high ? <S>high : value));
        }
      }
    }
    image += <usize>(inputHeight * inputWidth * channels) * sizeof<X>();
  }
}

export function maxPoolIndices2dFloat32(parameters: i32, to: usize): void {
  indices<f32>(parameters, to);
}

export function maxPoolIndices2dInt8(parameters: i32, to: usize): void {
  indices<i8>(parameters, to);
}

export function maxPoolIndices2dUint8(parameters: i32, to: usize): void {
  indices<u8>(parameters, to);
}

// @ts-ignore: decorator
@inline
function indices<X>(parameters: i32, to: usize): void {
  const given = readParameters<PoolIndicesParameters>(parameters, to);
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, channels = given.channels;
  const dilationHeight = given.dilationHeight, dilationWidth = given.dilationWidth, indexBytes = given.indexBytes;
  let output = given.output;
  for (let b = 0; b < given.batches; b++) {
    for (let y = 0; y < given.outputHeight; y++) {
      const v = y * given.strideHeight - given.padTop;
      const top = v + tapsBefore(-v, dilationHeight, given.filterHeight) * dilationHeight;
      const bottom = min(v + given.filterHeight * dilationHeight, inputHeight);
      for (let x = 0; x < given.outputWidth; x++) {
        const u = x * given.strideWidth - given.padLeft;
        const left = u + tapsBefore(-u, dilationWidth, given.filterWidth) * dilationWidth;
        const right = min(u + given.filterWidth * dilationWidth, inputWidth);
        for (let c = 0; c < channels; c++, output += indexBytes) {
          let largest: X = 0;
          let place = -1;
          for (let row = top; row < bottom; row += dilationHeight) {
            for (let column = left; column < right; column += dilationWidth) {
              const element = ((b * inputHeight + row) * inputWidth + column) * channels + c;
              const value = load<X>(given.input + <usize>element * sizeof<X>());
              if (place >= 0 && !(value > largest)) continue;
              largest = value;
              place = b * given.batchStep + row * given.rowStep + column * given.columnStep + c * given.channelStep;
            }
          }
          if (indexBytes == 8) store<i64>(output, <i64>place);
          else store<i32>(output, place);
        }
      }
    }
  }
}

/** sum / count, of two nearest integers the even one. */
function nearestEven(sum: i32, count: i32): i32 {
  let below = sum / count;
  if (below * count > sum) below--;
  const rest = 2 * (sum - below * count);
  return rest > count || (rest == count && (below & 1) == 1) ? below + 1 : below;
}

/** Taps of a window that lie before a place, counted from its first. */
// @ts-ignore: decorator
@inline
function tapsBefore(place: i32, dilation: i32, taps: i32): i32 {
  return place <= 0 ? 0 : min((place + dilation - 1) / dilation, taps);
}
