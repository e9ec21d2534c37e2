import type { Command } from "commander";
import { UsageError } from "./errors.js";
import { readWholeFile, recordingReader } from "./files.js";
import type { Output } from "./output.js";
import { addUserOperators, type OperatorOptions, operatorsOption } from "./user-operators.js";

const wasmMagic = [0x00, 0x61, 0x73, 0x6d];

/** Adds the command `inspect` to the program. */
export function registerInspect(program: Command, output: Output): void {
  program
    .command("inspect")
    .description("Show what a model file holds, and whether it can be built.")
    .argument("<model>", "a .tflite file, a TF.js Layers model.json, or a .wasm built by wasmote")
    .addOption(operatorsOption())
    .option("--json", "print everything as JSON")
    .addHelpText(
      "after",
      "\nA model that cannot be built is refused with the list of all nodes that stand in the way.",
    )
    .action((path: string, options: InspectOptions) => inspect(path, options, output));
}

interface InspectOptions extends OperatorOptions {
  json?: boolean;
}

async function inspect(path: string, options: InspectOptions, output: Output): Promise<void> {
  const json = options.json === true;
  const bytes = await readWholeFile(path);
  if (wasmMagic.every((byte, i) => bytes[i] === byte)) {
    if (options.operators !== undefined) {
      throw new UsageError("--operators is of no use for a built model", "Leave it out.");
    }
    const { describeModule, moduleText } = await import("./inspect-module.js");
    const found = await describeModule(path, bytes);
    if (json) output.json(found);
    else output.data(moduleText(found, output.styles));
    return;
  }
  await addUserOperators(options, output);
  const { importModel } = await import("../import/index.js");
  const { describeModel, modelText } = await import("./inspect-model.js");
  const found = describeModel(importModel(path, bytes, recordingReader([])));
  if (json) output.json(found);
  else output.data(modelText(found, output.styles));
}
