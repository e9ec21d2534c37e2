import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loweringOf } from "../host/lower/index.js";
import { operators } from "../host/ops/index.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const host = join(root, "host");

/** The pipeline's stages in the order in which data passes through them (docs/architecture.md). */
const stages = ["import", "passes", "quantize", "plan", "split", "lower", "link", "package", "run", "bench"];

/** Folders that any stage may use. */
const shared = ["abi", "files", "graph", "numerics", "ops", "boards", "wasm"];

/** Folders beside the pipeline that a stage may use besides: a runner speaks to boards, which may run signed models only, and takes patches. */
const beside: Readonly<Record<string, readonly string[]>> = { run: ["device", "trust", "delta"] };

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const pattern = /^\s*(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/gm;
  return [...text.matchAll(pattern)].map(([statement, type, from, dynamic]) => ({
    from: relative(host, file),
    to: relative(host, resolve(dirname(file), (from ?? dynamic) as string)),
    typeOnly:
      type !== undefined ||
      /^\s*(import|export)\s*\{\s*(type\s+\w+\s*(as\s+\w+\s*)?,?\s*)+\}/.test(statement),
  }));
}

const folderOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] as string) : "");
const imports = sourceFiles(host)
  .filter((file) => !relative(host, file).startsWith("wasm3-bindings"))
  .flatMap(importsOf);

test("stages import only graph, ops, boards and types of the stages before", () => {
  const wrong = imports.filter(({ from, to, typeOnly }) => {
    const [stage, target] = [stages.indexOf(folderOf(from)), folderOf(to)];
    if (stage < 0 || target === folderOf(from) || target === "" || shared.includes(target)) return false;
    if (beside[folderOf(from)]?.includes(target)) return false;
    return !(typeOnly && stages.indexOf(target) >= 0 && stages.indexOf(target) < stage);
  });
  assert.equal(
    wrong.map(({ from, to }) => `${from} -> ${to}`),
    [],
  );
  assert.ok(imports.length > 50, "the imports are found");
});

test("the graph knows no operator, operators know no stage, and arithmetic knows neither", () => {
  const wrong = imports.filter(({ from, to }) => {
    const target = folderOf(to);
    if (folderOf(from) === "graph") return target !== "graph" && to !== "errors.js";
    if (folderOf(from) === "numerics") return !["graph", "numerics"].includes(target);
    if (folderOf(from) === "ops") return !["graph", "numerics", "ops"].includes(target) && to !== "errors.js";
    if (folderOf(from) === "files") return target !== "files" && to !== "errors.js";
    if (["abi", "wasm"].includes(folderOf(from))) return target !== folderOf(from);
    return false;
  });
  assert.equal(
    wrong.map(({ from, to }) => `${from} -> ${to}`),
    [],
  );
});

/** Folders of formats that are read, and what one of them may take of another: TF.js' layers are Keras'. */
const formats = ["tflite", "onnx", "keras", "tfjs"];
const betweenFormats = [
  "import/tfjs/import.ts -> import/keras/build-graph.js",
  "import/tfjs/layers-model.ts -> import/keras/container.js",
];

test("formats know no other format, what they share knows none, and readers are loaded when they are needed", () => {
  const roomOf = (path: string): string => (path.startsWith("import/") ? (path.split("/")[1] as string) : "");
  const crossing = imports.filter(
    ({ from, to }) =>
      from.startsWith("import/") && formats.includes(roomOf(to)) && roomOf(from) !== roomOf(to),
  );
  const arrows = crossing.map(({ from, to }) => `${from} -> ${to}`);
  const ways = formats.map((format) => `import/index.ts -> import/${format}/import.js`);
  const matches = formats.map((format) => `import/index.ts -> import/${format}/match.js`);
  const allowed = [...betweenFormats, ...ways, ...matches];
  assert.equal(
    arrows.filter((arrow) => !allowed.includes(arrow)),
    [],
  );
  assert.equal(
    betweenFormats.filter((arrow) => !arrows.includes(arrow)),
    [],
    "what is allowed is there",
  );
  const index = readFileSync(join(host, "import", "index.ts"), "utf8");
  assert.equal(index.match(/^import .*\/import\.js"/gm), null, "no reader is loaded with the index");
  assert.is(index.match(/await import\("\.\/\w+\/import\.js"\)/g)?.length, 5);
});

test("only the command line and the pipeline's wiring see every stage", () => {
  const wrong = imports.filter(({ from, to }) => folderOf(to) === "cli" && folderOf(from) !== "cli");
  assert.equal(wrong, []);
});

test("applications stand above the pipeline: the command line and what programs import alone see them", () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      folderOf(to) === "app" && !["app", "cli"].includes(folderOf(from)) && from !== "index.ts",
  );
  assert.equal(
    wrong.map(({ from, to }) => `${from} -> ${to}`),
    [],
  );
});

test("docs/architecture.md links every folder and file of the host", () => {
  const text = readFileSync(join(root, "docs", "architecture.md"), "utf8");
  const missing = readdirSync(host).filter((name) => !new RegExp(`\\(\\.\\./host/${name}[)/]`).test(text));
  assert.equal(missing, []);
});

/** Files below a folder that a table there lists, by their paths without the ending. */
function tableOf(folder: string): string[] {
  return importsOf(join(host, folder, "index.ts"))
    .filter(({ to, typeOnly }) => !typeOnly && !relative(folder, to).startsWith(".."))
    .map(({ to }) => to.replace(/\.js$/, ""));
}

/** Files that the families' tables list, by their paths below the folder of all families. */
function listed(folder: string): string[] {
  return tableOf(folder).flatMap((path) => tableOf(dirname(path)).map((file) => relative(folder, file)));
}

test("every operator's file has its test, and says in a file of the same name how it runs", () => {
  const files = listed("ops");
  const found = new Set(
    sourceFiles(join(root, "test", "ops")).map((file) => relative(join(root, "test", "ops"), file)),
  );
  assert.equal(
    files.filter((path) => !found.has(`${path}.test.ts`)),
    [],
  );
  assert.ok(files.length > 15, "the operators are found");
  const families = new Set(files.map(dirname));
  for (const { name } of operators) assert.is(loweringOf(name).operator, name);
  for (const path of listed("lower")) assert.ok(files.includes(path), `lower/${path} is of no operator`);
  for (const name of readdirSync(join(root, "assembly", "kernels"))) assert.ok(families.has(name), name);
  const tables = new Set([...families].map((name) => `${name}.ts`));
  for (const name of readdirSync(join(host, "abi", "parameters")))
    assert.ok(tables.has(name) || name === "fields.ts", `abi/parameters/${name} is of no family`);
});

test.run();
