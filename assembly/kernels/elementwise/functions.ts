/**
 * Functions of single elements of float32.
 *
 * input, output [elements] float32; the output may be the input's memory
 *
 *   output[i] = f(input[i])
 *
 * By the functions of assembly/math, which say their errors, and IEEE 754's basic operations; `round` takes halves to the
 * even number; NaN is stored as the canonical one; GELU by tanh is x logistic(2 u) = x (1 + tanh(u)) / 2, where nothing
 * cancels. No accumulator.
 * Source: TFLite reference kernels (`elementwise.cc`, `activations.cc`, `Elu`, `Gelu`, `HardSwish`, `LeakyRelu`, `Round`).
 */
import { erf, erfc } from "../../math/erf";
import { exp, expm1 } from "../../math/exp";
import { log, log1p } from "../../math/log";
import { map } from "../../math/map";
import { rsqrt } from "../../math/rsqrt";
import { logistic, softplus, tanh } from "../../math/sigmoid";
import { cos, sin } from "../../math/sin";
import { EluParameters, HardSigmoidParameters, MapParameters } from "../../parameters";

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
    return x * logistic(<f32>1.5957691216057308 * (x + <f32>0.044715 * x * x * x));
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
class ScaledElu extends EluParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x < 0 ? this.negative * expm1(this.rate * x) : this.positive * x;
  }
}

export function scaledEluFloat32(parameters: i32, to: usize): void {
  map<ScaledElu, f32, f32>(parameters, to);
}

@unmanaged
class Erf extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return erf(x);
  }
}

export function erfFloat32(parameters: i32, to: usize): void {
  map<Erf, f32, f32>(parameters, to);
}

@unmanaged
class Log1p extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return log1p(x);
  }
}

export function log1pFloat32(parameters: i32, to: usize): void {
  map<Log1p, f32, f32>(parameters, to);
}

@unmanaged
class Expm1 extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return expm1(x);
  }
}

export function expm1Float32(parameters: i32, to: usize): void {
  map<Expm1, f32, f32>(parameters, to);
}

@unmanaged
class Softplus extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return softplus(x);
  }
}

export function softplusFloat32(parameters: i32, to: usize): void {
  map<Softplus, f32, f32>(parameters, to);
}

@unmanaged
class Reciprocal extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return 1 / x;
  }
}

export function reciprocalFloat32(parameters: i32, to: usize): void {
  map<Reciprocal, f32, f32>(parameters, to);
}

@unmanaged
class Trunc extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return trunc(x);
  }
}

export function truncFloat32(parameters: i32, to: usize): void {
  map<Trunc, f32, f32>(parameters, to);
}

@unmanaged
class Silu extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x * logistic(x);
  }
}

export function siluFloat32(parameters: i32, to: usize): void {
  map<Silu, f32, f32>(parameters, to);
}

@unmanaged
class Mish extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x * tanh(softplus(x));
  }
}

export function mishFloat32(parameters: i32, to: usize): void {
  map<Mish, f32, f32>(parameters, to);
}

@unmanaged
class Softsign extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x / (1 + abs(x));
  }
}

export function softsignFloat32(parameters: i32, to: usize): void {
  map<Softsign, f32, f32>(parameters, to);
}

@unmanaged
class HardSigmoid extends HardSigmoidParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return min(max(this.slope * x + this.offset, 0), 1);
  }
}

export function hardSigmoidFloat32(parameters: i32, to: usize): void {
  map<HardSigmoid, f32, f32>(parameters, to);
}

@unmanaged
class Shrink extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: f32): f32 {
    return x < this.low ? x + this.alpha : x > this.high ? x - this.alpha : x == x ? <f32>0 : x;
  }
}

export function shrinkFloat32(parameters: i32, to: usize): void {
  map<Shrink, f32, f32>(parameters, to);
}
