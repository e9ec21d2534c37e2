import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findProgram } from "../../host/tools/find.js";
import { copyCheckout } from "../checkout-copy.js";
import { commandsOf, missingLines } from "./runnable.js";
import { root } from "./sources.js";

const pages = [
  ...readdirSync(join(root, "docs/tutorials")).map((name) => `docs/tutorials/${name}`),
  ...readdirSync(join(root, "docs/examples")).map((name) => `docs/examples/${name}/README.md`),
  ...["README.md", "models/keywords/README.md", "models/vibration/README.md"],
];

/** Whether what takes long is run too. */
const all = process.env.WASMOTE_DOCS === "all";

const copy = copyCheckout();
test.after(() => copy.remove());

/**
 * Puts `wasmote` among the programs of the copy's packages. Without it npx does the same in its cache, at the first call in
 * a folder; that is left alone here.
 */
test.before(() => {
  const [bin, installed] = [join(copy.folder, "node_modules/.bin"), join(root, "node_modules/.bin")];
  rmSync(bin);
  mkdirSync(bin);
  for (const name of readdirSync(installed)) symlinkSync(join(installed, name), join(bin, name));
  rmSync(join(bin, "wasmote"), { force: true });
  symlinkSync(join(copy.folder, "dist/cli/main.js"), join(bin, "wasmote"));
});

interface Ran {
  status: number | null;
  printed: string;
}

/** What ran before: pages begin with the same models, which are built once. */
const ran = new Map<string, Ran>();

/** Runs commands in the copy of the checkout, as a reader does; the first that fails ends them. */
function run(script: string): Ran {
  const before = ran.get(script);
  if (before !== undefined) return before;
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|FORCE_COLOR)/i.test(name),
  );
  const env = { ...Object.fromEntries(own), NO_COLOR: "1", COLUMNS: "160" };
  const { status, stdout } = spawnSync("sh", ["-e", "-c", `exec 2>&1\n${script}`], {
    cwd: copy.folder,
    env,
    encoding: "utf8",
    timeout: 600_000,
  });
  const result = { status, printed: stdout };
  ran.set(script, result);
  return result;
}

for (const page of pages) {
  test(`${page}: its commands run and print what it shows`, () => {
    const blocks = commandsOf(join(root, page));
    assert.ok(blocks.length > 0);
    for (const { mark, needs, line, script, output } of blocks) {
      if (mark === "board" || (mark === "run-slow" && !all)) continue;
      const missing = needs.filter((program) => findProgram(program) === undefined);
      if (missing.length > 0) {
        console.error(`SKIPPED: ${page}:${line}, for want of ${missing.join(" and ")}`);
        continue;
      }
      const { status, printed } = run(script);
      assert.is(status, 0, `${page}:${line}\n${printed}`);
      const wanted = output && missingLines(output, printed);
      assert.is(wanted?.join("\n"), undefined, `${page}:${line} printed\n${printed}`);
    }
  });
}

test("what a page shows is looked for in order, and a gap stands for any lines", () => {
  assert.is(missingLines(["a", "...", "c"], "a\nb\nc\n"), undefined);
  assert.is(missingLines(["b", "c"], "a\nb\nc\n"), undefined);
  assert.equal(missingLines(["a", "c"], "a\nb\nc\n"), ["a", "c"]);
  assert.equal(missingLines(["c", "...", "a"], "a\nb\nc\n"), ["a"]);
});

test.run();
