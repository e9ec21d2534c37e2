import type { CommandEntry, CommandTree, OptionEntry, Values } from "./tree.js";

/** A completion script for bash, 3.2 of macOS included. Source: Bash Reference Manual, "Programmable Completion". */
export function bashScript(tree: CommandTree): string[] {
  const top = [...tree.commands.map(({ name }) => name), ...namesOf(tree.options)];
  return [
    `# Completion of ${tree.name} for bash. In ~/.bashrc: eval "$(${tree.name} completion bash)"`,
    "",
    "# What stands at a place: COMMAND OPTION, or COMMAND NUMBER for an argument.",
    `_${tree.name}_values() {`,
    "  words='' files='' endings='' folders='' ports='' many=''",
    '  case "$1 $2" in',
    ...tree.commands.flatMap(casesOf),
    "    *) return 1 ;;",
    "  esac",
    "}",
    "",
    `_${tree.name}_options() {`,
    '  case "$1" in',
    ...tree.commands.map(({ name, options }) => `    ${name}) words='${namesOf(options).join(" ")}' ;;`),
    "  esac",
    "}",
    "",
    ...walk(tree.name, top),
  ];
}

function namesOf(options: readonly OptionEntry[]): string[] {
  return options.flatMap(({ names }) => names);
}

function casesOf({ name, options, arguments: all }: CommandEntry): string[] {
  const taking = options.flatMap(({ names, takes, variadic }) =>
    takes === undefined
      ? []
      : [
          caseOf(
            names.map((option) => `'${name} ${option}'`),
            takes,
            variadic,
          ),
        ],
  );
  const places = all.map(({ takes, variadic }, i) =>
    caseOf([variadic ? `'${name} '[${i + 1}-9]` : `'${name} ${i + 1}'`], takes, false),
  );
  return [...taking, ...places];
}

function caseOf(patterns: readonly string[], values: Values, many: boolean): string {
  const set = [
    ...(values.words === undefined ? [] : [`words='${values.words.join(" ")}'`]),
    ...(values.files === undefined ? [] : ["files=yes", `endings='${values.files.join(" ")}'`]),
    ...(values.folders ? ["folders=yes"] : []),
    ...(values.ports ? ["ports=yes"] : []),
    ...(many ? ["many=yes"] : []),
  ];
  return `    ${patterns.join(" | ")})${set.length === 0 ? "" : ` ${set.join(" ")}`} ;;`;
}

/** Finds the place of the word that is completed, and what fits there. */
function walk(name: string, top: readonly string[]): string[] {
  return `
_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} command='' option='' before='' place=1 given i
  local words='' files='' endings='' folders='' ports='' many='' IFS=$' \\t\\n'
  for ((i = 1; i < COMP_CWORD; i++)); do
    given=\${COMP_WORDS[i]}
    if [[ -z $command ]]; then
      command=$given
    elif [[ $given == -* ]]; then
      option=''
      _${name}_values "$command" "$given" && option=$given
    elif [[ -n $option ]]; then
      [[ $given == '=' || -n $many ]] || option=''
    else
      place=$((place + 1))
    fi
  done
  [[ $word == '=' && -n $option ]] && word=''
  if [[ $word == --*=* ]]; then
    option=\${word%%=*} before=\${word%%=*}= word=\${word#*=}
  fi
  if [[ -z $command ]]; then
    words='${top.join(" ")}'
  elif [[ $word == -* ]]; then
    words=''
    _${name}_options "$command"
  elif [[ -n $option ]]; then
    _${name}_values "$command" "$option"
  else
    _${name}_values "$command" "$place"
  fi
  [[ -z $ports ]] || words="$words $(compgen -G '/dev/ttyACM*') $(compgen -G '/dev/ttyUSB*') $(compgen -G '/dev/cu.*')"
  COMPREPLY=()
  for given in $(compgen -W "$words" -- "$word"); do COMPREPLY+=("$before$given"); done
  _${name}_files
}

# Adds files and folders that fit.
_${name}_files() {
  local kind=-d found ending fits
  [[ -z $files ]] || kind=-f
  [[ -n $files || -n $folders ]] || return 0
  compopt -o filenames 2> /dev/null
  while IFS= read -r found; do
    fits=$folders
    [[ -d $found || -z $endings ]] && fits=yes
    for ending in $endings; do [[ $found == *.$ending ]] && fits=yes; done
    [[ -z $fits ]] || COMPREPLY+=("$before$found")
  done < <(compgen $kind -- "$word")
}

complete -F _${name} ${name}`
    .trim()
    .split("\n");
}
