import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { compileAddonAside } from "../src/compile.ts";
import { prepareAddon } from "../src/index.ts";
import { addon } from "../src/native.ts";

const folder = mkdtempSync(join(tmpdir(), "wasm3-prepare-"));
const compiler = process.env.CC;
test.after(() => {
  if (compiler === undefined) delete process.env.CC;
  else process.env.CC = compiler;
  rmSync(folder, { recursive: true });
});

/** A compiler that does this, in the shell's language; $out is the file that it is to write. */
function useCompiler(body: string): void {
  const file = join(folder, "compiler");
  const findOut = 'while [ $# -gt 0 ]; do [ "$1" = -o ] && out="$2"; shift; done';
  writeFileSync(file, `#!/bin/sh\n${findOut}\n${body}\n`);
  chmodSync(file, 0o755);
  process.env.CC = file;
}

/** How often something that is to be undone was begun, and called off. */
function watched(): { counts: { begun: number; off: number }; whenEnding: () => () => void } {
  const counts = { begun: 0, off: 0 };
  const whenEnding = () => {
    counts.begun++;
    return () => {
      counts.off++;
    };
  };
  return { counts, whenEnding };
}

const compile = (name: string, whenEnding: () => () => void) =>
  compileAddonAside(join(folder, name, "x.node"), whenEnding);

test("where there is an addon nothing is compiled, and nothing told", async () => {
  addon();
  await prepareAddon({ onCompile: () => assert.unreachable() });
});

test("what the compiler writes is moved into place; what was to be undone is called off", async () => {
  useCompiler('echo made > "$out"');
  const { counts, whenEnding } = watched();
  await compile("good", whenEnding);
  assert.is(readFileSync(join(folder, "good/x.node"), "utf8"), "made\n");
  assert.equal(readdirSync(join(folder, "good")), ["x.node"]);
  assert.equal(counts, { begun: 2, off: 2 });
});

test("a compiler that fails, or is none, is told, and nothing stays", async () => {
  for (const [body, expected] of [
    ["echo 'a.c:1: error: wrong' >&2; exit 1", /compiler failed: a\.c:1: error: wrong$/],
    ["exit 0", /wrote no file/],
  ] as const) {
    useCompiler(body);
    const { counts, whenEnding } = watched();
    const error = await compile("bad", whenEnding).catch((thrown: Error) => thrown);
    assert.match((error as Error).message, expected);
    assert.equal([readdirSync(join(folder, "bad")), counts.begun - counts.off], [[], 0]);
  }
  process.env.CC = join(folder, "absent");
  const error = await compile("bad", watched().whenEnding).catch((thrown: Error) => thrown);
  assert.match((error as Error).message, /CC names .*absent, which is no program/);
});

test.run();
