import type { Command } from "commander";
import { table } from "../table.js";
import type { Tool } from "../tools/toolchain.js";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";

interface ToolchainOptions {
  check?: boolean;
  json?: boolean;
}

const help = `
Missing programs are installed with apt-get on Debian and Ubuntu; elsewhere they are named, and the exit code is 3.
Both compilers need picolibc, which Homebrew does not have: there it must be built by hand.
Programs for flashing are optional: each board takes its own, and boards with a UF2 boot loader take none.`;

/** Adds the command `toolchain` to the program. */
export function registerToolchain(program: Command, output: Output): void {
  const command = program
    .command("toolchain")
    .description("Install the compilers and emulators that boards need.")
    .option("--check", "install nothing, only say what there is")
    .option("--json", "print the programs as JSON")
    .action((options: ToolchainOptions) => showToolchain(options, output));
  addHelp(command, help);
}

async function showToolchain(options: ToolchainOptions, output: Output): Promise<void> {
  const { installPrograms, missingPrograms, toolchain } = await import("../tools/toolchain.js");
  let tools = toolchain();
  const missing = missingPrograms(tools);
  if (missing.length > 0 && !options.check) {
    output.talk(`missing: ${missing.join(", ")}`);
    await installPrograms(missing);
    tools = toolchain();
  }
  if (options.json) output.json(tools);
  else output.data(await toolsText(tools, output));
  const still = missingPrograms(tools);
  if (still.length > 0) throw (await import("../tools/find.js")).missing(...still);
}

async function toolsText(tools: readonly Tool[], output: Output): Promise<string[]> {
  const { debianPackages, packageOf } = await import("../tools/packages.js");
  const from = (program: Tool["program"]): string =>
    debianPackages([program]).join(" ") || (packageOf(program).anywhere ?? "");
  return table(
    [
      { heading: "program", align: "left" },
      { heading: "for", align: "left" },
      { heading: "here", align: "left" },
    ],
    tools.map(({ program, use, needed, path }) => [
      program,
      use,
      path ?? `missing${needed ? "" : ", optional"}: ${from(program)}`,
    ]),
    { width: output.width, heading: output.styles.dim },
  );
}
