/**
 * Runs every int8 model on every emulated board, in each tier, and writes docs/benchmarks/results.json, and from it
 * docs/boards.md and docs/benchmarks.md. Run: npm run build && npm run bench:boards [-- BOARD... to measure only these anew,
 * or --render to only write the pages]
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBoards } from "../../host/boards/index.js";
import { type GoldenModel, goldenModels, int8Models } from "../models/golden-cases.js";
import {
  type BoardResult,
  type ModelResult,
  type Results,
  renderBenchmarks,
  renderBoards,
} from "./board-pages.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const resultsFile = join(root, "docs", "benchmarks", "results.json");
const folder = mkdtempSync(join(tmpdir(), "wasmote-boards-"));

interface Called {
  status: number;
  out: string;
  error: string;
}

function wasmote(...args: string[]): Called {
  const { status, stdout, stderr } = spawnSync("node", [join(root, "dist", "cli", "main.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 600_000,
  });
  return { status: status ?? 1, out: stdout, error: stderr };
}

function json<T>(called: Called, what: string): T {
  if (called.status !== 0) throw new Error(`${what}: ${called.error}`);
  return JSON.parse(called.out) as T;
}

/** First line of an error, without the folder that this run made. */
function reason({ error }: Called): string {
  const line = error.split("\n").find((text) => text.startsWith("error")) ?? error.slice(0, 200);
  return line.replaceAll(`${folder}/`, "").replace(/^error/, "");
}

function measure(board: string, model: GoldenModel, wasm: string, tier: string): ModelResult {
  const [first] = model.cases;
  const inputs = (first?.inputs ?? []).map((bytes, i) => {
    const path = join(folder, `input-${i}.bin`);
    writeFileSync(path, bytes);
    return path;
  });
  const output = join(folder, "output.bin");
  const ran = wasmote("run", wasm, "--on", board, "--tier", tier, "--input", ...inputs, "--output", output);
  if (ran.status !== 0) return { model: model.name, tier, refused: reason(ran) };
  const same = Buffer.compare(readFileSync(output), first?.outputs[0] as Uint8Array) === 0;
  const bench = json<{ unit: string; total: number; memory: { linearBytes: number; runtimeBytes: number } }>(
    wasmote("bench", wasm, "--on", board, "--tier", tier, "--json"),
    `${model.name} on ${board}`,
  );
  return {
    model: model.name,
    tier,
    same,
    unit: bench.unit,
    total: bench.total,
    linearBytes: bench.memory.linearBytes,
    runtimeBytes: bench.memory.runtimeBytes,
  };
}

/** Measures the boards of these names anew, all if there are none; the others keep what `known` has of them. */
function collect(names: readonly string[], known: Results | undefined): Results {
  const boards = json<BoardResult["board"][]>(wasmote("boards", "--json"), "boards");
  const models = goldenModels(int8Models).map((model) => {
    const wasm = join(folder, `${model.name}.wasm`);
    const built = wasmote("build", model.path, "-o", wasm, "--json");
    if (built.status !== 0) throw new Error(built.error);
    return { model, wasm };
  });
  const measureBoard = (board: BoardResult["board"]): BoardResult => {
    const firmware = wasmote("firmware", board.id, "--json");
    const size = firmware.status === 0 ? JSON.parse(firmware.out) : undefined;
    console.error(`${board.id}: firmware ${size ? `${size.used.flashBytes} bytes` : reason(firmware)}`);
    const results: ModelResult[] = [];
    for (const { model, wasm } of board.proven === "emulator" ? models : []) {
      for (const tier of ["portable", "accelerated"]) {
        const result = measure(board.id, model, wasm, tier);
        const bytes = result.same ? "same bytes" : "OTHER BYTES";
        console.error(
          `  ${model.name} ${tier}: ${result.refused ?? `${result.total} ${result.unit}, ${bytes}`}`,
        );
        results.push(result);
      }
    }
    return { board, firmware: size && { used: size.used, available: size.available }, results };
  };
  return {
    boards: boards.map((board) => {
      const old = known?.boards.find((result) => result.board.id === board.id);
      return old !== undefined && names.length > 0 && !names.includes(board.id) ? old : measureBoard(board);
    }),
  };
}

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const known = existsSync(resultsFile)
  ? (JSON.parse(readFileSync(resultsFile, "utf8")) as Results)
  : undefined;
if (!process.argv.includes("--render"))
  writeFileSync(resultsFile, `${JSON.stringify(collect(names, known), undefined, 1)}\n`);
const results = JSON.parse(readFileSync(resultsFile, "utf8")) as Results;
const tflm = JSON.parse(readFileSync(join(root, "docs", "benchmarks", "tflm.json"), "utf8"));
writeFileSync(join(root, "docs", "boards.md"), renderBoards(results, loadBoards()));
writeFileSync(join(root, "docs", "benchmarks.md"), renderBenchmarks(results, tflm));
rmSync(folder, { recursive: true, force: true });
