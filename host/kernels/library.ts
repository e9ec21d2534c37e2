import type { KernelLibrary } from "../link/link.js";
import { libraryBase64, librarySha256 } from "./library.generated.js";

let library: KernelLibrary | undefined;

/** The kernels of this package, compiled. */
export function packageKernels(): KernelLibrary {
  library ??= {
    wasm: Uint8Array.from(atob(libraryBase64.join("")), (character) => character.charCodeAt(0)),
    sha256: Uint8Array.from(librarySha256.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  };
  return library;
}
