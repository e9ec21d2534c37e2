import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A declaration of a source file, and those that stand on its lines. */
interface Piece {
  readonly names: readonly string[];
  readonly text: string;
}

interface Source {
  readonly pieces: readonly Piece[];
  /** Files that names are imported from. */
  readonly imports: ReadonlyMap<string, string>;
}

const sources = new Map<string, Source>();

function readSource(file: string): Source {
  const known = sources.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, "utf8");
  const pieces = text.split(/\n\n(?=\S)|(?<=;\n)(?=(?:export )?(?:const|function) )/).map((piece) => ({
    text: piece,
    names: [...piece.matchAll(/^(?:export )?(?:const|function) (\w+)/gm)].map(([, name]) => name as string),
  }));
  const imports = new Map<string, string>();
  for (const [, list = "", from = ""] of text.matchAll(/^import (?:type )?([^;]*?) from "(\.[^"]+)"/gm))
    for (const [name] of list.matchAll(/\w+(?=\s*(?:,|\}|$))/g))
      imports.set(name, join(dirname(file), from.replace(/\.js$/, ".ts")));
  const source = { pieces, imports };
  sources.set(file, source);
  return source;
}

/** TypeScript files below a folder of the project. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** An exported value, and where it is from. */
export interface Exported {
  /** Of the project's folder. */
  readonly path: string;
  readonly name: string;
  readonly value: unknown;
}

/** What the files of a folder export, but for tables of tables. */
export async function exportsBelow(folder: string): Promise<Exported[]> {
  const all: Exported[] = [];
  for (const file of filesBelow(folder).filter((path) => !path.endsWith("index.ts"))) {
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) all.push({ path: relative(root, file), name, value });
  }
  return all;
}

/** The piece of a file that declares a name. */
function pieceOf(file: string, name: string): Piece | undefined {
  return readSource(file).pieces.find(({ names }) => names.includes(name));
}

/** The first sentence of an export's docstring. Throws where it has none. */
export function sentenceOf({ path, name }: Exported): string {
  const text = pieceOf(join(root, path), name)?.text ?? "";
  const before = text.slice(0, text.search(new RegExp(`^export const ${name}\\b`, "m")));
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/.exec(before)?.[1];
  if (comment === undefined) throw new Error(`${path}: ${name} has no docstring`);
  const plain = comment
    .replace(/\n\s*\* ?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const sentence = plain.split(/(?<=[^.]\.) (?=[A-Z])/)[0] as string;
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}

/**
 * The text of all declarations below a folder that an export comes to by the names in them.
 *
 * @param key where the export is a list: what the lines of it hold that count
 */
export function reached({ path, name }: Exported, folder: string, key?: string): string {
  const seen = new Set<string>();
  const texts: string[] = [];
  const follow = (file: string, text: string): void => {
    texts.push(text);
    const code = text.replace(/\/\*[\s\S]*?\*\/|"[^"]*"/g, "");
    for (const [word] of code.matchAll(/\w+/g)) visit(file, word);
  };
  const visit = (file: string, word: string): void => {
    const source = readSource(file);
    const from = source.imports.get(word) ?? file;
    if (!relative(join(root, folder), from).startsWith("..") && !seen.has(`${from} ${word}`)) {
      seen.add(`${from} ${word}`);
      const piece = pieceOf(from, word);
      if (piece !== undefined) follow(from, piece.text);
    }
  };
  const file = join(root, path);
  const { text } = pieceOf(file, name) as Piece;
  if (key === undefined) visit(file, name);
  else
    follow(
      file,
      text
        .split("\n")
        .filter((line) => line.includes(`"${key}"`))
        .join("\n"),
    );
  return texts.join("\n");
}
