import type { Board } from "../boards/index.js";
import type { Manifest } from "../package/manifest.js";

/** Files by their paths in the folder that is made, with `/`: text, or bytes. */
export type ExportedFiles = Record<string, string | Uint8Array>;

/** A model as it is exported. Sizes in bytes. */
export interface ExportedModel {
  /** C identifier, from the model's name, unique in the export: `kws_ref_model`. */
  symbol: string;
  /** The file, after what it does not need was taken out. */
  wasm: Uint8Array;
  manifest: Manifest;
  /** Of memory that `wasmote_open` is to be given: exact by the probe for the core, or a bound (`memoryBound`). */
  memoryBytes: number;
  memoryBound: "exact" | "most";
  /** Of stack that a call of the library may take. */
  stackBytes: number;
}

/** All that the writers of the ecosystems' folders are given. */
export interface Exported {
  models: ExportedModel[];
  core: string;
  board?: Board;
  /**
   * Sources of the library by their paths: runtime/, formats/, accelerators/, abi/, wasm3/ (ours), third_party/wasm3/ with
   * its licence; only what is needed. What is only included ends in .h or .c.inc, all .c files are to be compiled.
   */
  library: ExportedFiles;
  /** Text of wasmote_config.h, which stands beside runtime/wasmote.h and is found by the library's own includes. */
  configuration: string;
  /** A model as a constant array and its header: `<symbol>.c`, `<symbol>.h`; or as a file to be loaded at run time. */
  modelFiles(model: ExportedModel): ExportedFiles;
  /** An example in plain C with `main`. */
  example: string;
}

/** One ecosystem: host/export/ecosystems/<name>.ts. */
export interface Ecosystem {
  readonly name: string;
  /** The cores that its boards have; all that an export may be for, where none are named. */
  readonly cores?: readonly string[];
  files(of: Exported): ExportedFiles;
}
