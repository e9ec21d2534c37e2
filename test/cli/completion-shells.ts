import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/** Completes each of these lines at its end, in a folder, by a script; gives the candidates of each. */
export type Complete = (script: string, lines: readonly string[], folder: string) => string[][];

/** Stands between the candidates of two lines. */
const end = "END OF CANDIDATES";

function run(program: string, args: readonly string[], folder: string): string[][] {
  const options = { cwd: folder, encoding: "utf8", timeout: 30_000 } as const;
  const { stdout, stderr, status } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${program}: ended with ${status}: ${stderr}`);
  const blocks = stdout.split(`${end}\n`).slice(0, -1);
  return blocks.map((block) => block.split("\n").filter((line) => line !== ""));
}

/** bash, as readline calls it: words are split at "=", too. */
const bash: Complete = (script, lines, folder) => {
  const calls = lines.map((line) => {
    const words = line.split(/ +|(?==)|(?<==)/);
    const array = words.map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _wasmote; printf '%s\\n' "\${COMPREPLY[@]}" '${end}'`;
  });
  const program = [`source '${script}'`, "complete -p wasmote > /dev/null || exit 1", ...calls];
  return run("bash", ["--norc", "-c", program.join("\n")], folder);
};

/** fish completes a line that it is given. Descriptions follow tabs. */
const fish: Complete = (script, lines, folder) => {
  const calls = lines.map((line) => `complete -C '${line}'; echo '${end}'`);
  const found = run("fish", ["--no-config", "-c", [`source '${script}'`, ...calls].join("\n")], folder);
  return found.map((candidates) => candidates.map((text) => text.split("\t")[0] as string));
};

/**
 * zsh completes in its line editor only: one is started on a terminal of its own (zpty), and whatever is added to its
 * candidates is noted in a file, some several times. Control-X completes, Control-U empties the line.
 */
const zsh: Complete = (script, lines, folder) => {
  const found = `${script}.found`;
  writeFileSync(
    `${script}.rc`,
    `
autoload -Uz compinit; compinit -u -D
source '${script}'
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a noted_candidates
  builtin compadd -O noted_candidates "$@"
  print -rl -- $noted_candidates >> '${found}'
  builtin compadd "$@"
}
note-candidates() { _main_complete; print -r -- '${end}' >> '${found}' }
zle -C note-candidates list-choices note-candidates
bindkey '^X' note-candidates
bindkey '^U' kill-whole-line
print -r -- '${end}' >> '${found}'
`,
  );
  const typed = lines.map((line) => `zpty -w -n line $'\\C-u''${line}'$'\\C-x'; wait_for_ends`);
  const driver = `
zmodload zsh/zpty
: > '${found}'
integer ends=0
wait_for_ends() {
  (( ends++ ))
  repeat 1500; do
    (( $(grep -c -x '${end}' '${found}') >= ends )) && return
    zpty -r -t line drained || sleep 0.01
  done
  exit 1
}
zpty line zsh -f -i
zpty -w line "source '${script}.rc'"
wait_for_ends
${typed.join("\n")}
zpty -d line
cat '${found}'
`;
  const noted = run("zsh", ["-f", "-c", driver], folder).slice(1);
  return noted.map((candidates) => [...new Set(candidates)]);
};

/** How each shell is made to complete. */
export const shells: Readonly<Record<string, Complete>> = { bash, zsh, fish };
