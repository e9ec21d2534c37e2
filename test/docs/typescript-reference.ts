import { join, relative } from "node:path";
import {
  type ClassDeclaration,
  type FunctionDeclaration,
  isClassDeclaration,
  isFunctionDeclaration,
  isIdentifier,
  isPropertyDeclaration,
  isTypeReferenceNode,
  isVariableDeclaration,
  type Node,
  type SourceFile,
  type TypeReferenceNode,
} from "typescript/unstable/ast";
import {
  API,
  type Checker,
  type Project,
  SymbolFlags,
  type Symbol as TsSymbol,
} from "typescript/unstable/sync";
import { root } from "./sources.js";

/** The package's entry points: how they are imported, and from which source. */
const entries = [
  { name: "wasmote", file: "host/index.ts", says: "In Node." },
  {
    name: "wasmote/browser",
    file: "host/browser.ts",
    says: "In pages, and in Node as well: nothing of Node is needed.",
  },
  { name: "wasmote/operators", file: "host/operators.ts", says: "For operators of one's own." },
] as const;

/** A declaration that is told of. */
interface Entry {
  name: string;
  /** Of the project's folder. */
  path: string;
  /** Its docstring, as text; empty where there is none. */
  says: string;
  /** The declaration, without what it does. */
  code: string;
  /** Names of types that it mentions, and what they mean. */
  mentions: readonly TsSymbol[];
}

/** The lines of a docstring without their stars. */
function textOf(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim()
    .replace(/^@throws\b/gm, "Throws")
    .replace(/^@returns\b/gm, "Returns")
    .replace(/^@param (\w+)/gm, "- `$1`:");
}

/** Text of a node from its start to where its body starts, or all of it. */
function headOf(node: Node, file: SourceFile, withComment: boolean): string {
  const { body } = node as FunctionDeclaration;
  const from = node.getStart(file, withComment);
  return file.text.slice(from, body === undefined ? node.end : body.getStart(file)).trim();
}

/** A class as who uses it sees it: its members that are not private, without what they do. */
function classText(node: ClassDeclaration, file: SourceFile): string {
  const first = node.members[0];
  const head = file.text.slice(node.getStart(file), first === undefined ? node.end : first.pos).trim();
  const members = node.members
    .filter((member) => !/^(private\b|#|override get \[Symbol)/.test(member.getText(file)))
    .map((member) => {
      const text = headOf(member, file, true);
      return `  ${isPropertyDeclaration(member) ? text.replace(/;$/, "") : text};`;
    });
  return [head, ...members, "}"].join("\n");
}

/** The statement that a declaration is in: a constant's names both. */
function statementOf(node: Node): Node {
  return isVariableDeclaration(node) ? node.parent.parent : node;
}

function codeOf(node: Node, file: SourceFile): string {
  if (isClassDeclaration(node)) return classText(node, file);
  const statement = statementOf(node);
  return isFunctionDeclaration(node) ? `${headOf(node, file, false)};` : statement.getText(file);
}

/** Types that a declaration mentions, but in what a function does. */
function mentioned(node: Node, checker: Checker): TsSymbol[] {
  const references: TypeReferenceNode[] = [];
  const { body } = node as FunctionDeclaration;
  const visit = (child: Node): void => {
    if (child === body) return;
    if (isTypeReferenceNode(child)) references.push(child);
    child.forEachChild(visit);
  };
  node.forEachChild(visit);
  const names = references.map(({ typeName }) => typeName).filter(isIdentifier);
  if (names.length === 0) return [];
  return checker.getSymbolAtLocation(names).filter((symbol) => symbol !== undefined);
}

/** What an alias stands for in the end. */
function meaningOf(symbol: TsSymbol, checker: Checker): TsSymbol {
  return symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What is told of a name; undefined where it is not declared in this project's sources. */
function entryOf(symbol: TsSymbol, project: Project): Entry | undefined {
  const { checker } = project;
  const meaning = meaningOf(symbol, checker);
  const handle = meaning.valueDeclaration ?? meaning.declarations[0];
  const node = handle?.resolve(project);
  if (node === undefined) return undefined;
  const file = node.getSourceFile();
  const path = relative(root, file.fileName);
  if (path.startsWith("..") || path.includes("node_modules") || isTypeParameter(meaning)) return undefined;
  const statement = statementOf(node);
  const before = file.text.slice(statement.pos, statement.getStart(file));
  const comment = [...before.matchAll(/\/\*\*[\s\S]*?\*\//g)].at(-1)?.[0] ?? "";
  const mentions = mentioned(node, checker).map((found) => meaningOf(found, checker));
  return { name: symbol.name, path, says: textOf(comment), code: codeOf(node, file), mentions };
}

const isTypeParameter = (symbol: TsSymbol): boolean => (symbol.flags & SymbolFlags.TypeParameter) !== 0;

function render({ name, path, says, code }: Entry): string {
  return `### ${name}\n\n${says}\n\n\`\`\`ts\n${code.replace(/^export /, "")}\n\`\`\`\n\n[${path}](../../${path})\n`;
}

/** Names of entry points or types that they mention, without a docstring. */
export interface Reference {
  page: string;
  undocumented: readonly string[];
}

const head = `# TypeScript

Generated from the sources' docstrings by \`npm run docs\`; not to be edited by hand. How the parts fit together is told in
[architecture.md](../architecture.md); whole programs are in [examples](../examples/node-api/README.md).

Errors are \`WasmoteError\`, with a \`code\` of the table in [host/errors.ts](../../host/errors.ts); "Throws" names codes.
`;

/** The reference of what the package exports, and of the types that this mentions. */
export function typescriptReference(): Reference {
  const api = new API({ cwd: root });
  try {
    const project = api
      .updateSnapshot({ openProjects: [join(root, "tsconfig.build.json")] })
      .getProjects()[0] as Project;
    return referenceOf(project);
  } finally {
    api.close();
  }
}

function referenceOf(project: Project): Reference {
  const { checker, program } = project;
  const told = new Map<string, Entry>();
  const parts = entries.map(({ name, file, says }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, file)) as Node);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    const symbols = [...checker.getExportsOfModule(module)].sort((a, b) => (a.name < b.name ? -1 : 1));
    const own = symbols.map((symbol) => entryOf(symbol, project) as Entry);
    const already = own.filter((entry) => told.has(keyOf(entry)));
    const fresh = own.filter((entry) => !told.has(keyOf(entry)));
    for (const entry of fresh) told.set(keyOf(entry), entry);
    const links = already.map((entry) => `[${entry.name}](#${entry.name.toLowerCase()})`).join(", ");
    const also = links === "" ? "" : `\nAlso, as above: ${links}.\n`;
    return `## ${name}\n\n${says}\n${also}\n${fresh.map(render).join("\n")}`;
  });
  const further = [...told.values()]
    .flatMap(({ mentions }) => mentions)
    .map((symbol) => entryOf(symbol, project))
    .filter((entry) => entry !== undefined);
  const others = new Map(
    further.filter((entry) => !told.has(keyOf(entry))).map((entry) => [keyOf(entry), entry]),
  );
  const sorted = [...others.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const last = `## Types that these mention\n\nThey cannot be imported by their names.\n\n${sorted.map(render).join("\n")}`;
  const undocumented = [...told.values(), ...sorted].filter(({ says }) => says === "");
  return {
    page: [head, ...parts, last].join("\n"),
    undocumented: undocumented.map(({ name, path }) => `${path}: ${name}`),
  };
}

const keyOf = ({ name, path }: Entry): string => `${path} ${name}`;
