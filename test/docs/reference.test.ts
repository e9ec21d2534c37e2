import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertGolden } from "../golden.js";
import { cReference } from "./c-reference.js";
import { root } from "./sources.js";
import { typescriptReference } from "./typescript-reference.js";

test("docs/reference/typescript.md tells what the package exports; all of it has docstrings (npm run docs writes it)", () => {
  const { page, undocumented } = typescriptReference();
  assert.equal(undocumented, []);
  assertGolden("../../docs/reference/typescript.md", page);
  for (const entry of ["index", "browser", "operators"]) {
    const source = readFileSync(join(root, "host", `${entry}.ts`), "utf8");
    const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) =>
      list.split(","),
    );
    const names = lists.map((name) => name.trim().replace(/^type /, "")).filter((name) => name !== "");
    assert.ok(names.length > 0);
    for (const name of names) assert.match(page, new RegExp(`^### ${name}$`, "m"), entry);
  }
});

test("docs/reference/c.md tells what wasmote.h declares; all of it has comments (npm run docs writes it)", () => {
  const { page, undocumented, names } = cReference();
  assert.equal(undocumented, []);
  assertGolden("../../docs/reference/c.md", page);
  const header = readFileSync(join(root, "boards/runtime/wasmote.h"), "utf8").replace(
    /\/\*[\s\S]*?\*\//g,
    "",
  );
  const functions = [...header.matchAll(/\b(wasmote_\w+)\(/g)].map(([, name]) => name as string);
  const types = [...header.matchAll(/^typedef (?:struct|enum) (\w+)/gm)].map(([, name]) => name as string);
  assert.ok(functions.length > 10 && types.length > 5);
  for (const name of [...functions, ...types]) assert.ok(names.includes(name), name);
});

test.run();
