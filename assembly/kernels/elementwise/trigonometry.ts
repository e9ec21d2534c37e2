/**
 * Trigonometric and hyperbolic functions of single elements of float32, and those that undo them.
 *
 * input, output [elements] float32; the output may be the input's memory
 *
 *   output[i] = f(input[i])
 *
 * By the functions of assembly/math, which say their errors. No accumulator.
 */
import { acos, asin, atan } from "../../math/arc";
import { acosh, asinh, atanh, cosh, sinh } from "../../math/hyperbolic";
import { map } from "../../math/map";
import { tan } from "../../math/sin";
import { MapParameters } from "../../parameters";

@unmanaged
class Tan extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return tan(x);
  }
}

export function tanFloat32(parameters: i32, to: usize): void {
  map<Tan, f32, f32>(parameters, to);
}

@unmanaged
class Asin extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return asin(x);
  }
}

export function asinFloat32(parameters: i32, to: usize): void {
  map<Asin, f32, f32>(parameters, to);
}

@unmanaged
class Acos extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return acos(x);
  }
}

export function acosFloat32(parameters: i32, to: usize): void {
  map<Acos, f32, f32>(parameters, to);
}

@unmanaged
class Atan extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return atan(x);
  }
}

export function atanFloat32(parameters: i32, to: usize): void {
  map<Atan, f32, f32>(parameters, to);
}

@unmanaged
class Sinh extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return sinh(x);
  }
}

export function sinhFloat32(parameters: i32, to: usize): void {
  map<Sinh, f32, f32>(parameters, to);
}

@unmanaged
class Cosh extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return cosh(x);
  }
}

export function coshFloat32(parameters: i32, to: usize): void {
  map<Cosh, f32, f32>(parameters, to);
}

@unmanaged
class Asinh extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return asinh(x);
  }
}

export function asinhFloat32(parameters: i32, to: usize): void {
  map<Asinh, f32, f32>(parameters, to);
}

@unmanaged
class Acosh extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return acosh(x);
  }
}

export function acoshFloat32(parameters: i32, to: usize): void {
  map<Acosh, f32, f32>(parameters, to);
}

@unmanaged
class Atanh extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return atanh(x);
  }
}

export function atanhFloat32(parameters: i32, to: usize): void {
  map<Atanh, f32, f32>(parameters, to);
}
