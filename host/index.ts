export { type BuildOptions, type BuiltModel, buildModel } from "./build.js";
export { type ErrorCode, type Place, type Refusal, UnsupportedModelError, WasmoteError } from "./errors.js";
export { type Cache, clearCache, openCache } from "./generate/cache.js";
export type { Graph } from "./graph/graph.js";
export { importModel, type ReadFile } from "./import/index.js";
export type { Manifest, ManifestStep, ManifestTensor } from "./package/manifest.js";
export { type OpenedModule, openModule } from "./package/open.js";
export { openRunner } from "./run/index.js";
export type { Runner } from "./run/types.js";
