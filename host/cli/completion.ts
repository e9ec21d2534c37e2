import { Argument, type Command } from "commander";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";

const shells = ["bash", "zsh", "fish"] as const;

const help = `
bash, in ~/.bashrc:                 eval "$(wasmote completion bash)"
zsh, in ~/.zshrc, after compinit:   eval "$(wasmote completion zsh)"
fish, once:                         wasmote completion fish > ~/.config/fish/completions/wasmote.fish
It completes the command \`wasmote\`: install that with npm install --global wasmote.
Print the script anew after an update.`;

/** Adds the command `completion` to the program. */
export function registerCompletion(program: Command, output: Output): void {
  const command = program
    .command("completion")
    .description("Print the script that completes wasmote's commands in a shell.")
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(shells))
    .action((shell: (typeof shells)[number]) => completion(shell, output));
  addHelp(command, help);
}

/** The whole program is looked at, so that a script knows every command, option and board of this version. */
async function completion(shell: (typeof shells)[number], output: Output): Promise<void> {
  const [{ createProgram }, { commandTree }] = await Promise.all([
    import("./program.js"),
    import("./completion/tree.js"),
  ]);
  const tree = commandTree(await createProgram([], output));
  output.data(await scripts[shell](tree));
}

type Script = (tree: import("./completion/tree.js").CommandTree) => Promise<string[]>;

const scripts: Readonly<Record<(typeof shells)[number], Script>> = {
  bash: async (tree) => (await import("./completion/bash.js")).bashScript(tree),
  zsh: async (tree) => (await import("./completion/zsh.js")).zshScript(tree),
  fish: async (tree) => (await import("./completion/fish.js")).fishScript(tree),
};
