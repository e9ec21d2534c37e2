import { basename, join } from "node:path";
import { type Command, Option } from "commander";
import { exportCores, hostCore } from "../export/cores.js";
import { type EcosystemName, ecosystemNamed, ecosystemNames } from "../export/ecosystems/index.js";
import type { ExportedModel, ExportTier, ModelStorage } from "../export/index.js";
import { UsageError } from "./errors.js";
import { exportFolder, writeExport } from "./export-folder.js";
import { thousands } from "./figures.js";
import { refuseOverwriting } from "./files.js";
import { addHelp } from "./help.js";
import { type ModuleFile, readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

interface ExportCommandOptions {
  as: EcosystemName;
  board?: string;
  core?: string;
  tier: ExportTier;
  model: ModelStorage;
  out: string;
  force?: boolean;
  json?: boolean;
}

const help = `
The folder holds the runtime as far as these models use it, the models as constant arrays and an example; no file of it
names one elsewhere. Several models share the runtime. With --tier accelerated, kernels that accelerators take the place of
are left out of the models; --tier both keeps them, for who opens a model with either.

--core is a processor's, or host for computers; --board tells it. Another model needs another export: one that needs what
was left out is refused when it is opened.`;

/** Adds the command `export` to the program. */
export function registerExport(program: Command, output: Output): void {
  const command = program
    .command("export")
    .description("Write a C library with models for a firmware of your own.")
    .argument("<model...>", ".wasm files built by wasmote")
    .addOption(
      new Option("--as <ecosystem>", "what the folder is for").choices(ecosystemNames).makeOptionMandatory(),
    )
    .requiredOption("-o, --out <folder>", "the folder to write; it is made")
    .option("--board <board>", "the board that it is for")
    .addOption(
      new Option("--core <core>", "the processor's core that it is for; host for computers").choices(
        exportCores,
      ),
    )
    .addOption(
      new Option("--tier <tier>", "whether accelerators compute, the models' own kernels, or either")
        .choices(["accelerated", "portable", "both"])
        .default("accelerated"),
    )
    .addOption(
      new Option("--model <storage>", "the models as arrays in flash, or as files that are read at run time")
        .choices(["array", "file"])
        .default("array"),
    )
    .option("--force", "replace an earlier export in the folder")
    .option("--json", "print what it takes as JSON")
    .action((models: string[], options: ExportCommandOptions) => exportTo(models, options, output));
  addHelp(command, help);
}

async function exportTo(paths: string[], options: ExportCommandOptions, output: Output): Promise<void> {
  const { loadBoard } = await import("../boards/index.js");
  const { exportModels } = await import("../export/index.js");
  const ecosystem = await ecosystemNamed(options.as);
  if (options.board !== undefined && options.core !== undefined)
    throw new UsageError("both --board and --core are given", "Give one of them: a board tells its core.");
  if (options.board === undefined && options.core === undefined)
    throw new UsageError(
      "no processor is named",
      "Give --board BOARD or --core CORE, such as --core cortex-m4.",
    );
  const board = options.board === undefined ? undefined : loadBoard(options.board);
  const core = board?.core ?? `${options.core}`;
  const { cores } = ecosystem;
  if (cores !== undefined && !cores.includes(core))
    throw new UsageError(
      `--as ${options.as} has no boards with ${core === hostCore ? "a computer's processor" : core}`,
      `Its cores: ${cores.join(", ")}. Or --as c, which is for any.`,
    );
  const folder = await exportFolder(options.out, paths, options.force === true);
  const files: (ModuleFile & { name: string })[] = [];
  for (const path of paths)
    files.push({ ...(await readModuleFile(path)), name: basename(path).replace(/\.wasm$/i, "") });
  output.progress("exporting");
  const exported = await exportModels(files, {
    core,
    ...(board && { board }),
    tier: options.tier,
    model: options.model,
  });
  const written = ecosystem.files(exported);
  await refuseOverwriting(
    paths,
    Object.keys(written).map((path) => join(options.out, path)),
    "Give -o another folder.",
  );
  const count = await writeExport(folder, written);
  const models = exported.models.map(({ symbol, wasm, memoryBytes, memoryBound, stackBytes, manifest }) => ({
    symbol,
    fileBytes: wasm.length,
    linearBytes: manifest.memoryBytes,
    memoryBytes,
    memoryBound,
    stackBytes,
  }));
  output.talk(`wrote ${count} files to ${options.out}`);
  await tellUnsigned(paths, files, exported.models, output);
  if (options.json) output.json({ as: options.as, core, models });
  else
    output.data(
      models.map(
        ({ symbol, fileBytes, memoryBytes, memoryBound, stackBytes }) =>
          `${symbol}  flash ${thousands(fileBytes)}, RAM ${memoryBound === "exact" ? "" : "at most "}${thousands(memoryBytes)}, stack ${thousands(stackBytes)} bytes`,
      ),
    );
}

/** Says which models were signed, and are other files now that a part of their code is left out. */
async function tellUnsigned(
  paths: readonly string[],
  files: readonly ModuleFile[],
  models: readonly ExportedModel[],
  output: Output,
): Promise<void> {
  const { layoutOf } = await import("../trust/layout.js");
  for (const [i, { wasm }] of models.entries()) {
    const before = files[i]!.wasm;
    if (layoutOf(before).signature === undefined || wasm.length === before.length) continue;
    output.talk(
      `${paths[i]}: what is exported is not signed any more: it holds the code of one tier alone; --tier both leaves it as it is`,
    );
  }
}
