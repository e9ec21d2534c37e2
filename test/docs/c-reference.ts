import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./sources.js";

const header = "boards/runtime/wasmote.h";

const head = `# C

Generated from [${header}](../../${header}) by \`npm run docs\`; not to be edited by hand. How the library gets into a program is
told in [in your own firmware](../tutorials/in-your-own-firmware.md); a whole program is in [examples](../examples/in-firmware/README.md).
`;

/** The text of a comment without its stars. */
function textOf(comment: string): string {
  return comment
    .replace(/^\/\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^ \* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** What is not said of an API: the preprocessor, and C++'s linkage. */
const surroundings = /^(#.*|extern "C" \{|\})$/gm;

/** Names that a declaration declares: of functions, or of a type. */
function namesOf(code: string): string[] {
  if (code.startsWith("typedef") || code.startsWith("enum")) {
    const alias = /(\w+);$/.exec(code)?.[1] ?? /^enum \{ (\w+)/.exec(code)?.[1];
    if (alias === undefined) throw new Error(`${header}: what does this declare?\n${code}`);
    return [alias];
  }
  const functions = [...code.matchAll(/\b(wasmote_\w+)\(/g)].map(([, name]) => name as string);
  if (functions.length === 0) throw new Error(`${header}: what does this declare?\n${code}`);
  return functions;
}

/** A comment in a header and the declarations right below it. */
interface Told {
  says: string;
  code: string;
}

/**
 * The declarations of the header in order: a comment and what stands below it up to an empty line, as the header is written.
 * In structures and enumerations lines may be empty.
 */
function declarationsOf(text: string): Told[] {
  const told: Told[] = [];
  const piece =
    /(\/\*[\s\S]*?\*\/\n)?((?:typedef (?:struct|enum) \w+\n\{[\s\S]*?^\}[^\n]*|[^\n/][^\n]*)(?:\n[^\n]+)*)/gm;
  for (const [, comment = "", code = ""] of text.matchAll(piece))
    told.push({ says: textOf(comment.trim()), code: code.trim() });
  return told;
}

/** The reference of the library in C. `undocumented` names what has no comment. */
export function cReference(): { page: string; undocumented: string[]; names: string[] } {
  const source = readFileSync(join(root, header), "utf8");
  const first = /^\/\*[\s\S]*?\*\/\n/.exec(source)?.[0] ?? "";
  const rest = source.slice(first.length).replace(surroundings, "").trim();
  const declarations = declarationsOf(rest);
  const sections = declarations.map(({ says, code }) => {
    const title = namesOf(code).join(", ");
    return `## ${title}\n\n${says}\n\n\`\`\`c\n${code}\n\`\`\`\n`;
  });
  const intro = textOf(first.trim());
  return {
    page: [head, intro, "", ...sections].join("\n"),
    undocumented: declarations.filter(({ says }) => says === "").flatMap(({ code }) => namesOf(code)),
    names: declarations.flatMap(({ code }) => namesOf(code)),
  };
}
