import { readFileSync } from "node:fs";
import { join } from "node:path";
import { accelerators } from "../abi/accelerators.js";
import { type Board, boardsFolder } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { findOperations, type LibraryBuild, recordCalls, type UsedOperations } from "../needs/index.js";
import { type OpenedModule, openModule } from "../package/open.js";
import { interruptNode } from "../run/node-interrupt.js";
import type { Tier } from "../run/types.js";
import { usesFloats } from "../wasm/floats.js";
import { configurationText, isWorthFusing } from "./configuration.js";
import { hostCore } from "./cores.js";
import { exampleText } from "./example.js";
import { usedInstructionsText } from "./instructions.js";
import { librarySources } from "./library.js";
import { findMemory } from "./memory.js";
import { type ModelStorage, modelFilesOf } from "./model-files.js";
import { checkNames, symbolOf } from "./names.js";
import { type ExportTier, takeOut } from "./take-out.js";
import type { Exported, ExportedFiles, ExportedModel } from "./types.js";

export { hostCore } from "./cores.js";
export type { ModelStorage } from "./model-files.js";
export type { ExportTier } from "./take-out.js";
export type { Ecosystem, Exported, ExportedFiles, ExportedModel } from "./types.js";

/** A built model's file. */
export interface ModelToExport extends OpenedModule {
  wasm: Uint8Array;
  /** What it is called in C, as far as that can be; by default as in its manifest. */
  name?: string;
}

/** What an export is for. */
export interface ExportOptions {
  /** One of `exportCores`. */
  core: string;
  board?: Board;
  tier: ExportTier;
  model: ModelStorage;
}

/** Where no board says otherwise: of the operand stack, of pages, and of metacode that is kept, in bytes. */
const defaults = { stackBytes: 2048, codePageBytes: 512, engineBytes: 15_360 };
/** Memory in which everything is compiled, besides linear memory, and a stack on which it is. */
const [ampleBytes, ampleStack] = [1 << 20, 65_535];

/** A model as far as it is known before its memory is. */
interface Settled {
  name: string;
  symbol: string;
  opened: OpenedModule;
  wasm: Uint8Array;
  /** Those that it can be opened in. */
  tiers: Tier[];
  used: UsedOperations;
}

function settle(
  { wasm, name: given, ...opened }: ModelToExport,
  tier: ExportTier,
  build: LibraryBuild,
): Settled {
  const name = given ?? opened.manifest.name;
  const left = takeOut(wasm, opened, tier);
  const own: OpenedModule = openModule(left.wasm);
  const tiers: Tier[] = tier === "both" ? ["accelerated", "portable"] : [tier];
  const used = findOperations(
    left.wasm,
    tiers[0] as Tier,
    build,
    own.manifest.memoryBytes + ampleBytes,
    ampleStack,
  );
  if ("refused" in used) {
    throw new WasmoteError("export-refused", `the library ends with status ${used.refused} for it`);
  }
  return { name, symbol: symbolOf(name), opened: own, wasm: left.wasm, tiers, used };
}

/** A model with the memory that it takes: in each of its tiers, where it has several. */
async function finished(
  { symbol, opened, wasm, tiers }: Settled,
  build: LibraryBuild,
  engineBytes: number,
): Promise<ExportedModel> {
  const { manifest } = opened;
  const found = [];
  for (const tier of tiers) {
    const calls = await recordCalls(wasm, opened, tier, interruptNode);
    found.push(findMemory({ wasm, calls, tier }, manifest.memoryBytes, build, engineBytes));
  }
  const memoryBytes = Math.max(...found.map((each) => each.memoryBytes));
  const stackBytes = Math.max(...found.map((each) => each.stackBytes));
  const exact = found.length === 1 && found[0]?.memoryBound === "exact";
  return { symbol, wasm, manifest, memoryBytes, memoryBound: exact ? "exact" : "most", stackBytes };
}

/** Licences and what the library is configured by, beside its sources. */
function withConfiguration(
  sources: ExportedFiles,
  configuration: string,
  instructions: string,
): ExportedFiles {
  return {
    ...sources,
    "abi/wasmote_config.h": configuration,
    "wasm3/instructions.h": instructions,
    LICENSE: readFileSync(join(boardsFolder, "..", "LICENSE"), "utf8"),
  };
}

/**
 * The library as far as some models need it, for all ecosystems: its sources, configuration, the models and an example.
 *
 * @throws `export-name`, `export-refused`, `kernels-unlinkable` for a module that wasmote has not linked
 */
export async function exportModels(
  models: readonly ModelToExport[],
  { core, board, tier, model: storage }: ExportOptions,
): Promise<Exported> {
  const { stackBytes, codePageBytes, engineBytes } = board?.wasm3 ?? defaults;
  const probed = core === hostCore ? undefined : core;
  const build = { core: probed, operandBytes: stackBytes, pageBytes: codePageBytes };
  const settled = models.map((model) => settle(model, tier, { ...build, fuses: true }));
  checkNames(
    settled.map(({ name, symbol, opened: { manifest } }) => ({
      symbol,
      name,
      inputs: manifest.inputs.length,
    })),
  );
  const used = settled.map((each) => each.used);
  const idiomHeader = readFileSync(join(boardsFolder, "wasm3", "idioms.h"), "utf8");
  const fuses = isWorthFusing(used, idiomHeader);
  const exported = await Promise.all(settled.map((each) => finished(each, { ...build, fuses }, engineBytes)));
  const imported = new Set(
    settled.flatMap(({ opened: { manifest } }) => [
      ...manifest.imports.required,
      ...manifest.imports.optional,
    ]),
  );
  const offered = Object.values(accelerators).filter(
    (each) => tier !== "portable" && imported.has(`wasmote.${each.import}`),
  );
  const configuration = configurationText(
    {
      used,
      fuses,
      accelerators: offered,
      floats: settled.some(({ wasm }) => usesFloats(wasm)),
      validates: storage === "file",
      operandBytes: stackBytes,
      pageBytes: codePageBytes,
      core,
    },
    idiomHeader,
  );
  return {
    models: exported,
    core,
    ...(board === undefined ? {} : { board }),
    library: withConfiguration(
      librarySources(offered.map((each) => each.import)),
      configuration,
      usedInstructionsText(used),
    ),
    configuration,
    modelFiles: (of) => modelFilesOf(of, storage),
    example: exampleText(exported, storage),
  };
}
