import type { CommandEntry, CommandTree, OptionEntry, Values } from "./tree.js";

/** A completion script for fish. Source: fish's documentation, "Writing your own completions". */
export function fishScript(tree: CommandTree): string[] {
  return [
    `# Completion of ${tree.name} for fish: ${tree.name} completion fish > ~/.config/fish/completions/${tree.name}.fish`,
    "",
    ...functions(tree.name),
    "",
    `complete -c ${tree.name} -f`,
    ...tree.options.map((option) => `${when(tree.name, "in")} ${optionText(option, tree.name)}`),
    ...tree.commands.flatMap((command) => ["", ...commandLines(command, tree.name)]),
  ];
}

function commandLines(
  { name, description, options, arguments: all }: CommandEntry,
  program: string,
): string[] {
  const taking = options.flatMap(({ names, takes, variadic }) =>
    takes === undefined ? [] : names.map((option) => `${option}${variadic ? "..." : ""}`),
  );
  const variadic = options.filter((option) => option.variadic);
  return [
    `${when(program, "in")} -a ${name} -d ${quoted(description)}`,
    ...options.map((option) => `${when(program, "in", name)} ${optionText(option, program)}`),
    ...variadic.map(
      ({ names, takes }) => `${when(program, "after", name, ...names)} ${valuesText(takes ?? {}, program)}`,
    ),
    ...all.map(
      ({ takes, variadic: rest }, i) =>
        `${when(program, "at", name, `${i + 1}${rest ? "+" : ""}`, ...taking)} ${valuesText(takes, program)}`,
    ),
  ];
}

function optionText({ names, description, takes }: OptionEntry, program: string): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = takes === undefined ? "" : ` -r ${valuesText(takes, program)}`;
  return `${flags.join(" ")} -d ${quoted(description)}${value}`;
}

/** The beginning of a line that holds under a condition. */
function when(program: string, condition: string, ...args: readonly string[]): string {
  const call = [`__${program}_${condition}`, ...args].join(" ");
  return `complete -c ${program} -n ${quoted(call)}`;
}

function valuesText({ words = [], files, folders, ports }: Values, program: string): string {
  const lists = [
    ...words,
    ...(files !== undefined && files.length > 0 ? [`(__${program}_files ${files.join(" ")})`] : []),
    ...(folders ? ["(__fish_complete_directories)"] : []),
    ...(ports ? [`(__${program}_ports)`] : []),
  ];
  const any = files?.length === 0 ? "-F" : "-f";
  return lists.length === 0 ? any : `${any} -a ${quoted(lists.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function functions(program: string): string[] {
  return `
# Whether this is the command; without one, whether there is none yet.
function __${program}_in
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$argv[1]"
end

# Whether a value of one of these options, which take several, is completed.
function __${program}_after -a command
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$command"; or return 1
    set -l options (string match -- '-*' $tokens[3..])
    contains -- "$options[-1]" $argv[2..]
end

# Whether the argument of this number is completed. After it, the options that take a value, with "..." where several.
function __${program}_at -a command place
    set -l tokens (commandline -opc)
    test "$tokens[2]" = "$command"; or return 1
    set -l taking none
    set -l count 1
    for token in $tokens[3..]
        if string match -q -- '-*' $token
            set taking none
            contains -- $token $argv[3..]; and set taking one
            contains -- $token... $argv[3..]; and set taking many
        else if test $taking = none
            set count (math $count + 1)
        else if test $taking = one
            set taking none
        end
    end
    test $taking = none; or return 1
    test $count = $place; and return 0
    string match -q -- '*+' $place; and test $count -ge (string replace '+' '' $place)
end

# Files with one of these endings, and folders.
function __${program}_files
    set -l ending (string join '|' $argv)
    complete -C "'' "(commandline -ct) | string match -r -- "^[^\\t]*(?:/|\\.(?:$ending))(?=\\t|\\$)"
end

function __${program}_ports
    for pattern in '/dev/ttyACM*' '/dev/ttyUSB*' '/dev/cu.*'
        string match -- $pattern /dev/*
    end
end`
    .trim()
    .split("\n");
}
