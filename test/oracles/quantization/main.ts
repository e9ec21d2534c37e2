/**
 * int8 of this project and of its peers against float originals, on the same samples: writes docs/benchmarks/quantization.json
 * and docs/quantization.md, and prints the table. Run: node --import tsx test/oracles/quantization/main.ts PYTHON, the python of
 * an environment with requirements.txt, and names of models to measure only these anew.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModel, finishGraph } from "../../../host/pipeline.js";
import { quantizeGraph } from "../../../host/quantize/quantize-graph.js";
import {
  type ClassValues,
  classesOf,
  classValues,
  type FloatOriginal,
  floatOriginals,
  loadOriginal,
  type OriginalSamples,
  sameCount,
  samplesOf,
  sqnr,
} from "../../models/float-originals.js";
import { type QuantizationResult, renderQuantization, renderTable } from "./page.js";

/** Samples; of digits there are 100 for calibration. */
const counts = { calibration: 200, heldOut: 1000 };

/** How far the twin that the converter is given may be from the model that is quantized here. */
const twinTolerance = 1e-4;

const here = dirname(fileURLToPath(import.meta.url));
const docs = resolve(here, "..", "..", "..", "docs");
const resultsFile = join(docs, "benchmarks", "quantization.json");

/** Samples one behind the other, as make.py reads them. */
function writeSamples(file: string, samples: readonly Float32Array[][]): void {
  writeFileSync(
    file,
    Buffer.concat(samples.map(([sample]) => new Uint8Array((sample as Float32Array).buffer))),
  );
}

/** Rows of numbers that make.py wrote, one for each sample. */
function readRows(file: string, rows: number): Float32Array[] {
  const values = new Float32Array(new Uint8Array(readFileSync(file)).buffer);
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

/** What a peer's file computes, by TFLite's reference kernels. */
function readValues(folder: string, peer: string, rows: number): ClassValues {
  const read = (kind: string): Float32Array[] => readRows(join(folder, `${peer}-${kind}.bin`), rows);
  return { logits: read("logits"), outputs: read("outputs") };
}

/** Throws where the peer's float model is another one. */
function requireTwin(id: string, float: ClassValues, twin: readonly Float32Array[]): void {
  for (const [i, values] of float.outputs.entries())
    for (const [k, value] of values.entries())
      if (!(Math.abs(value - (twin[i]?.[k] as number)) <= twinTolerance))
        throw new Error(`${id}: its twin gives ${twin[i]?.[k]} for ${value}, sample ${i}`);
}

function resultOf(
  [model, method]: [string, string],
  float: ClassValues,
  found: ClassValues,
  { calibration, labels }: OriginalSamples,
): QuantizationResult {
  const classes = classesOf(found.outputs);
  return {
    ...{ model, method },
    calibration: calibration.length,
    heldOut: classes.length,
    agreement: sameCount(classesOf(float.outputs), classes) / classes.length,
    ...(method !== "float32" && { logitsSqnr: sqnr(float.logits, found.logits) }),
    ...(labels && { accuracy: sameCount(labels, classes) / classes.length }),
  };
}

/** A model as float, by each way of ours and by each peer. */
async function measure(original: FloatOriginal, folder: string): Promise<QuantizationResult[]> {
  const { graph, float } = await loadOriginal(original);
  const samples = samplesOf(original, float, counts);
  const { calibration, heldOut } = samples;
  const wanted = await classValues(float, heldOut);
  requireTwin(original.id, wanted, readRows(join(folder, "float-outputs.bin"), heldOut.length));
  const plain = finishGraph(quantizeGraph(float, calibration));
  const built = (await buildModel(graph, { calibration })).graph;
  const found: Record<string, ClassValues> = {
    float32: wanted,
    "plain min-max": await classValues(plain, heldOut),
    wasmote: await classValues(built, heldOut),
    "TensorFlow's converter": readValues(folder, "converter", heldOut.length),
    ...(original.authors && { "the authors' own": readValues(folder, "authors", heldOut.length) }),
  };
  return Object.entries(found).map(([method, values]) =>
    resultOf([original.id, method], wanted, values, samples),
  );
}

/** Quantizes by the peer, into a folder. */
async function runPeer(python: string, originals: readonly FloatOriginal[], folder: string): Promise<void> {
  for (const original of originals) {
    const own = join(folder, original.id);
    mkdirSync(own);
    const { float } = await loadOriginal(original);
    const { calibration, heldOut } = samplesOf(original, float, counts);
    writeSamples(join(own, "calibration.bin"), calibration);
    writeSamples(join(own, "held-out.bin"), heldOut);
  }
  writeFileSync(join(folder, "jobs.json"), JSON.stringify(originals));
  execFileSync(python, [join(here, "make.py"), folder], { stdio: ["ignore", "ignore", "inherit"] });
}

function readResults(): QuantizationResult[] {
  return JSON.parse(readFileSync(resultsFile, "utf8"));
}

async function main(): Promise<void> {
  const [python, ...names] = process.argv.slice(2);
  if (python === undefined) throw new Error("usage: main.ts PYTHON [MODEL...]");
  const all = floatOriginals();
  const originals = all.filter(({ id }) => names.length === 0 || names.includes(id));
  const folder = mkdtempSync(join(tmpdir(), "wasmote-quantization-"));
  try {
    await runPeer(python, originals, folder);
    const measured: QuantizationResult[] = [];
    for (const original of originals) {
      measured.push(...(await measure(original, join(folder, original.id))));
      console.error(`${original.id} is measured`);
    }
    const old = names.length === 0 ? [] : readResults();
    const results = all.flatMap(({ id }) => {
      const own = measured.filter(({ model }) => model === id);
      return own.length > 0 ? own : old.filter(({ model }) => model === id);
    });
    writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`);
    writeFileSync(join(docs, "quantization.md"), renderQuantization(results));
    console.log(renderTable(results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
