/**
 * Quantization of float32 to integers.
 *
 * input  [elements] float32
 * output [elements] int8 (low..high = -128..127), uint8 (0..255), int16 or int32; may be the input's memory
 *
 *   output = clamp(round(input / scale) + zeroPoint, low, high), division in float32, halves away from zero, or to even
 *
 * NaN gives `low`. No accumulator: what is converted to an integer lies between low - zeroPoint and
 * high - zeroPoint.
 * Source: TFLite reference kernel `AffineQuantize`; halves to even: ONNX's QuantizeLinear.
 */
import { readParameters } from "../../host-imports/weights";
import { QuantizeParameters } from "../../parameters";

export function quantizeFloat32(parameters: i32, to: usize): void {
  quantize<u8>(parameters, to, false);
}

export function quantizeFloat32ToInt16(parameters: i32, to: usize): void {
  quantize<i16>(parameters, to, false);
}

export function quantizeFloat32ToInt32(parameters: i32, to: usize): void {
  quantize<i32>(parameters, to, false);
}

export function quantizeFloat32Even(parameters: i32, to: usize): void {
  quantize<u8>(parameters, to, true);
}

export function quantizeFloat32ToInt16Even(parameters: i32, to: usize): void {
  quantize<i16>(parameters, to, true);
}

export function quantizeFloat32ToInt32Even(parameters: i32, to: usize): void {
  quantize<i32>(parameters, to, true);
}

// @ts-ignore: decorator
@inline
function quantize<T>(parameters: i32, to: usize, even: bool): void {
  const given = readParameters<QuantizeParameters>(parameters, to);
  const scale = given.scale, zeroPoint = given.zeroPoint, low = given.low, high = given.high;
  let input = given.input, output = given.output;
  const least = <f32>(low - zeroPoint);
  const most = <f32>(high - zeroPoint);
  for (const end = output + given.elements * sizeof<T>(); output < end; input += 4, output += sizeof<T>()) {
    const value = load<f32>(input) / scale;
    let q = low;
    if (value >= most) {
      q = high;
    } else if (value > least) {
      if (even) {
        q = <i32>nearest(value) + zeroPoint;
      } else {
        q = <i32>value;
        const rest = value - <f32>q;
        q += zeroPoint + i32(rest >= 0.5) - i32(rest <= -0.5);
      }
    }
    store<T>(output, q);
  }
}
