/** Whether the bytes look like a TF.js `model.json`: JSON by the file's name, or an object with a topology. */
export function matchTfjs(bytes: Uint8Array, path: string): boolean {
  if (path.toLowerCase().endsWith(".json")) return true;
  const text = new TextDecoder("utf-8").decode(bytes.subarray(0, 4096)).trimStart();
  return text.startsWith("{") && /"(modelTopology|weightsManifest)"/.test(text);
}
