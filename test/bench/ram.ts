/**
 * Predicts and measures RAM and flash of every shared model on every emulated board in each tier, and writes
 * docs/benchmarks/ram.json and docs/ram.md. Run: npm run build && npm run bench:ram [-- BOARD... to measure only these anew;
 * --render to only write the page; --seconds=N for what takes longer than so many to be left out: emulators are slow, by
 * default 600]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Board, loadBoards } from "../../host/boards/index.js";
import { connectBoard } from "../../host/device/connect.js";
import { WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { predictFit, predictNeeds } from "../../host/needs/index.js";
import { type OpenedModule, openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { type Tier, tiers } from "../../host/run/types.js";
import { firmwareOf } from "../boards/emulators.js";
import { goldenModels, modelsEndingIn } from "../models/golden-cases.js";
import { type RamResult, renderRam } from "./ram-page.js";

const docs = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs");
const resultsFile = join(docs, "benchmarks", "ram.json");

const seconds = process.argv.find((argument) => argument.startsWith("--seconds="))?.split("=")[1];
const timeoutMillis = Number(seconds ?? 600) * 1000;

interface Built {
  name: string;
  wasm: Uint8Array;
  opened: OpenedModule;
}

/** What a board tells after a run and a reset, or what it answered in their place. */
async function measure(board: Board, { wasm, opened }: Built, tier: Tier): Promise<RamResult["measured"]> {
  const firmware = await firmwareOf(board);
  const device = await connectBoard(board, { model: wasm });
  try {
    if ((await device.status()).model === null) return { refused: "not loaded" };
    await device.accelerate(tier === "accelerated");
    const { steps } = opened.manifest;
    await device.run(0, steps.length, { timeoutMillis });
    await device.resetModel();
    const { used, memory, file } = await device.status();
    return { ramBytes: used + memory, flashBytes: firmware.sizes.flashBytes + (file ?? 0) };
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "board-silent") return { skipped: "slow" };
    if (error instanceof WasmoteError) return { refused: error.code };
    throw error;
  } finally {
    await device.close();
  }
}

async function compare(board: Board, built: Built, tier: Tier): Promise<RamResult> {
  const { wasm, opened, name } = built;
  const { fits } = await predictFit(wasm, opened, board);
  const { ram, flash } = await predictNeeds(wasm, opened, board, tier);
  const predicted = {
    fits,
    ramBytes: ram.totalBytes,
    availableBytes: ram.availableBytes,
    bound: ram.bound,
    flashBytes: flash.firmwareBytes + flash.modelBytes,
    slotBytes: flash.slotBytes,
    modelBytes: flash.modelBytes,
  };
  const fileFits = flash.modelBytes <= flash.slotBytes;
  const measured = fileFits ? await measure(board, built, tier) : { refused: "larger than a slot" };
  return { board: board.id, model: name, tier, predicted, measured };
}

async function buildAll(): Promise<Built[]> {
  const built: Built[] = [];
  for (const model of goldenModels(modelsEndingIn(".tflite", ".h5", ".onnx"))) {
    const read = (path: string): Uint8Array => readFileSync(path);
    const { wasm } = await buildModel(await importModel(model.path, read(model.path), read));
    built.push({ name: model.name, wasm, opened: openModule(wasm) });
  }
  return built;
}

async function collect(names: readonly string[], known: readonly RamResult[]): Promise<RamResult[]> {
  const models = await buildAll();
  const results: RamResult[] = [];
  for (const board of loadBoards().filter(({ proven }) => proven === "emulator")) {
    if (names.length > 0 && !names.includes(board.id)) {
      results.push(...known.filter((result) => result.board === board.id));
      continue;
    }
    for (const model of models) {
      for (const tier of tiers) {
        const result = await compare(board, model, tier);
        results.push(result);
        console.error(JSON.stringify(result));
      }
    }
  }
  return results;
}

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const known = existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, "utf8")) as RamResult[]) : [];
const results = process.argv.includes("--render") ? known : await collect(names, known);
writeFileSync(resultsFile, `[\n${results.map((result) => ` ${JSON.stringify(result)}`).join(",\n")}\n]\n`);
writeFileSync(join(docs, "ram.md"), renderRam(results));
process.exit(0);
