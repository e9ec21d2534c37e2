/**
 * Functions of single elements: float32, and integers and bools without scales.
 *
 * input, output [elements] of one dtype; the output may be the input's memory
 *
 *   output[i] = f(input[i])
 *
 * float32 by the functions of assembly/math, which say their errors, and IEEE 754's basic operations; `round` takes
 * halves to the even number; NaN is stored as the canonical one. int32 wraps. No accumulator.
 * Source: TFLite reference kernels (`elementwise.cc`, `activations.cc`, `Elu`, `Gelu`, `HardSwish`, `LeakyRelu`, `Round`).
 */
import { readParameters } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { erfc } from "../../math/erf";
import { exp, expm1 } from "../../math/exp";
import { log } from "../../math/log";
import { rsqrt } from "../../math/rsqrt";
import { logistic, tanh } from "../../math/sigmoid";
import { cos, sin } from "../../math/sin";
import { MapParameters } from "../../parameters";

/** output[i] = F.of(input[i]): elements T, which are widened to W. */
// @ts-ignore: decorator
@inline
function map<F, T, W>(parameters: i32, to: usize): void {
  const given = readParameters<F>(parameters, to), block = changetype<MapParameters>(to);
  let input = block.input, output = block.output;
  for (const end = output + block.elements * sizeof<T>(); output < end; output += sizeof<T>(), input += sizeof<T>()) {
    const value = given.of(<W>load<T>(input));
    store<T>(output, isFloat<T>() ? canonical(value) : value);
  }
}

@unmanaged
class Abs extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return abs(x);
  }
}

export function absFloat32(parameters: i32, to: usize): void {
  map<Abs, f32, f32>(parameters, to);
}

@unmanaged
class Neg extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return -x;
  }
}

export function negFloat32(parameters: i32, to: usize): void {
  map<Neg, f32, f32>(parameters, to);
}

@unmanaged
class Sqrt extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return sqrt(x);
  }
}

export function sqrtFloat32(parameters: i32, to: usize): void {
  map<Sqrt, f32, f32>(parameters, to);
}

@unmanaged
class Rsqrt extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return rsqrt(x);
  }
}

export function rsqrtFloat32(parameters: i32, to: usize): void {
  map<Rsqrt, f32, f32>(parameters, to);
}

@unmanaged
class Square extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x * x;
  }
}

export function squareFloat32(parameters: i32, to: usize): void {
  map<Square, f32, f32>(parameters, to);
}

@unmanaged
class Exp extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return exp(x);
  }
}

export function expFloat32(parameters: i32, to: usize): void {
  map<Exp, f32, f32>(parameters, to);
}

@unmanaged
class Log extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return log(x);
  }
}

export function logFloat32(parameters: i32, to: usize): void {
  map<Log, f32, f32>(parameters, to);
}

@unmanaged
class Sin extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return sin(x);
  }
}

export function sinFloat32(parameters: i32, to: usize): void {
  map<Sin, f32, f32>(parameters, to);
}

@unmanaged
class Cos extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return cos(x);
  }
}

export function cosFloat32(parameters: i32, to: usize): void {
  map<Cos, f32, f32>(parameters, to);
}

@unmanaged
class Floor extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return floor(x);
  }
}

export function floorFloat32(parameters: i32, to: usize): void {
  map<Floor, f32, f32>(parameters, to);
}

@unmanaged
class Ceil extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return ceil(x);
  }
}

export function ceilFloat32(parameters: i32, to: usize): void {
  map<Ceil, f32, f32>(parameters, to);
}

@unmanaged
class Round extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return nearest(x);
  }
}

export function roundFloat32(parameters: i32, to: usize): void {
  map<Round, f32, f32>(parameters, to);
}

@unmanaged
class Sign extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x > 0 ? <f32>1 : x < 0 ? <f32>-1 : x;
  }
}

export function signFloat32(parameters: i32, to: usize): void {
  map<Sign, f32, f32>(parameters, to);
}

@unmanaged
class Clamp extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return min(max(x, this.low), this.high);
  }
}

export function clampFloat32(parameters: i32, to: usize): void {
  map<Clamp, f32, f32>(parameters, to);
}

@unmanaged
class LeakyRelu extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x > 0 ? x : x * this.alpha;
  }
}

export function leakyReluFloat32(parameters: i32, to: usize): void {
  map<LeakyRelu, f32, f32>(parameters, to);
}

@unmanaged
class Elu extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x < 0 ? expm1(x) : x;
  }
}

export function eluFloat32(parameters: i32, to: usize): void {
  map<Elu, f32, f32>(parameters, to);
}

@unmanaged
class Gelu extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return <f32>0.5 * x * erfc(x * <f32>-0.7071067811865476);
  }
}

export function geluFloat32(parameters: i32, to: usize): void {
  map<Gelu, f32, f32>(parameters, to);
}

@unmanaged
class GeluApproximate extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return <f32>0.5 * x * (1 + tanh(<f32>0.7978845608028654 * (x + <f32>0.044715 * x * x * x)));
  }
}

export function geluApproximateFloat32(parameters: i32, to: usize): void {
  map<GeluApproximate, f32, f32>(parameters, to);
}

@unmanaged
class HardSwish extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x * min(max(x + 3, 0), 6) / 6;
  }
}

export function hardSwishFloat32(parameters: i32, to: usize): void {
  map<HardSwish, f32, f32>(parameters, to);
}

@unmanaged
class Logistic extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return logistic(x);
  }
}

export function logisticFloat32(parameters: i32, to: usize): void {
  map<Logistic, f32, f32>(parameters, to);
}

@unmanaged
class Tanh extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return tanh(x);
  }
}

export function tanhFloat32(parameters: i32, to: usize): void {
  map<Tanh, f32, f32>(parameters, to);
}

@unmanaged
class IntegerAbs extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: i32): i32 {
    return abs(x);
  }
}

export function absInt32(parameters: i32, to: usize): void {
  map<IntegerAbs, i32, i32>(parameters, to);
}

@unmanaged
class IntegerNeg extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: i32): i32 {
    return -x;
  }
}

export function negInt32(parameters: i32, to: usize): void {
  map<IntegerNeg, i32, i32>(parameters, to);
}

@unmanaged
class IntegerSquare extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: i32): i32 {
    return x * x;
  }
}

export function squareInt32(parameters: i32, to: usize): void {
  map<IntegerSquare, i32, i32>(parameters, to);
}

@unmanaged
class IntegerSign extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: i32): i32 {
    return i32(x > 0) - i32(x < 0);
  }
}

export function signInt32(parameters: i32, to: usize): void {
  map<IntegerSign, i32, i32>(parameters, to);
}

@unmanaged
class LogicalNot extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: i32): i32 {
    return i32(x == 0);
  }
}

export function logicalNotBool(parameters: i32, to: usize): void {
  map<LogicalNot, u8, i32>(parameters, to);
}
