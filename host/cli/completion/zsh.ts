import type { CommandEntry, CommandTree, OptionEntry, Values } from "./tree.js";

/** A completion script for zsh. Source: zshcompsys(1), "_arguments". */
export function zshScript(tree: CommandTree): string[] {
  const own = `_${tree.name}`;
  return [
    `#compdef ${tree.name}`,
    `# Completion of ${tree.name} for zsh. In ~/.zshrc, after compinit: eval "$(${tree.name} completion zsh)"`,
    "",
    `${own}_ports() {`,
    "  local -a ports=(/dev/ttyACM*(N) /dev/ttyUSB*(N) /dev/cu.*(N))",
    "  compadd -f -a ports",
    "}",
    "",
    "# Words, or files that a pattern fits.",
    `${own}_either() {`,
    "  compadd -- $=1",
    '  _files -g "$2"',
    "}",
    "",
    `${own}() {`,
    '  local curcontext="$curcontext" state line',
    "  typeset -A opt_args",
    "  _arguments -C \\",
    ...tree.options.map((option) => `    ${optionSpec(option, own)} \\`),
    "    '1:command:->command' '*::argument:->argument'",
    "  case $state in",
    "    command)",
    "      local -a commands=(",
    ...tree.commands.map(({ name, description }) => `        ${quoted(`${name}:${description}`)}`),
    "      )",
    "      _describe command commands ;;",
    "    argument)",
    "      case $line[1] in",
    ...tree.commands.flatMap((command) => commandLines(command, own)),
    "      esac ;;",
    "  esac",
    "}",
    "",
    "# As a file of $fpath it is called at once; evaluated, it is made known.",
    `if [[ $funcstack[1] == ${own} ]]; then ${own} "$@"; else compdef ${own} ${tree.name}; fi`,
  ];
}

function commandLines({ name, options, arguments: all }: CommandEntry, own: string): string[] {
  const specs = [
    ...options.map((option) => optionSpec(option, own)),
    ...all.map((argument, i) =>
      quoted(`${argument.variadic ? "*" : i + 1}:${argument.name}:${action(argument.takes, own)}`),
    ),
  ];
  return [
    `        ${name})`,
    "          _arguments \\",
    ...specs.map((spec, i) => `            ${spec}${i === specs.length - 1 ? " ;;" : " \\"}`),
  ];
}

function optionSpec({ names, description, takes, variadic, repeatable }: OptionEntry, own: string): string {
  const text = `[${description.replace(/[[\]\\:]/g, "\\$&")}]`;
  const value = takes === undefined ? "" : `:${variadic ? "*-*:" : ""}value:${action(takes, own)}`;
  const specs = names.map((name) => {
    const joined = takes === undefined || variadic ? "" : name.startsWith("--") ? "=" : "+";
    const excluded = repeatable ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
    return quoted(`${excluded}${name}${joined}${text}${value}`);
  });
  return specs.join(" ");
}

/**
 * How zsh finds what may stand there. `(-.)` are plain files, and links to such; without it "(wasm)" would be read so. A space before
 * a function keeps zsh from passing it arguments of its own.
 */
function action({ words, files, folders, ports }: Values, own: string): string {
  const pattern = files === undefined || files.length === 0 ? "*" : `*.(${files.join("|")})(-.)`;
  if (words !== undefined && files !== undefined) return ` ${own}_either "${words.join(" ")}" "${pattern}"`;
  if (words !== undefined) return `(${words.join(" ")})`;
  if (files !== undefined) return files.length === 0 ? "_files" : `_files -g "${pattern}"`;
  if (folders) return "_files -/";
  return ports ? `${own}_ports` : " ";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
