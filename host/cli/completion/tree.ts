import type { Argument, Command, Option } from "commander";
import { boardNames } from "../../boards/index.js";
import { runners } from "../../run/index.js";
import { tiers } from "../../run/types.js";

/** What may stand at a place of the command line; nothing that can be listed where all are absent. */
export interface Values {
  words?: readonly string[];
  /** Files with one of these endings; any where there is none. Folders lead to them. */
  files?: readonly string[];
  folders?: true;
  /** Serial ports that are there. */
  ports?: true;
}

/** An option of a command. */
export interface OptionEntry {
  /** "--out", and "-o" where there is one. */
  names: readonly string[];
  description: string;
  /** Undefined for one that takes no value. */
  takes?: Values;
  /** Whether it takes all values that follow. */
  variadic: boolean;
  /** Whether it may be given again. */
  repeatable: boolean;
}

/** An argument of a command. */
export interface ArgumentEntry {
  name: string;
  takes: Values;
  /** Whether it takes all arguments that follow. */
  variadic: boolean;
}

/** A command: what it takes. */
export interface CommandEntry {
  name: string;
  description: string;
  options: OptionEntry[];
  arguments: ArgumentEntry[];
}

/** What completions are made of. */
export interface CommandTree {
  name: string;
  /** Options that stand in place of a command. */
  options: OptionEntry[];
  commands: CommandEntry[];
}

/** All that a program takes, as its help says it. */
export function commandTree(program: Command): CommandTree {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).map((command) => ({
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionEntry),
    arguments: command.registeredArguments.map(argumentEntry),
  }));
  const names = commands.map(({ name }) => name);
  return {
    name: program.name(),
    options: help.visibleOptions(program).map(optionEntry),
    commands: commands.map((command) =>
      command.name === "help"
        ? { ...command, arguments: command.arguments.map((entry) => ({ ...entry, takes: { words: names } })) }
        : command,
    ),
  };
}

function optionEntry(option: Option): OptionEntry {
  const placeholder = /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1];
  return {
    names: [option.long, option.short].filter((name) => name !== undefined),
    description: option.description,
    ...(placeholder === undefined
      ? {}
      : { takes: valuesOf(placeholder, option.description, option.argChoices) }),
    variadic: option.variadic,
    repeatable: option.variadic || Array.isArray(option.defaultValue),
  };
}

function argumentEntry(argument: Argument): ArgumentEntry {
  const { description, argChoices, variadic } = argument;
  return { name: argument.name(), takes: valuesOf(argument.name(), description, argChoices), variadic };
}

/** What stands for a value in help, and what it may be. Endings of files are those that its description names. */
const placeholders: Readonly<Record<string, (endings: readonly string[]) => Values>> = {
  file: (files) => ({ files }),
  model: (files) => ({ files }),
  "model-a": (files) => ({ files }),
  "model-b": (files) => ({ files }),
  "file|dir": () => ({ files: [] }),
  "file|folders": (files) => ({ files, words: ["folders"] }),
  "file|random": (files) => ({ files, words: ["random"] }),
  "file|tier": (files) => ({ files, words: tiers }),
  dir: () => ({ folders: true }),
  board: () => ({ words: boardNames() }),
  runner: () => ({ words: [...Object.keys(runners), ...boardNames()] }),
  port: () => ({ ports: true }),
};

function valuesOf(placeholder: string, description: string, choices?: readonly string[]): Values {
  if (choices !== undefined) return { words: choices };
  const made = Object.hasOwn(placeholders, placeholder) ? placeholders[placeholder] : undefined;
  return made?.(endingsIn(description)) ?? {};
}

/** "wasm" in "a .wasm built by wasmote", "json" in "model.json", none in "TF.js". */
function endingsIn(description: string): string[] {
  const found = [...description.matchAll(/(?<![A-Z])\.([a-z][a-z0-9]+)\b/g)].map(
    ([, ending]) => ending as string,
  );
  return [...new Set(found)];
}
