import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import { elementCount } from "../../../host/graph/tensor.js";
import { importModel } from "../../../host/import/index.js";
import { buildModel } from "../../../host/pipeline.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { mutateJson } from "../mutate-json.js";
import { runEverywhere } from "../run-everywhere.js";
import type { FuzzInput, FuzzTarget } from "../target.js";

/** Models of which more is computed cost time, and show nothing that smaller ones do not. */
const mostElements = 20_000;

/** The models of the tests that Keras 2 and Keras 3 have written, by their files' names. */
const originals = ["keras2", "keras3"].flatMap((family) => {
  const folder = fileURLToPath(new URL(`../../golden/${family}`, import.meta.url));
  return readdirSync(folder).flatMap((name) => {
    const files = readdirSync(`${folder}/${name}`).filter((file) => file.endsWith(".gz"));
    return files.map((file) => ({
      name: file.slice(0, -".gz".length),
      bytes: new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}/${file}`))),
    }));
  });
});

/** An archive of which what is inside is damaged: its configuration, or its weights. */
function damagedInside(bytes: Uint8Array, source: Choices): Uint8Array {
  const files = unzipSync(bytes);
  const path = source.pick(["config.json", "config.json", "metadata.json", "model.weights.h5"]);
  const file = files[path] ?? new Uint8Array(0);
  files[path] = path.endsWith(".json")
    ? Uint8Array.from(mutateJson(JSON.parse(new TextDecoder().decode(file)), source))
    : Uint8Array.from(mutate(file, source));
  return zipSync(files);
}

function make(source: Choices): FuzzInput {
  const { name, bytes } = source.pick(originals);
  const isInside = name.endsWith(".keras") && source.chance(0.7);
  return { [name]: isInside ? damagedInside(bytes, source) : mutate(bytes, source) };
}

/** Damaged models of Keras in HDF5 and in archives: what is built gives the same bytes on every engine. */
export const target: FuzzTarget = {
  name: "keras-files",
  run: (options) =>
    runCases(options, {
      make,
      async attempt(input, source) {
        const [[name, bytes]] = Object.entries(input) as [[string, Uint8Array]];
        const graph = await importModel(name, bytes, () => {
          throw new Error("a model of Keras is one file");
        });
        const elements = graph.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
        if (elements > mostElements || source.chance(0.7)) return "imported";
        const { wasm } = await buildModel(graph);
        await runEverywhere(wasm, source);
        return "built";
      },
    }),
};
