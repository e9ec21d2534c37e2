/**
 * Counts layers of one operator in some 300 shapes on emulated boards, in each tier, and writes
 * docs/benchmarks/shapes.json, and from it docs/shapes.md, where shapes are marked that cost far more than others of their
 * kind. Run: npm run build && npm run bench:shapes [-- BOARD... [--only TEXT] [--dry]]: by default all boards below and all
 * shapes; `--only` takes those whose name matches the regular expression TEXT, and keeps what is known of the others; `--dry`
 * prints the figures and writes nothing; `--render` only writes the page.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exampleInputs } from "../../host/bench/example-inputs.js";
import type { Device } from "../../host/device/device.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openBoardRunner } from "../../host/run/board.js";
import type { Tier } from "../../host/run/types.js";
import { availableBoards, startBoard } from "../boards/emulators.js";
import { graphOf, nameOf, type Shape, shapes } from "./shape-list.js";
import { type Figures, renderShapes, type ShapeResults, tiers } from "./shape-page.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const resultsFile = join(root, "docs", "benchmarks", "shapes.json");
const boardNames = ["mps2-an386", "mps2-an385", "pico"];

/** Counts the second inference of a file on a board, which then has compiled what it needs, in a tier. */
async function count(
  device: Device,
  board: string,
  wasm: Uint8Array,
  tier: Tier,
): Promise<number | undefined> {
  const opened = openModule(wasm);
  if (tier === "accelerated" && opened.manifest.imports.optional.length === 0) return undefined;
  const runner = await openBoardRunner(board, device, wasm, opened, { tier });
  const steps = opened.manifest.steps.length;
  let last = 0;
  for (let i = 0; i < 2; i++) {
    for (const [index, bytes] of exampleInputs(opened.manifest).entries())
      await runner.writeInput(index, bytes);
    last = await runner.count(0, steps);
  }
  return last;
}

async function measureShape(device: Device, board: string, shape: Shape): Promise<Figures> {
  const { wasm } = await buildModel(graphOf(shape));
  const figures: Figures = {};
  for (const tier of tiers) {
    const counted = await count(device, board, wasm, tier);
    if (counted !== undefined) figures[tier] = counted;
  }
  return figures;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, dry: { type: "boolean" }, render: { type: "boolean" } },
});

/** What is known, read anew: another process may measure another board. */
function known(): ShapeResults {
  return existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, "utf8")) as ShapeResults) : {};
}

/** Writes a board's figures beside what is known. */
function keep(board: string, figures: ShapeResults[string]): void {
  const all = known();
  const results = { ...all, [board]: { ...all[board], ...figures } };
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`);
}

const wanted = shapes.filter((shape) => new RegExp(values.only ?? "").test(nameOf(shape)));

for (const board of values.render ? [] : availableBoards(positionals.length > 0 ? positionals : boardNames)) {
  const measured: ShapeResults[string] = {};
  let device: Device | undefined;
  try {
    for (const shape of wanted) {
      if (device === undefined) device = await startBoard(board, (await buildModel(graphOf(shape))).wasm);
      const name = nameOf(shape);
      measured[name] = await measureShape(device, board.id, shape);
      if (!values.dry) keep(board.id, measured);
      console.log(renderShapes({ [board.id]: { [name]: measured[name] } }, "line"));
    }
  } finally {
    await device?.close();
  }
}
if (!values.dry) writeFileSync(join(root, "docs", "shapes.md"), renderShapes(known(), "page"));
