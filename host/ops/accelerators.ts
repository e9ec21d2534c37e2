/** A native micro-kernel that a host may offer. */
export interface Accelerator {
  /** Bit in the module's exported global `accelerators`. */
  readonly bit: number;
  /** Name of the optional import of module `wasmote`. */
  readonly import: string;
  /** Function of assembly/host-imports/accelerators that calls it. */
  readonly call: string;
}

/** The accelerators of ABI 1; boards/accelerators implements them. */
export const accelerators = {
  conv: { bit: 1, import: "accel_conv_s8", call: "acceleratedConvS8" },
  depthwise: { bit: 2, import: "accel_depthwise_s8", call: "acceleratedDepthwiseS8" },
  fullyConnected: { bit: 4, import: "accel_fully_connected_s8", call: "acceleratedFullyConnectedS8" },
  add: { bit: 8, import: "accel_add_s8", call: "acceleratedAddS8" },
  averagePool: { bit: 16, import: "accel_average_pool_s8", call: "acceleratedAveragePoolS8" },
  softmax: { bit: 32, import: "accel_softmax_s8", call: "acceleratedSoftmaxS8" },
} as const satisfies Readonly<Record<string, Accelerator>>;

/** Whether an import, as "module.name", is an accelerator: a module runs where it is absent. */
export function isOptionalImport(name: string): boolean {
  return Object.values(accelerators).some((accelerator) => name === `wasmote.${accelerator.import}`);
}
