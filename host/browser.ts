import type { OpenedModule } from "./package/open.js";
import { openEngineRunner } from "./run/engine.js";
import type { LocalRunner } from "./run/types.js";

export { type ErrorCode, type Place, type Refusal, UnsupportedModelError, WasmoteError } from "./errors.js";
export { type Graph, tensorAt } from "./graph/graph.js";
export { importModel, type ReadFile } from "./import/index.js";
export { readPickedFiles } from "./import/picked-files.js";
export type { Manifest, ManifestStep, ManifestTensor } from "./package/manifest.js";
export { type OpenedModule, openModule } from "./package/open.js";
export { type BuildOptions, type BuiltModel, buildModel } from "./pipeline.js";
export {
  type FileOptions,
  type FileTensor,
  type InputFrames,
  readArray,
} from "./run/tensor-files/read-array.js";
export { readSamples } from "./run/tensor-files/samples.js";
export { decodeReals, encodeReals, type ValueType } from "./run/tensor-files/values.js";
export type { LocalRunner } from "./run/types.js";

/** Loads a built model on the browser's own engine. Throws `module-invalid` where the model's imports cannot be given. */
export function openBrowserRunner(wasm: Uint8Array, opened: OpenedModule): Promise<LocalRunner> {
  return openEngineRunner("browser", wasm, opened);
}
