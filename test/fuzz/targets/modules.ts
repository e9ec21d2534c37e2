import { readFileSync } from "node:fs";
import { decode, encode } from "cborg";
import { exampleInputs } from "../../../host/bench/example-inputs.js";
import { WasmoteError } from "../../../host/errors.js";
import { importModel } from "../../../host/import/index.js";
import { type Manifest, manifestSection, weightsSection } from "../../../host/package/manifest.js";
import { type OpenedModule, openModule } from "../../../host/package/open.js";
import { packageModule } from "../../../host/package/package.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { customSections, listSections } from "../../../host/wasm/sections.js";
import { concatenate, sized } from "../../../host/wasm/writer.js";
import { smallGraph } from "../../cli/command.js";
import { smallModel, writeTflite } from "../../import/tflite-writer.js";
import type { Choices } from "../../link/random-numbers.js";
import { goldenModels, int8Models } from "../../models/golden-cases.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { changeOneValue } from "../odd-values.js";
import type { FuzzTarget } from "../target.js";
import { stateModel } from "../tflite-originals.js";

/** Most that one run may take. A longer one is no finding, but must end by itself. */
const limitMillis = 100;

/** A built model in its parts. */
interface Original {
  wasm: Uint8Array;
  /** The sections that are not custom, by their ids. */
  sections: { id: number; bytes: Uint8Array }[];
  manifest: Uint8Array;
  weights: Uint8Array;
}

const sectionIds = ["custom", "type", "import", "function", "table", "memory", "global", "export"];
const idOf = (name: string): number => (name === "code" ? 10 : sectionIds.indexOf(name));

function partsOf(wasm: Uint8Array): Original {
  const custom = customSections(wasm);
  const contents = (name: string) => custom.find((section) => section.name === name)!.bytes;
  const sections = listSections(wasm)
    .filter((section) => !section.custom)
    .map(({ name, bytes }) => ({ id: idOf(name), bytes }));
  return { wasm, sections, manifest: contents(manifestSection), weights: contents(weightsSection) };
}

/** Small built models: a dense layer; one of several operators; one with state; and, where it is here, a small one of the shared models. */
async function originals(): Promise<Original[]> {
  const graphs = [
    smallGraph(),
    await importModel("small.tflite", writeTflite(smallModel()), noFile),
    await importModel("state.tflite", writeTflite(stateModel()), noFile),
  ];
  for (const { path } of goldenModels(int8Models).filter(({ name }) => name.includes("hello_world"))) {
    graphs.push(await importModel("hello.tflite", new Uint8Array(readFileSync(path)), noFile));
  }
  return Promise.all(graphs.map(async (graph) => partsOf((await buildModel(graph)).wasm)));
}

function noFile(): never {
  throw new WasmoteError("file-unreadable", "no other file");
}

function assemble({ sections, manifest, weights }: Original): Uint8Array {
  const code = concatenate([
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...sections.flatMap(({ id, bytes }) => [[id], sized(bytes)]),
  ]);
  return packageModule(code, decode(manifest) as Manifest, weights);
}

/** A copy of a model with its manifest, a section, its weights or its bytes damaged. */
function damaged(original: Original, source: Choices): Uint8Array {
  const kind = source.below(10);
  if (kind === 0) return mutate(original.wasm, source, 3);
  if (kind < 4) {
    const manifest = encode(changeOneValue(decode(original.manifest), source));
    return assemble({ ...original, manifest });
  }
  if (kind < 6) return assemble({ ...original, weights: mutate(original.weights, source, 3) });
  const at = source.below(original.sections.length);
  const index = source.chance(0.7) ? original.sections.length - 1 : at;
  const sections = original.sections.map((section, i) =>
    i === index ? { ...section, bytes: mutate(section.bytes, source, 2) } : section,
  );
  return assemble({ ...original, sections });
}

/** How a run ended: the bytes of its outputs, or why there are none. */
interface Ending {
  reason: string;
  outputs: Uint8Array[];
}

async function runOn(
  on: "node" | "wasm3",
  wasm: Uint8Array,
  opened: OpenedModule,
  tier: "portable" | "accelerated" = "portable",
): Promise<Ending> {
  try {
    const runner = await openRunner(on, wasm, opened, { tier, limitMillis });
    try {
      const outputs = Array.from({ length: opened.manifest.variables === undefined ? 1 : 2 }, () => {
        for (const [i, bytes] of exampleInputs(opened.manifest).entries()) runner.writeInput(i, bytes);
        runner.run();
        return opened.manifest.outputs.map((_, i) => runner.readOutput(i));
      });
      return { reason: "done", outputs: outputs.flat() };
    } finally {
      runner.close();
    }
  } catch (error) {
    if (error instanceof WasmoteError && error.code !== "internal")
      return { reason: error.code, outputs: [] };
    throw error;
  }
}

/**
 * Runs a module everywhere. What is done on wasm3 is done on node, with the same bytes; wasm3 may refuse what node does,
 * as its memory and its stack are smaller. Accelerators give a kernel's bytes for the
 * constants that models are built with, not for damaged kernels and constants: then they need only end.
 */
async function runEverywhere(wasm: Uint8Array, models: readonly Original[]): Promise<string> {
  const opened = openModule(wasm);
  const wasm3 = await runOn("wasm3", wasm, opened);
  const node = await runOn("node", wasm, opened);
  const accelerated = await runOn("wasm3", wasm, opened, "accelerated");
  if (wasm3.reason === "run-limit" || node.reason === "run-limit") return "limit";
  if (wasm3.reason !== "done") return "stopped";
  if (node.reason !== "done") throw new Error(`wasm3 is done, node ends by ${node.reason}`);
  compare("node", wasm3, node);
  if (accelerated.reason === "done" && models.some((model) => isAsBuilt(model, wasm, opened)))
    compare("wasm3, accelerated", wasm3, accelerated);
  return accelerated.reason === "done" ? "run" : "run, but not accelerated";
}

/** What of a manifest decides what a run does. */
function workOf({ inputs, outputs, steps }: Manifest): string {
  const places = [...inputs, ...outputs].map(({ address, dtype, shape }) => [address, dtype, shape]);
  return JSON.stringify([steps.length, places]);
}

/** Whether a model does what the original does. */
function isAsBuilt(
  { sections, manifest, weights }: Original,
  wasm: Uint8Array,
  opened: OpenedModule,
): boolean {
  const code = listSections(wasm).filter(({ custom }) => !custom);
  const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  return (
    same(weights, opened.weights) &&
    workOf(opened.manifest) === workOf(decode(manifest) as Manifest) &&
    code.length === sections.length &&
    code.every(({ bytes }, i) => same(bytes, sections[i]!.bytes))
  );
}

function compare(name: string, expected: Ending, found: Ending): void {
  for (const [i, bytes] of expected.outputs.entries()) {
    if (Buffer.compare(bytes, found.outputs[i]!) !== 0) {
      throw new Error(`output ${i} of wasm3 is ${hex(bytes)}, of ${name} ${hex(found.outputs[i]!)}`);
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 64)).toString("hex");

/** Damaged built models: what opens runs within its limit, with the same bytes on node, wasm3 and wasm3 accelerated. */
export const target: FuzzTarget = {
  name: "modules",
  async run(options) {
    const models = await originals();
    return runCases(options, {
      make: (source) => ({ "model.wasm": damaged(source.pick(models), source) }),
      attempt: (input) => runEverywhere(input["model.wasm"]!, models),
    });
  },
};
