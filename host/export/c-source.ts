/** What a C file gives to others and what it names, as far as it can be told without a compiler. */
export interface CSource {
  /** Functions and variables that it defines for others. */
  defines: ReadonlySet<string>;
  /** All names in its bodies; those that it only declares are left out. */
  names: ReadonlySet<string>;
  /** Files that it includes by a path, as it is written. */
  includes: readonly string[];
}

const comments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const strings = /"(\\.|[^"\\\n])*"/g;
const include = /^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm;
const word = /[A-Za-z_]\w*/g;
/** A declaration of a function, at the beginning of a line: it ends where a definition's body would begin. */
const prototype = /^(?!static|#)[A-Za-z_][\w \t*]*?\b\w+\([^;{}]*\)\s*;/gm;
/** A definition of a function for others, at the beginning of a line. */
const definition = /^(?!static|typedef|#)[A-Za-z_][\w \t*()]*?\b(\w+)\([^;{}()]*(?:\([^()]*\)[^;{}()]*)*\)\s*\{/gm;

/** The use of a macro at the beginning of a line: it defines what its first argument names. */
const made = /^[A-Z][A-Z0-9_]*\((\w+)[^()]*\)/gm;

/** Reads C as it is written in boards/: whatever is at the beginning of a line is no part of a body. */
export function readSource(text: string): CSource {
  const includes = [...text.replace(comments, "").matchAll(include)].map(([, path]) => path as string);
  const code = text.replace(comments, " ").replace(/^[ \t]*#[ \t]*include[^\n]*/gm, "").replace(strings, '""');
  const defines = new Set([
    ...[...code.matchAll(definition)].map(([, name]) => name as string),
    ...[...code.matchAll(made)].map(([, name]) => name as string),
  ]);
  const names = new Set(code.replace(prototype, "").match(word) ?? []);
  return { defines, names, includes };
}
