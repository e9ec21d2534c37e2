import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { copyRowsParameters, readRowsParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import type { TensorData } from "../../graph/tensor.js";
import { bytesOf } from "../bytes.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";

/** Where rows of bytes go. */
export interface RowsDestination {
  /** Address of the first row. */
  output: number;
  rows: number;
  /** Bytes of a row. */
  bytes: number;
  /** Bytes from one row to the next. */
  stride: number;
}

/** Bytes of scratch memory that moving rows needs: for either kernel's block. */
export const rowsScratchBytes = Math.max(blockBytes(copyRowsParameters), blockBytes(readRowsParameters));

/**
 * The call that copies rows which lie together.
 *
 * @param from address of the first row, or the rows themselves where they are constant
 * @param to address of `rowsScratchBytes` of memory
 */
export function moveRows(
  from: number | TensorData,
  destination: RowsDestination,
  to: number,
  placement: Placement,
): KernelCall {
  if (typeof from === "number") {
    const kernel = { name: "copyRows", parameters: copyRowsParameters, companion: accelerators.signal };
    return callKernel(kernel, { work: signalWorks.copyRows, input: from, ...destination }, to, placement);
  }
  const weights = placement.weights(bytesOf(from));
  const kernel = { name: "readRows", parameters: readRowsParameters };
  return callKernel(kernel, { weights, ...destination }, to, placement);
}

/** The call that copies a constant tensor to an address. */
export function readConstant(data: TensorData, output: number, to: number, placement: Placement): KernelCall {
  const bytes = data.byteLength;
  return moveRows(data, { output, rows: 1, bytes, stride: bytes }, to, placement);
}
