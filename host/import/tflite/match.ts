/** Whether the bytes carry TFLite's file identifier, or at least the file's name its ending. */
export function matchTflite(bytes: Uint8Array, path: string): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3" || path.toLowerCase().endsWith(".tflite");
}
