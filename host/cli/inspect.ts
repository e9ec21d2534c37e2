import type { Command } from "commander";
import { readWholeFile } from "../files/read.js";
import { UsageError } from "./errors.js";
import { recordingReader } from "./files.js";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";
import { addUserOperators, type OperatorOptions, operatorsOption } from "./user-operators.js";

const wasmMagic = [0x00, 0x61, 0x73, 0x6d];

const help = "\nA model that cannot be built is refused with the list of all nodes that stand in the way.";

/** Adds the command `inspect` to the program. */
export function registerInspect(program: Command, output: Output): void {
  const command = program
    .command("inspect")
    .description("Show what a model file holds, and whether it can be built.")
    .argument("<model>", "a .tflite file, a TF.js Layers model.json, or a .wasm built by wasmote")
    .addOption(operatorsOption())
    .option("--json", "print everything as JSON")
    .action((path: string, options: InspectOptions) => inspect(path, options, output));
  addHelp(command, help);
}

interface InspectOptions extends OperatorOptions {
  json?: boolean;
}

async function inspect(path: string, options: InspectOptions, output: Output): Promise<void> {
  const json = options.json === true;
  const bytes = readWholeFile(path);
  if (wasmMagic.every((byte, i) => bytes[i] === byte)) {
    if (options.operators !== undefined) {
      throw new UsageError("--operators is of no use for a built model", "Leave it out.");
    }
    const { describeModule, moduleText } = await import("./inspect-module.js");
    const found = await describeModule(path, bytes);
    output.data(json ? JSON.stringify(found, undefined, 2) : moduleText(found, output.styles).join("\n"));
    return;
  }
  await addUserOperators(options, output);
  const { importModel } = await import("../import/index.js");
  const { describeModel, modelText } = await import("./inspect-model.js");
  const found = describeModel(importModel(path, bytes, recordingReader(path, [])));
  output.data(json ? JSON.stringify(found, undefined, 2) : modelText(found, output.styles).join("\n"));
}
