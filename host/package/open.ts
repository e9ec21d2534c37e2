import { decode } from "cborg";
import { WasmoteError } from "../errors.js";
import { elementBytes, tensorBytes } from "../graph/tensor.js";
import { customSections } from "../wasm/sections.js";
import {
  type Manifest,
  type ManifestTensor,
  manifestSection,
  manifestVersion,
  weightsSection,
} from "./manifest.js";

/** A model file, opened. */
export interface OpenedModule {
  manifest: Manifest;
  /** Contents of the weights section, a view of the file. */
  weights: Uint8Array;
  /** Bytes of the module without its custom sections. */
  codeBytes: number;
}

/**
 * Reads and checks a model file. Throws `file-empty`, `module-invalid` (no valid WebAssembly, or a manifest that
 * contradicts itself), `module-foreign` (no manifest) or `module-newer`.
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
  const custom = sections.reduce((sum, { sectionBytes }) => sum + sectionBytes, 0);
  return {
    manifest,
    weights: section(weightsSection) ?? new Uint8Array(0),
    codeBytes: bytes.length - custom,
  };
}

function readManifest(bytes: Uint8Array): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = decode(bytes);
  } catch {
    throw new WasmoteError("module-invalid", "its manifest is no CBOR");
  }
  const fail = (what: string): never => {
    throw new WasmoteError("module-invalid", `its manifest has no valid ${what}`);
  };
  if (typeof manifest !== "object" || manifest === null || !isCount(manifest.version)) return fail("version");
  if (manifest.version > manifestVersion) {
    throw new WasmoteError(
      "module-newer",
      `format ${manifest.version}; up to ${manifestVersion} is known here`,
    );
  }
  const { name, memoryBytes, inputs, outputs, steps, imports } = manifest;
  if (typeof name !== "string") return fail("name");
  if (!isCount(memoryBytes)) return fail("memoryBytes");
  const isTensor = (tensor: ManifestTensor): boolean =>
    typeof tensor?.name === "string" &&
    tensor.dtype in elementBytes &&
    Array.isArray(tensor.shape) &&
    tensor.shape.every(isCount) &&
    isCount(tensor.address) &&
    tensor.address + tensorBytes(tensor) <= memoryBytes;
  if (!Array.isArray(inputs) || !inputs.every(isTensor)) return fail("inputs");
  if (!Array.isArray(outputs) || !outputs.every(isTensor)) return fail("outputs");
  if (!Array.isArray(steps) || !steps.every((step) => typeof step?.name === "string" && isCount(step.macs))) {
    return fail("steps");
  }
  if (!Array.isArray(imports?.required) || !Array.isArray(imports?.optional)) return fail("imports");
  return manifest as Manifest;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
