import type { Imported, ImportOptions } from "../imported.js";
import { buildGraph } from "./build-graph.js";
import { readKerasH5 } from "./keras-h5.js";
import { readKerasZip } from "./keras-zip.js";

/** A model's name where it has none itself. */
function nameOf(path: string): string {
  const file = path.split(/[\\/]/).pop() ?? path;
  return file.replace(/\.[^.]*$/, "");
}

/**
 * Opens a model of Keras 2 or 3 in HDF5 (.h5) as a float32 graph.
 *
 * @throws `library-missing`, `model-corrupt`, `model-invalid`, `model-layerless`, `model-weightless`, `format-unknown`,
 *   `weights-not-finite`
 */
export async function openKerasH5(
  bytes: Uint8Array,
  path: string,
  options: ImportOptions = {},
): Promise<Imported> {
  return buildGraph(await readKerasH5(bytes), nameOf(path), options);
}

/**
 * Opens a model of Keras 3 in its own format (.keras) as a float32 graph.
 *
 * @throws `library-missing`, `model-corrupt`, `model-invalid`, `model-too-large`, `model-weightless`, `weights-not-finite`
 */
export async function openKerasZip(
  bytes: Uint8Array,
  path: string,
  options: ImportOptions = {},
): Promise<Imported> {
  return buildGraph(await readKerasZip(bytes), nameOf(path), options);
}
