/**
 * Mutation tests of the C and AssemblyScript sources, one change at a time in a copy of the checkout.
 *
 *   node --import tsx test/mutation/native.ts FOLDER... [--sample N] [--seed S] [--only FILE] [--json]
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { copyCheckout } from "../checkout-copy.js";
import { type Mutant, mutantsOf } from "./mutants.js";

/** The tests that a folder's sources are held to: arguments of uvu, after what is to be made anew. */
interface NamedTests {
  build?: readonly string[];
  tests: readonly [folder: string, pattern: string];
}

const kernels: NamedTests = {
  build: ["host/tools/build-kernels.ts"],
  tests: ["test", "^ops/.*\\.test\\.ts$"],
};

const firmware: NamedTests = { tests: ["test", "^boards/(firmware|power-cut)\\.test\\.ts$"] };

/** The folders that can be mutated. */
export const nativeFolders: Readonly<Record<string, NamedTests>> = {
  "boards/firmware": firmware,
  "boards/formats": firmware,
  "boards/link": firmware,
  "boards/runtime": firmware,
  "boards/store": firmware,
  "boards/accelerators": { tests: ["test", "^boards/accelerators\\.test\\.ts$"] },
  "boards/wasm3": { tests: ["host/wasm3-bindings/test", "^superinstructions\\.test\\.ts$"] },
  "host/wasm3-bindings/native": { tests: ["host/wasm3-bindings/test", "^(?!tarball).*\\.test\\.ts$"] },
  "assembly/kernels": kernels,
  "assembly/math": { ...kernels, tests: ["test", "^(math|ops)/.*\\.test\\.ts$"] },
};

export interface MutationOptions {
  /** How many mutants are tried; all of them unless told. */
  sample?: number;
  /** Which ones, where not all are. */
  seed?: number;
  /** Of the files whose name this is. */
  only?: string;
  /** Told of each as it is done. */
  log?(line: string): void;
}

/** What became of a mutant. A run beyond the time limit counts as killed. */
export interface MutationResult {
  file: string;
  line: number;
  change: string;
  outcome: "killed" | "survived" | "does not compile";
}

const timeLimitMillis = 300_000;
const notCompiled = /Command failed: cc|the compiler \S+ failed|^ERROR (TS|AS)\d+|: error: /m;

interface Run {
  passed: boolean;
  output: string;
}

/**
 * Runs Node in a folder, and ends all that it started where it takes too long. Temporary files go into the folder too:
 * tests that are ended leave theirs behind.
 */
function runNode(folder: string, args: readonly string[]): Promise<Run> {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  return new Promise((done, failed) => {
    const env = { ...process.env, TMPDIR: temporary };
    const child = spawn(process.execPath, ["--import", "tsx", ...args], { cwd: folder, env, detached: true });
    let output = "";
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const timer = setTimeout(end, timeLimitMillis);
    process.once("exit", end);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
    child.on("error", failed);
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("exit", end);
      done({ passed: code === 0, output });
    });
  });
}

async function runTests(folder: string, { build, tests }: NamedTests): Promise<Run> {
  if (build !== undefined) {
    const built = await runNode(folder, build);
    if (!built.passed) return { passed: false, output: `: error: ${built.output}` };
  }
  return runNode(folder, ["node_modules/uvu/bin.js", ...tests]);
}

/** `count` of the items, in their order; the same for the same seed. */
function sampleOf<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  let state = seed >>> 0;
  const order = items.map((_, index) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 + index) >>> 0;
    return { index, key: state };
  });
  const taken = order.sort((a, b) => a.key - b.key || a.index - b.index).slice(0, count);
  return taken.sort((a, b) => a.index - b.index).map(({ index }) => items[index] as Item);
}

/**
 * Tries the mutants of a folder's sources, each against the tests named for it.
 *
 * @param folder one of `nativeFolders`
 * @throws where there is no such folder, or its tests fail before anything is changed
 */
export async function mutateFolder(folder: string, options: MutationOptions = {}): Promise<MutationResult[]> {
  const tests = nativeFolders[folder];
  if (tests === undefined) {
    throw new Error(`no tests are named for ${folder}; folders: ${Object.keys(nativeFolders).join(", ")}`);
  }
  const copy = copyCheckout();
  try {
    const mutants = readdirSync(join(copy.folder, folder))
      .filter((name) => /\.(c|h|ts)$/.test(name) && (options.only === undefined || name === options.only))
      .sort()
      .flatMap((name) => {
        const text = readFileSync(join(copy.folder, folder, name), "utf8");
        return mutantsOf(text).map((mutant) => ({ file: `${folder}/${name}`, text, mutant }));
      });
    const before = await runTests(copy.folder, tests);
    if (!before.passed)
      throw new Error(`the tests of ${folder} fail before anything is changed:\n${before.output}`);
    const results: MutationResult[] = [];
    for (const each of sampleOf(mutants, options.sample ?? mutants.length, options.seed ?? 1)) {
      const result = await tryMutant(copy.folder, tests, each);
      results.push(result);
      options.log?.(row(result));
    }
    return results;
  } finally {
    copy.remove();
  }
}

async function tryMutant(
  folder: string,
  tests: NamedTests,
  { file, text, mutant }: { file: string; text: string; mutant: Mutant },
): Promise<MutationResult> {
  const { line, start, end, replacement, change } = mutant;
  const path = join(folder, file);
  writeFileSync(path, text.slice(0, start) + replacement + text.slice(end));
  try {
    const { passed, output } = await runTests(folder, tests);
    const outcome = passed ? "survived" : notCompiled.test(output) ? "does not compile" : "killed";
    return { file, line, change, outcome };
  } finally {
    writeFileSync(path, text);
  }
}

function row({ file, line, change, outcome }: MutationResult): string {
  return `${outcome.padEnd(16)}  ${file}:${line}  ${change}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sample: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const wholeNumber = (name: string, text: string | undefined): number | undefined => {
    if (text !== undefined && !/^\d+$/.test(text))
      throw new Error(`--${name} is ${text}; it must be a whole number`);
    return text === undefined ? undefined : Number(text);
  };
  const results: MutationResult[] = [];
  for (const folder of positionals.length > 0 ? positionals : Object.keys(nativeFolders)) {
    const [sample, seed] = [wholeNumber("sample", values.sample), wholeNumber("seed", values.seed)];
    results.push(
      ...(await mutateFolder(folder, {
        ...(sample === undefined ? {} : { sample }),
        ...(seed === undefined ? {} : { seed }),
        ...(values.only === undefined ? {} : { only: values.only }),
        log: (line) => (values.json === true ? console.error(line) : console.log(line)),
      })),
    );
  }
  const count = (outcome: MutationResult["outcome"]): number =>
    results.filter((each) => each.outcome === outcome).length;
  const [killed, survived, notThere] = [count("killed"), count("survived"), count("does not compile")];
  if (values.json === true) console.log(JSON.stringify(results, undefined, 2));
  else console.log(`${killed} killed, ${survived} survived, ${notThere} do not compile`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
