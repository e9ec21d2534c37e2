/**
 * Dequantization of int8 or uint8 to float32.
 *
 * input  [elements] int8 or uint8
 * output [elements] float32
 *
 *   output = scale * float32(input - zeroPoint), in float32
 *
 * No accumulator.
 * Source: TFLite reference kernel `Dequantize`.
 */
export function dequantizeInt8(input: usize, output: usize, elements: i32, scale: f32, zeroPoint: i32): void {
  for (const end = input + elements; input < end; input++, output += 4) {
    store<f32>(output, scale * <f32>(<i32>load<i8>(input) - zeroPoint));
  }
}

export function dequantizeUint8(input: usize, output: usize, elements: i32, scale: f32, zeroPoint: i32): void {
  for (const end = input + elements; input < end; input++, output += 4) {
    store<f32>(output, scale * <f32>(<i32>load<u8>(input) - zeroPoint));
  }
}
