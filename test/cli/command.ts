import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { processOutput, type Stream } from "../../host/cli/output.js";
import { runCommandLine } from "../../host/cli/program.js";
import type { Graph } from "../../host/graph/graph.js";
import { buildModel } from "../../host/pipeline.js";
import { writeNpy } from "../../host/run/tensor-files/index.js";

/** Root of the project. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** What a command did. */
export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What Node is given to run the command line: what `npm run build` made where no source is newer, else the source. */
export const newest = commandLine();

function commandLine(): string[] {
  const [built, source] = [join(root, "dist/cli/main.js"), join(root, "host/cli/main.ts")];
  const made = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = readdirSync(join(root, "host"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("wasm3-bindings")) // a package of its own, built by itself
    .some((name) => statSync(join(root, "host", name)).mtimeMs > made);
  return changed ? ["--import", new URL(import.meta.resolve("tsx")).href, source] : [built];
}

/**
 * Runs `wasmote` with these arguments in a folder, and waits.
 *
 * @param command what Node is given before them; the command line as it is newest by default
 */
export function wasmote(
  folder: string,
  args: readonly string[],
  environment?: NodeJS.ProcessEnv,
  command?: readonly string[],
): Result {
  const { file, args: all, options } = commandOf(folder, args, environment, command);
  const { status, stdout, stderr } = spawnSync(file, all, options);
  return { code: status, stdout, stderr };
}

/** What `wasmote` starts: a program, its arguments, and the options for `node:child_process`. */
export function commandOf(
  folder: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  command: readonly string[] = newest,
) {
  const env = { ...process.env, WASMOTE_DEBUG: "", ...environment };
  const options = { cwd: folder, encoding: "utf8", env } as const;
  return { file: process.execPath, args: [...command, ...args], options };
}

/** Runs `wasmote` with these arguments in this process: much faster, for what needs no process of its own. */
export async function inProcess(args: readonly string[], width = Number.POSITIVE_INFINITY): Promise<Result> {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written): Stream => ({
    write: (text) => {
      written[name] += text;
    },
    ...(Number.isFinite(width) ? { isTTY: name === "stdout", columns: width } : {}),
  });
  const output = processOutput(stream("stdout"), stream("stderr"));
  const code = await runCommandLine(args, output);
  output.done();
  return { code, ...written };
}

/** A new folder for files of a test; `remove` it afterwards. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-cli-"));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/**
 * An int8 graph of one fully connected layer, [1, 4] to [1, 3], all scales 0.5 and all zero points 0, so that real
 * outputs are weights x input. Weights by row: 1 0 0 0, 0 1 0 0, 1 1 1 1.
 */
export function smallGraph(): Graph {
  const quantization = { scale: [0.5], zeroPoint: [0], axis: 0 };
  const weights = Int8Array.of(2, 0, 0, 0, 0, 2, 0, 0, 2, 2, 2, 2);
  return {
    name: "small",
    tensors: [
      { name: "in", dtype: "int8", shape: [1, 4], quantization },
      { name: "weights", dtype: "int8", shape: [3, 4], quantization, data: weights },
      { name: "out", dtype: "int8", shape: [1, 3], quantization },
    ],
    nodes: [
      {
        name: "dense",
        operator: "fullyConnected",
        attributes: { activation: "none", keepAxes: false },
        inputs: [0, 1, -1],
        outputs: [2],
      },
    ],
    inputs: [0],
    outputs: [2],
  };
}

/** The small graph as TFLite's converter writes it by default: between QUANTIZE and DEQUANTIZE, float32 at both ends. */
export function floatEndedGraph(): Graph {
  const small = smallGraph();
  const tensors = [
    ...small.tensors,
    { name: "serving_default_x:0", dtype: "float32", shape: [1, 4] } as const,
    { name: "StatefulPartitionedCall:0", dtype: "float32", shape: [1, 3] } as const,
  ];
  const [entry, exit] = [tensors.length - 2, tensors.length - 1];
  const nodes = [
    { name: "enter", operator: "quantize", attributes: {}, inputs: [entry], outputs: small.inputs },
    ...small.nodes,
    { name: "leave", operator: "dequantize", attributes: {}, inputs: small.outputs, outputs: [exit] },
  ];
  return { name: "ended", tensors, nodes, inputs: [entry], outputs: [exit] };
}

/** Builds the small graph to `small.wasm` in a folder. */
export async function writeSmallModel(folder: string): Promise<void> {
  writeFileSync(join(folder, "small.wasm"), (await buildModel(smallGraph())).wasm);
}

/**
 * Writes an application without a model, which finds pairs of samples that are far from zero, as app.json, its baseline, and two
 * recordings: odd.csv of four pairs, the last of which is odd, as labels.csv says, and short.csv of less than a pair.
 */
export function writeApplication(folder: string): void {
  const application = {
    name: "odd",
    source: { type: "link", rate: 1000 },
    stages: {
      pairs: { type: "window", from: "source", length: "2 ms", stride: "2 ms" },
      apart: { type: "distance", from: "pairs", baseline: "rows.npy", measure: "nearest" },
      heard: { type: "decision", from: "apart", events: { odd: { over: 2 } } },
    },
  };
  const rows = {
    dtype: "float32",
    shape: [2, 2],
    bytes: new Uint8Array(Float32Array.of(0, 0, 1, 1).buffer),
  } as const;
  writeFileSync(join(folder, "app.json"), JSON.stringify(application));
  writeFileSync(join(folder, "rows.npy"), writeNpy(rows));
  writeFileSync(join(folder, "odd.csv"), "0\n0\n1\n1\n0\n1\n20\n1\n");
  writeFileSync(join(folder, "short.csv"), "0\n");
  writeFileSync(join(folder, "labels.csv"), "file,start,end,event\nodd.csv,0.007,0.008,odd\n");
}
