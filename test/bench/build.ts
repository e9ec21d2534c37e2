/**
 * What building a model costs: a whole process beside `node -e 0` and `wasmote --version`, in turn; and within a
 * process, cold and warm, also for a model of 200 nodes. Medians. Timings are shown, never asserted.
 * Run: npm run build && npm run bench:build [-- MAIN.js of another version to compare with]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { sharedModels } from "../shared-models.js";

const rounds = 9;
const root = resolve(import.meta.dirname ?? ".", "../..");
const models = sharedModels();
if (models === undefined) process.exit(2);
const model = join(models, "mlperf-tiny-kws_ref_model", "kws_ref_model.tflite");
const folder = mkdtempSync(join(tmpdir(), "wasmote-bench-"));

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;

const report =
  "data:text/javascript,process.on('exit',()=>process._rawDebug('maxRSS',process.resourceUsage().maxRSS))";

/** Milliseconds and KB of a process. */
function measure(args: readonly string[]): { milliseconds: number; kilobytes: number } {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ["--import", report, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")) },
  });
  const milliseconds = Number(process.hrtime.bigint() - begin) / 1e6;
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return { milliseconds, kilobytes: Number(/maxRSS (\d+)/.exec(stderr)?.[1]) };
}

const main = join(root, "dist/cli/main.js");
const other = process.argv[2];
const commands: Record<string, readonly string[]> = {
  "node -e 0": ["-e", "0"],
  "wasmote --version": [main, "--version"],
  "wasmote build": [main, "build", model, "-o", "new.wasm"],
  ...(other === undefined
    ? {}
    : { "the other's build": [resolve(other), "build", model, "-o", "other.wasm"] }),
};
const measured = Object.fromEntries(
  Object.keys(commands).map((name) => [name, [] as ReturnType<typeof measure>[]]),
);
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(commands)) measured[name]?.push(measure(args));
}
for (const [name, samples] of Object.entries(measured)) {
  const time = median(samples.map(({ milliseconds }) => milliseconds));
  const memory = median(samples.map(({ kilobytes }) => kilobytes));
  console.log(
    `${name.padEnd(20)} ${time.toFixed(0).padStart(6)} ms  ${(memory / 1024).toFixed(0).padStart(4)} MB`,
  );
}

/** 200 nodes: blocks of pointwise convolution, 3x3 depthwise convolution, pointwise convolution and a sum. */
function deepGraph(): Graph {
  const tensors: Tensor[] = [];
  const nodes: Node[] = [];
  const shape = [1, 8, 8, 8];
  const activation = (): number =>
    tensors.push({
      name: `t${tensors.length}`,
      dtype: "int8",
      shape,
      quantization: { scale: [0.1], zeroPoint: [1], axis: 0 },
    }) - 1;
  const constant = (of: number[], axis: number): number => {
    const data = Int8Array.from({ length: of.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 37) % 255) - 127);
    const quantization = { scale: [0.001], zeroPoint: [0], axis };
    return tensors.push({ name: `w${tensors.length}`, dtype: "int8", shape: of, quantization, data }) - 1;
  };
  const window = (size: number) => ({
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    activation: "none" as const,
    padding: { top: size >> 1, bottom: size >> 1, left: size >> 1, right: size >> 1 },
  });
  const node = (operator: string, attributes: object, inputs: number[]): number => {
    const output = activation();
    nodes.push({ name: `n${nodes.length}`, operator, attributes, inputs, outputs: [output] });
    return output;
  };
  const input = activation();
  let last = input;
  while (nodes.length < 200) {
    const first = last;
    last = node("conv2d", window(1), [last, constant([8, 1, 1, 8], 0), -1]);
    last = node("depthwiseConv2d", window(3), [last, constant([1, 3, 3, 8], 3), -1]);
    last = node("conv2d", window(1), [last, constant([8, 1, 1, 8], 0), -1]);
    last = node("add", { activation: "none" }, [first, last]);
  }
  return { name: "deep", tensors, nodes, inputs: [input], outputs: [last] };
}

const { importModel } = await import("../../host/import/index.js");
const { buildModel } = await import("../../host/pipeline.js");
const bytes = readFileSync(model);
const time = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
};
const build = async () => buildModel(await importModel(model, bytes, (path) => readFileSync(path)));
const cold = await time(build);
const warm: number[] = [];
for (let round = 0; round < rounds; round++) warm.push(await time(build));
console.log(`in process, import to file: ${cold.toFixed(0)} ms at first, then ${median(warm).toFixed(0)} ms`);
const deep = deepGraph();
const deepCold = await time(() => buildModel(deep));
const deepWarm: number[] = [];
for (let round = 0; round < rounds; round++) deepWarm.push(await time(() => buildModel(deep)));
console.log(
  `${deep.nodes.length} nodes: ${deepCold.toFixed(0)} ms at first, then ${median(deepWarm).toFixed(0)} ms`,
);
rmSync(folder, { recursive: true });
