/**
 * Value of a finite IEEE binary16 as float32: its exponent is moved by 112, exactly, subnormal numbers too.
 */
// @ts-ignore: decorator
@inline
export function float16(bits: u32): f32 {
  return reinterpret<f32>(((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13)) * <f32>5.192296858534828e33;
}
