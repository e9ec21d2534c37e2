import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WasmoteError } from "../../../host/errors.js";
import type { Graph } from "../../../host/graph/graph.js";
import { tensorAt } from "../../../host/graph/graph.js";
import { elementCount } from "../../../host/graph/tensor.js";
import { importModel } from "../../../host/import/index.js";
import { buildModel } from "../../../host/pipeline.js";
import { fixtureFolder } from "../../import/tfjs-fixtures.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { mutateJson } from "../mutate-json.js";
import { runEverywhere } from "../run-everywhere.js";
import type { FuzzInput, FuzzTarget } from "../target.js";

const modelFile = "model.json";
const samples = 2;
/** Models of which more is computed cost time, and show nothing that smaller ones do not. */
const mostElements = 100_000;

/** The models of the tests, each with its shards. */
const originals = readdirSync(fixtureFolder("")).map((name) => {
  const folder = fixtureFolder(name);
  const shards = readdirSync(folder).filter((file) => file.endsWith(".bin"));
  const read = (file: string) => new Uint8Array(readFileSync(join(folder, file)));
  return {
    json: JSON.parse(readFileSync(join(folder, modelFile), "utf8")) as unknown,
    shards: shards.map((file) => [file, read(file)] as const),
  };
});

function make(source: Choices): FuzzInput {
  const { json, shards } = source.pick(originals);
  const weights = shards.map(
    ([file, bytes]) => [file, source.chance(0.97) ? bytes : mutate(bytes, source)] as const,
  );
  return { [modelFile]: mutateJson(json, source), ...Object.fromEntries(weights) };
}

/** Samples for each input, with numbers from -1 to 1. */
function calibration(graph: Graph, source: Choices): Float32Array[][] {
  return Array.from({ length: samples }, () =>
    graph.inputs.map((index) =>
      Float32Array.from(
        { length: elementCount(tensorAt(graph, index).shape) },
        () => source.below(2001) / 1000 - 1,
      ),
    ),
  );
}

/** Damaged TF.js Layers models with their shards: what is built gives the same bytes on every engine. */
export const target: FuzzTarget = {
  name: "keras",
  run: (options) =>
    runCases(options, {
      make,
      async attempt(input, source) {
        const graph = await importModel(modelFile, input[modelFile]!, (path) => {
          const found = Object.hasOwn(input, path) ? input[path] : undefined;
          if (found === undefined) throw new WasmoteError("file-unreadable", "no such file", { file: path });
          return found;
        });
        const elements = graph.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
        if (elements > mostElements) return "imported";
        const { wasm } = await buildModel(graph, { calibration: calibration(graph, source) });
        await runEverywhere(wasm, source);
        return "built";
      },
    }),
};
