/**
 * Counts the instructions of the second inference on a Cortex-M55 in QEMU, and how many of them are MVE's, and writes
 * docs/benchmarks/mve.json, and from it docs/helium.md. Run: npm run build && npm run bench:mve [-- FILE... to print what these
 * models, .tflite or .wasm, take and to write nothing; --functions N for more functions than 6; --render to only write the page]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exampleInputs } from "../../host/bench/example-inputs.js";
import { Device } from "../../host/device/device.js";
import { preloadedFlash } from "../../host/device/emulators/preload.js";
import { type QemuEmulator, startQemu } from "../../host/device/emulators/qemu.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openBoardRunner } from "../../host/run/board.js";
import { readElf } from "../boards/elf.js";
import { availableBoards, firmwareOf } from "../boards/emulators.js";
import { connectMonitor, monitorPlace } from "../boards/qemu-monitor.js";
import { goldenModels } from "../models/golden-cases.js";
import { disassemble, type Executed, type Instruction, logDuring } from "./executed.js";
import { type MveResult, renderMve } from "./mve-page.js";

const docs = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "docs");
const resultsFile = join(docs, "benchmarks", "mve.json");
const boardName = "mps3-an547";
const runMillis = 600_000;

const modelNames = [
  "mlperf-tiny-kws_ref_model",
  "mlperf-tiny-pretrainedResnet_quant",
  "mlperf-tiny-ad01_int8",
  "tflm-person_detect",
  "tflm-micro_speech_quantized",
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { functions: { type: "string", default: "6" }, render: { type: "boolean" } },
});

async function moduleOf(path: string): Promise<Uint8Array> {
  if (path.endsWith(".wasm")) return readFileSync(path);
  const read = (file: string): Uint8Array => readFileSync(file);
  return (await buildModel(await importModel(path, read(path), read))).wasm;
}

/** Sums what was executed by function. */
function sum(model: string, executed: Executed, program: ReadonlyMap<number, Instruction>): MveResult {
  const functions = new Map<string, { name: string; total: number; vector: number }>();
  let total = 0;
  let vector = 0;
  for (const [address, times] of executed) {
    const instruction = program.get(address);
    if (instruction === undefined) throw new Error(`no instruction at 0x${address.toString(16)}`);
    const name = instruction.function;
    const part = functions.get(name) ?? { name, total: 0, vector: 0 };
    functions.set(name, part);
    part.total += times;
    total += times;
    if (!instruction.isVector) continue;
    part.vector += times;
    vector += times;
  }
  const most = [...functions.values()].sort((a, b) => b.total - a.total).slice(0, Number(values.functions));
  return { model, total, vector, functions: most };
}

async function measure(model: string, wasm: Uint8Array): Promise<MveResult> {
  const [board] = availableBoards([boardName]);
  if (board === undefined) throw new Error(`${boardName} cannot be emulated here`);
  const { elf } = (await firmwareOf(board)).files;
  const marker = readElf(readFileSync(elf)).symbols.get("port_counter")! & ~1;
  const place = monitorPlace();
  const contents = preloadedFlash(board, wasm);
  const line = startQemu(board.id, board.emulator as QemuEmulator, elf, contents, place.arguments);
  const device = new Device(line, { timeoutMillis: runMillis, runTimeoutMillis: runMillis });
  try {
    const monitor = await connectMonitor(place);
    await device.echo("wasmote", { timeoutMillis: 200, attempts: 150 });
    const opened = openModule(wasm);
    const runner = await openBoardRunner(board.id, device, wasm, opened);
    const writeInputs = async (): Promise<void> => {
      for (const [i, bytes] of exampleInputs(opened.manifest).entries()) await runner.writeInput(i, bytes);
    };
    await writeInputs();
    await runner.count(0, opened.manifest.steps.length);
    await writeInputs();
    let counted = 0;
    const log = await logDuring(monitor, join(dirname(place.path), "log"), marker, async () => {
      counted = await runner.count(0, opened.manifest.steps.length);
    });
    monitor.close();
    return sum(model, log.executed(counted), disassemble(elf));
  } finally {
    await device.close();
    place.remove();
  }
}

function print({ model, total, vector, functions }: MveResult): void {
  console.log(`${model}: ${total} instructions, ${vector} of MVE, ${total + vector} weighted`);
  for (const part of functions) console.log(`  ${part.name}: ${part.total}, ${part.vector} of MVE`);
}

if (positionals.length > 0) {
  for (const path of positionals) print(await measure(basename(path), await moduleOf(path)));
} else {
  const results: MveResult[] = [];
  for (const { name, path } of values.render ? [] : goldenModels(modelNames)) {
    const result = await measure(name, await moduleOf(path));
    print(result);
    results.push(result);
  }
  if (!values.render) writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`);
  const tflm = JSON.parse(readFileSync(join(docs, "benchmarks", "tflm.json"), "utf8"));
  const known = JSON.parse(readFileSync(resultsFile, "utf8")) as MveResult[];
  writeFileSync(join(docs, "helium.md"), renderMve(known, tflm));
}
