import type { Accelerator } from "../abi/accelerators.js";
import { type AnyValues, type Block, type BlockValues, encodeBlock, type Fields } from "../abi/block.js";
import { isRoundedOnce } from "../abi/rounded-once.js";
import type { DType } from "../graph/tensor.js";

/** Where a node's tensors and constants lie when its program is made. */
export interface Placement {
  /** Addresses in linear memory of the inputs; undefined for constants and absent inputs. */
  readonly inputs: readonly (number | undefined)[];
  /** Addresses in linear memory of the outputs. */
  readonly outputs: readonly number[];
  /** Addresses in linear memory of the node's variables. */
  readonly variables: readonly number[];
  /** Address of the node's scratch memory, 8-byte aligned. */
  readonly scratch: number;
  /** Size of the scratch memory: one of those that `scratchBytes` offered. */
  readonly scratchBytes: number;
  /** Kernels that steps before this one call. */
  readonly called: ReadonlySet<string>;
  /**
   * Appends constants to the weights section, 16-byte aligned; answers their offset in the section.
   *
   * @param of the input that they are made of, where they are not its bytes and it may be a constant that can be replaced
   */
  weights(bytes: Uint8Array, of?: number): number;
}

/** A kernel: a function `(parameters: i32, to: i32) -> ()` that a kernel library exports. */
export interface Kernel<F extends Fields = Fields> {
  /** The export's name. */
  readonly name: string;
  /** Kernels that do the same and more, each more than those before: one is taken where the model has calls of it. */
  readonly wider?: readonly string[];
  /** The block that it reads, or several that follow each other. */
  readonly parameters: Block<F>;
  /** A block that follows the first one. */
  readonly more?: Block;
  /** The native micro-kernel that does the same work, to the byte, from the same block. */
  readonly accelerator?: Accelerator | undefined;
  /** One that does the same work where other steps have it as their accelerator: for this kernel alone it is not worth an import. */
  readonly companion?: Accelerator | undefined;
}

/** A call of a kernel: what a step of a program consists of. */
export interface KernelCall {
  /** The kernel's name in its library. */
  readonly kernel: string;
  /** The kernels that may stand in for it. */
  readonly wider?: readonly string[];
  /** What its block of parameters holds. */
  readonly values: AnyValues;
  /** Offset in the weights section of the block. */
  readonly block: number;
  /** Address to which the kernel reads its block, and the bytes that it takes there. */
  readonly to: number;
  readonly blockBytes: number;
  readonly accelerator?: Accelerator;
  /** One that it takes where another call has it. */
  readonly companion?: Accelerator;
}

/**
 * A call of a kernel. Its block of parameters becomes part of the weights section.
 *
 * @param to address of the memory to which the kernel reads its block: free until it has read all of it
 */
export function callKernel<F extends Fields>(
  kernel: Kernel<F>,
  values: BlockValues<F>,
  to: number,
  placement: Placement,
  more: AnyValues = {},
): KernelCall {
  const first = encodeBlock(kernel.parameters as Block, values as AnyValues);
  const second = kernel.more === undefined ? new Uint8Array(0) : encodeBlock(kernel.more, more);
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return {
    kernel: kernel.name,
    values: { ...values, ...more },
    block: placement.weights(bytes),
    to,
    blockBytes: Math.max(first.length, second.length),
    ...(kernel.wider === undefined ? {} : { wider: kernel.wider }),
    ...(kernel.accelerator === undefined ? {} : { accelerator: kernel.accelerator }),
    ...(kernel.companion === undefined ? {} : { companion: kernel.companion }),
  };
}

/** Name of a kernel: its stem and the dtype that it takes. */
export function kernelName(stem: string, dtype: DType): string {
  return `${stem}${dtype.charAt(0).toUpperCase()}${dtype.slice(1)}`;
}

/**
 * The kernel for channels, or a tensor, of these shifts (positive: to the right): the one that rounds once, where they have
 * `roundedOnce` added, the one that shifts to the right only, which is smaller, or the one that shifts either way.
 *
 * @param stem of the kernels' names
 * @param wider stem of kernels that do the same and more, whatever the shifts are of those that do not round once
 */
export function shiftKernel(
  stem: string,
  { shift }: { shift: ArrayLike<number> },
  wider?: string,
): Pick<Kernel, "name" | "wider"> {
  const shifts = Array.from(shift);
  const isOnce = shifts.every(isRoundedOnce);
  const others = wider === undefined ? [] : [`${wider}${isOnce ? "Once" : ""}Int8`];
  if (isOnce) return { name: `${stem}OnceInt8`, wider: others };
  const either = `${stem}EitherWayInt8`;
  return shifts.every((right) => right > 0)
    ? { name: `${stem}Int8`, wider: [either, ...others] }
    : { name: either, wider: others };
}

/** The kernel for narrow weights and channels of these shifts: the one that rounds once, or the one that shifts either way. */
export function storedKernel(stem: string, { shift }: { shift: ArrayLike<number> }): Pick<Kernel, "name"> {
  return { name: `${stem}Stored${Array.from(shift).every(isRoundedOnce) ? "Once" : ""}Int8` };
}
