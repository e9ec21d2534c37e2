import type { Block } from "./block.js";
import {
  addParameters,
  broadcastParameters,
  castParameters,
  copyRowsParameters,
  dequantizeParameters,
  energyParameters,
  fftAutoScaleParameters,
  filterBankLogParameters,
  filterBankParameters,
  framesParameters,
  fullyConnectedParameters,
  lookupTableParameters,
  meanParameters,
  melFilterBankParameters,
  mulParameters,
  pcanParameters,
  poolParameters,
  powerSpectrumParameters,
  productParameters,
  quantizeParameters,
  realFftParameters,
  signalWindowParameters,
  softmaxParameters,
  spectralSubtractionParameters,
  squareRootParameters,
  storedFullyConnectedParameters,
  storedWindowParameters,
  triggerParameters,
  windowParameters,
} from "./parameters.js";

/** A native micro-kernel that a host may offer. */
export interface Accelerator {
  /** Bit in the module's exported global `accelerators`. */
  readonly bit: number;
  /** Name of the optional import of module `wasmote`. */
  readonly import: string;
  /** The block that it reads, as far as it is not for the portable kernel only; or those of which a call names one. */
  readonly parameters: Block | readonly Block[];
}

/** The accelerators of ABI 1; boards/accelerators implements them. */
export const accelerators = {
  conv: { bit: 1, import: "accel_conv_s8", parameters: windowParameters },
  depthwise: { bit: 2, import: "accel_depthwise_s8", parameters: windowParameters },
  fullyConnected: { bit: 4, import: "accel_fully_connected_s8", parameters: fullyConnectedParameters },
  add: { bit: 8, import: "accel_add_s8", parameters: addParameters },
  averagePool: { bit: 16, import: "accel_average_pool_s8", parameters: poolParameters },
  softmax: { bit: 32, import: "accel_softmax_s8", parameters: softmaxParameters },
  product: { bit: 64, import: "accel_product", parameters: productParameters },
  depthwiseProduct: { bit: 128, import: "accel_depthwise_product", parameters: productParameters },
  storedConv: { bit: 512, import: "accel_stored_conv_s8", parameters: storedWindowParameters },
  storedFullyConnected: {
    bit: 1024,
    import: "accel_stored_fully_connected_s8",
    parameters: storedFullyConnectedParameters,
  },
  averagePoolInt16: { bit: 256, import: "accel_average_pool_s16", parameters: poolParameters },
  /** What sound goes through; the blocks' field `work` says which it is (`signalWorks`). */
  signal: {
    bit: 2048,
    import: "accel_signal",
    parameters: [
      signalWindowParameters,
      fftAutoScaleParameters,
      realFftParameters,
      energyParameters,
      filterBankParameters,
      squareRootParameters,
      spectralSubtractionParameters,
      pcanParameters,
      filterBankLogParameters,
      framesParameters,
      triggerParameters,
      copyRowsParameters,
      dequantizeParameters,
      quantizeParameters,
      castParameters,
      powerSpectrumParameters,
      melFilterBankParameters,
    ],
  },
  maxPool: { bit: 4096, import: "accel_max_pool_s8", parameters: poolParameters },
  lookupTable: { bit: 8192, import: "accel_lookup_table", parameters: lookupTableParameters },
  mul: { bit: 16_384, import: "accel_mul_s8", parameters: mulParameters },
  /** One block behind the other. */
  mulBroadcast: {
    bit: 32_768,
    import: "accel_mul_broadcast_s8",
    parameters: [mulParameters, broadcastParameters],
  },
  mean: { bit: 65_536, import: "accel_mean_s8", parameters: meanParameters },
} as const satisfies Readonly<Record<string, Accelerator>>;

/** Whether an import, as "module.name", is an accelerator: a module runs where it is absent. */
export function isOptionalImport(name: string): boolean {
  return Object.values(accelerators).some((accelerator) => name === `wasmote.${accelerator.import}`);
}
