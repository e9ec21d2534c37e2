/**
 * Dequantization of integers to float32.
 *
 * input  [elements] int8, uint8, int16 or int32
 * output [elements] float32
 *
 *   output = scale * float32(input - zeroPoint), in float32
 *
 * No accumulator.
 * Source: TFLite reference kernel `Dequantize`.
 */
import { readParameters } from "../../host-imports/weights";
import { DequantizeParameters } from "../../parameters";

export function dequantizeInt8(parameters: i32, to: usize): void {
  dequantize<i8>(parameters, to);
}

export function dequantizeUint8(parameters: i32, to: usize): void {
  dequantize<u8>(parameters, to);
}

export function dequantizeInt16(parameters: i32, to: usize): void {
  dequantize<i16>(parameters, to);
}

export function dequantizeInt32(parameters: i32, to: usize): void {
  dequantize<i32>(parameters, to);
}

// @ts-ignore: decorator
@inline
function dequantize<T>(parameters: i32, to: usize): void {
  const given = readParameters<DequantizeParameters>(parameters, to);
  const scale = given.scale, zeroPoint = given.zeroPoint;
  let input = given.input, output = given.output;
  for (const end = input + given.elements * sizeof<T>(); input < end; input += sizeof<T>(), output += 4) {
    store<f32>(output, scale * <f32>(<i32>load<T>(input) - zeroPoint));
  }
}
