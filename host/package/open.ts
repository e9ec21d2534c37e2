import { WasmoteError } from "../errors.js";
import { customSections } from "../wasm/sections.js";
import { checkInterface } from "./check-interface.js";
import { type Manifest, manifestSection, weightsSection } from "./manifest.js";
import { readManifest } from "./read-manifest.js";

/** A model file, opened. */
export interface OpenedModule {
  manifest: Manifest;
  /** Contents of the weights section, a view of the file. */
  weights: Uint8Array;
  /** Bytes of the module without its custom sections. */
  codeBytes: number;
}

/**
 * Reads and checks a model file; nothing in it is believed. Throws `file-empty`, `module-invalid` (no valid WebAssembly,
 * a manifest that contradicts itself, code that is not as the manifest says, or no weights), `memory-exceeded` (more than a
 * microcontroller's model may have), `module-foreign` (no manifest) or `module-newer`.
 */
export function openModule(bytes: Uint8Array): OpenedModule {
  if (bytes.length === 0) throw new WasmoteError("file-empty", "0 bytes");
  if (!WebAssembly.validate(bytes as BufferSource)) {
    throw new WasmoteError("module-invalid", `${bytes.length} bytes that are no valid WebAssembly`);
  }
  const sections = customSections(bytes);
  const section = (name: string): Uint8Array | undefined =>
    sections.find((found) => found.name === name)?.bytes;
  const manifestBytes = section(manifestSection);
  if (manifestBytes === undefined)
    throw new WasmoteError("module-foreign", `it has no section ${manifestSection}`);
  const manifest = readManifest(manifestBytes);
  checkInterface(bytes, manifest);
  const weights = section(weightsSection);
  if (weights === undefined) {
    throw new WasmoteError("module-invalid", `it has no section ${weightsSection}: its end is missing`);
  }
  const custom = sections.reduce((sum, { sectionBytes }) => sum + sectionBytes, 0);
  return {
    manifest,
    weights,
    codeBytes: bytes.length - custom,
  };
}
