import { readInput } from "../../host/run/tensor-files/index.js";
import type { FileTensor } from "../../host/run/tensor-files/read-array.js";

/** Reads a file for an input; what is accepted must be whole frames, and the same ones again. */
export async function readAsInput(
  bytes: Uint8Array,
  path: string,
  tensor: FileTensor,
  frameBytes: number,
): Promise<void> {
  const { frames } = await readInput(bytes, path, tensor);
  if (frames.length === 0) throw new Error("no frame was read");
  for (const frame of frames) {
    if (frame.length !== frameBytes)
      throw new Error(`a frame of ${frame.length} bytes; ${frameBytes} are expected`);
  }
}
