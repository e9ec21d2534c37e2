/**
 * Native micro-kernels that a host may offer, and the calls of them. Each takes the offset in the weights section of
 * a block of int32 parameters, which it reads in place; docs/decisions/0004-accelerators.md lists the blocks. The host
 * checks every range that a block names, and traps outside.
 *
 * The compiler keeps the functions of this file out of their callers (host/generate/compile.ts): an interpreter that
 * compiles a function when it is first called never meets a call of an import that its host lacks.
 */

/** Which accelerators the host offers, a bit each. The host sets it after it has loaded the module; 0 is none. */
export let accelerators: i32 = 0;

@external("wasmote", "accel_conv_s8")
declare function conv(parameters: i32): void;
@external("wasmote", "accel_depthwise_s8")
declare function depthwise(parameters: i32): void;
@external("wasmote", "accel_fully_connected_s8")
declare function fullyConnected(parameters: i32): void;
@external("wasmote", "accel_add_s8")
declare function add(parameters: i32): void;
@external("wasmote", "accel_average_pool_s8")
declare function averagePool(parameters: i32): void;
@external("wasmote", "accel_softmax_s8")
declare function softmax(parameters: i32): void;

export function acceleratedConvS8(parameters: i32): void {
  conv(parameters);
}

export function acceleratedDepthwiseS8(parameters: i32): void {
  depthwise(parameters);
}

export function acceleratedFullyConnectedS8(parameters: i32): void {
  fullyConnected(parameters);
}

export function acceleratedAddS8(parameters: i32): void {
  add(parameters);
}

export function acceleratedAveragePoolS8(parameters: i32): void {
  averagePool(parameters);
}

export function acceleratedSoftmaxS8(parameters: i32): void {
  softmax(parameters);
}
