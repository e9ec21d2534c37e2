/**
 * Sizes of patches between models beside those of other tools: writes docs/benchmarks/delta.json, and from it the table in
 * docs/updates.md. Run: npm run bench:delta [-- --pair NAME OLD.wasm NEW.wasm]... [--render]. The digits' network is always
 * measured; `--pair` adds two files that are not in the repository, and replaces what is known of that name; `--render` only
 * writes the table. Beside it, where they are installed: bsdiff (Debian's package), xz, detools (PyPI).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { applyPatch, makePatch } from "../../host/delta/index.js";
import { listSections } from "../../host/wasm/sections.js";
import { buildDigits, shareOfOthers, weightFiles } from "../delta/digits.js";
import { type PairSizes, renderSizes, tools, withTable } from "./delta-page.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const resultsFile = join(root, "docs", "benchmarks", "delta.json");
const page = join(root, "docs", "updates.md");

/** Arguments of each tool; it writes to the last one, or to its standard output. */
const commands: Readonly<
  Record<(typeof tools)[number], (old: string, next: string, out: string) => string[]>
> = {
  bsdiff: (old, next, out) => ["bsdiff", old, next, out],
  "detools, LZMA": (old, next, out) => ["detools", "create_patch", "-c", "lzma", old, next, out],
  "detools, heatshrink": (old, next, out) => ["detools", "create_patch", "-c", "heatshrink", old, next, out],
  "xz, no patch": (_, next) => ["xz", "-9e", "--format=xz", "--check=none", "--stdout", next],
};

/** Bytes that a tool takes for a new file; none where it is not installed. */
function bytesOf(tool: (typeof tools)[number], old: string, next: string, out: string): number | undefined {
  const [program = "", ...args] = commands[tool](old, next, out);
  const { status, stdout } = spawnSync(program, args, { maxBuffer: 2 ** 26 });
  if (status !== 0) return undefined;
  return program === "xz" ? stdout.length : readFileSync(out).length;
}

/** The share of bytes that differ among those of the weights that both files have. */
function shareOfWeightBytes(old: Uint8Array, next: Uint8Array): number {
  const [first, second] = [old, next].map(
    (file) => listSections(file).find(({ name }) => name === "wasmote.weights")?.bytes ?? new Uint8Array(0),
  ) as [Uint8Array, Uint8Array];
  const length = Math.min(first.length, second.length);
  let others = 0;
  for (let i = 0; i < length; i++) if (first[i] !== second[i]) others++;
  return others / length;
}

function measure(old: Uint8Array, next: Uint8Array): PairSizes {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-delta-"));
  try {
    const [oldFile, newFile] = [join(folder, "old"), join(folder, "new")];
    writeFileSync(oldFile, old);
    writeFileSync(newFile, next);
    const patch = makePatch(old, next);
    if (Buffer.compare(applyPatch(old, patch), next) !== 0) throw new Error("the patch gives another file");
    const others = tools.map(
      (tool) => [tool, bytesOf(tool, oldFile, newFile, join(folder, "patch"))] as const,
    );
    return {
      oldBytes: old.length,
      newBytes: next.length,
      weightBytesThatDiffer: shareOfWeightBytes(old, next),
      patchBytes: patch.length,
      others: Object.fromEntries(others),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `--pair NAME OLD NEW` names, and whether only the table is to be written. */
function readArguments(args: readonly string[]): { pairs: [string, string, string][]; render: boolean } {
  const pairs: [string, string, string][] = [];
  for (let i = args.indexOf("--pair"); i >= 0; i = args.indexOf("--pair", i + 1)) {
    const [name, old, next] = args.slice(i + 1, i + 4);
    if (name === undefined || old === undefined || next === undefined)
      throw new Error("give --pair NAME OLD.wasm NEW.wasm");
    pairs.push([name, old, next]);
  }
  return { pairs, render: args.includes("--render") };
}

const { pairs, render } = readArguments(process.argv.slice(2));
const results: Record<string, PairSizes> = existsSync(resultsFile)
  ? (JSON.parse(readFileSync(resultsFile, "utf8")) as Record<string, PairSizes>)
  : {};
if (!render) {
  const before = await buildDigits(weightFiles.before);
  for (const [name, weights] of [
    ["digits, all layers trained further", weightFiles.allLayers],
    ["digits, last layer trained further", weightFiles.lastLayer],
  ] as const) {
    const after = await buildDigits(weights);
    const weightsThatDiffer = shareOfOthers(before, after);
    results[name] = { ...measure(before.wasm, after.wasm), weightsThatDiffer };
  }
  const read = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
  for (const [name, old, next] of pairs) results[name] = measure(read(old), read(next));
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`);
}
writeFileSync(page, withTable(readFileSync(page, "utf8"), renderSizes(results)));
console.log(renderSizes(results));
