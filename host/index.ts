export { type ErrorCode, type Place, type Refusal, UnsupportedModelError, WasmoteError } from "./errors.js";
export type { Graph } from "./graph/graph.js";
export { importModel, type ReadFile } from "./import/index.js";
export type { Manifest, ManifestStep, ManifestTensor } from "./package/manifest.js";
export { type OpenedModule, openModule } from "./package/open.js";
export { type BuildOptions, type BuiltModel, buildModel } from "./pipeline.js";
export { openRunner } from "./run/index.js";
export type { Runner } from "./run/types.js";
