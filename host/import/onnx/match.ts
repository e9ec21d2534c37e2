import { fileKind } from "../../files/kinds.js";

/** Whether the bytes look like an ONNX model, which has no signature, or at least the file's name says so. */
export function matchOnnx(bytes: Uint8Array, path: string): boolean {
  return path.toLowerCase().endsWith(".onnx") || fileKind(bytes) === "onnx";
}
