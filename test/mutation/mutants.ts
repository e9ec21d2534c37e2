/** A small change of a source file, of which a test should take notice. */
export interface Mutant {
  /** From 1. */
  line: number;
  /** Where the replaced text begins and ends in the file. */
  start: number;
  end: number;
  replacement: string;
  /** What was done, and the text before and after. */
  change: string;
}

/** The text with comments, strings, characters and lines of the preprocessor blanked; positions stay. */
export function codeOnly(text: string): string {
  const parts = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*#[^\n]*/gm;
  return text.replace(parts, (part) => part.replace(/[^\n]/g, " "));
}

/** Where the parenthesis that opens at `open` is closed; undefined where it is not. */
function closing(code: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === "(") depth++;
    if (code[at] === ")" && --depth === 0) return at;
  }
  return undefined;
}

const shifted: Record<string, string> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };

/**
 * The mutants of a C or AssemblyScript file, by its lines: a condition of an `if` negated or never true, a bound shifted
 * (`<` and `<=`, `>` and `>=`, with blanks around, as they are written here), a decimal number one greater, and a
 * `continue`, `break` or `return` without a value left out.
 */
export function mutantsOf(text: string): Mutant[] {
  const code = codeOnly(text);
  const found: Mutant[] = [];
  const add = (start: number, end: number, replacement: string, what: string): void => {
    const line = text.slice(0, start).split("\n").length;
    const before = text.slice(start, end).replace(/\s+/g, " ");
    found.push({
      line,
      start,
      end,
      replacement,
      change: `${what}: ${before} -> ${replacement || "nothing"}`,
    });
  };
  for (const match of code.matchAll(/\bif \(/g)) {
    const open = match.index + 3;
    const close = closing(code, open);
    if (close === undefined) continue;
    const condition = text.slice(open + 1, close);
    add(open + 1, close, `!(${condition})`, "negated");
    add(open + 1, close, `1 == 0 && (${condition})`, "never true");
  }
  for (const match of code.matchAll(/ (<=|>=|<|>) /g)) {
    const operator = match[1] as string;
    add(match.index + 1, match.index + 1 + operator.length, shifted[operator] as string, "bound shifted");
  }
  for (const match of code.matchAll(/(?<![\w.])\d+(?=u?\b)(?![\w.]*\.)(?!x)/g)) {
    add(match.index, match.index + match[0].length, String(Number(match[0]) + 1), "off by one");
  }
  for (const match of code.matchAll(/\b(continue|break|return);/g)) {
    add(match.index, match.index + match[0].length, ";", "left out");
  }
  return found.sort((a, b) => a.start - b.start || a.change.localeCompare(b.change));
}
