import type { Tensor } from "../../graph/tensor.js";

/** A constant tensor's bytes as they lie in memory. */
export function constantBytes({ data }: Tensor): Uint8Array {
  if (data === undefined) throw new Error("a tensor that is not constant");
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
