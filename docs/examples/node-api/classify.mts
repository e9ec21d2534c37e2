import { readFileSync, writeFileSync } from "node:fs";
import { buildModel, importModel, openModule, openRunner, WasmoteError } from "wasmote";
import { decodeReals, encodeReals, readSamples, tensorAt } from "wasmote/browser";

const [digits, out] = process.argv.slice(2) as [string, string];

/** A file beside the model, such as the shard with its weights. */
const read = (path: string): Uint8Array => readFileSync(path);

/** Builds a float model to int8 with calibration samples: the bytes of its file. */
async function build(model: string, samples: string): Promise<Uint8Array> {
  const graph = await importModel(model, read(model), read);
  const input = tensorAt(graph, graph.inputs[0]!);
  const calibration = readSamples(read(samples), samples, input).map((sample) => [sample]);
  const { wasm, codeBytes, weightBytes, plan } = await buildModel(graph, { calibration });
  console.log(`built: code ${codeBytes}, weights ${weightBytes}, arena ${plan.arenaBytes} bytes`);
  return wasm;
}

/** Runs a built model once on V8, with real numbers in and out. */
async function run(wasm: Uint8Array, sample: ArrayLike<number>): Promise<number[]> {
  const opened = openModule(wasm);
  const [input, output] = [opened.manifest.inputs[0]!, opened.manifest.outputs[0]!];
  const runner = await openRunner("node", wasm, opened);
  try {
    runner.writeInput(0, encodeReals(sample, input));
    runner.run();
    return decodeReals(runner.readOutput(0), output);
  } finally {
    runner.close();
  }
}

/** An upright stroke, 28 by 28: a one. */
const one = Float32Array.from({ length: 28 * 28 }, (_, i) => {
  const [x, y] = [i % 28, Math.floor(i / 28)];
  return y >= 4 && y < 24 && x >= 13 && x < 16 ? 1 : 0;
});

const wasm = await build(`${digits}/float/model.json`, `${digits}/samples/calibration.npy`);
writeFileSync(out, wasm);
const scores = await run(wasm, one);
const best = scores.indexOf(Math.max(...scores));
console.log(`class ${best}, ${scores[best]!.toFixed(3)}`);

try {
  openModule(wasm.subarray(0, 1000));
} catch (error) {
  if (!(error instanceof WasmoteError)) throw error;
  console.log(`refused: ${error.code}`);
}
