import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { accelerators } from "../../host/abi/accelerators.js";
import { librarySources } from "../../host/export/library.js";
import { findProgram } from "../../host/tools/find.js";
import { run } from "./program.js";

const accelerationOf = (files: object): string[] =>
  Object.keys(files).filter((path) => path.startsWith("accelerators/") && path.endsWith(".c"));

test("an export has the C files of its accelerators and no others", () => {
  const softmax = accelerationOf(librarySources(["accel_softmax_s8"]));
  assert.equal(softmax, [
    "accelerators/imports/accel_softmax.c",
    "accelerators/parameters.c",
    "accelerators/softmax.c",
    "accelerators/softmax_helium.c",
  ]);
  const all = Object.values(accelerators).map((each) => each.import);
  assert.ok(accelerationOf(librarySources(all)).length > 25);
  assert.equal(accelerationOf(librarySources([])), []);
});

test("what is only included does not end in .c, and what is included is there", () => {
  const files = librarySources(Object.values(accelerators).map((each) => each.import));
  for (const [path, text] of Object.entries(files)) {
    if (path.startsWith("third_party") || !/\.(c|h|c\.inc)$/.test(path)) continue;
    for (const [, included] of String(text).matchAll(/#include "(\.[^"]+|[\w-]+\.(?:c\.inc|h))"/g)) {
      const name = `${included}`.split("/").at(-1) as string;
      const isThere = Object.keys(files).some((each) => each.split("/").at(-1) === name);
      const isWritten = ["wasmote_config.h", "instructions.h"].includes(name);
      assert.ok(isThere || isWritten, `${path} includes ${included}`);
    }
  }
  assert.ok("third_party/wasm3/m3_compile.c.inc" in files && !("third_party/wasm3/m3_compile.c" in files));
  assert.match(String(files["third_party/wasm3/LICENSE"]), "Volodymyr Shymanskyy");
});

if (findProgram("gcc") === undefined) {
  console.error("SKIPPED: each accelerator's files linked, for want of gcc");
} else {
  test("each accelerator's files are all that it needs to be linked", () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-closure-"));
    try {
      const boards = join(process.cwd(), "boards");
      const objects = new Map<string, string>();
      for (const { import: name } of Object.values(accelerators)) {
        const sources = [...accelerationOf(librarySources([name])), "formats/custom_sections.c"];
        for (const path of sources) {
          if (objects.has(path)) continue;
          const object = join(folder, `${objects.size}.o`);
          run("gcc", ["-O0", "-w", "-std=gnu11", "-c", join(boards, path), "-o", object]);
          objects.set(path, object);
        }
        const main = join(folder, "main.c");
        const call = `wasmote_${name}`;
        writeFileSync(
          main,
          `_Bool ${call}(void *from, unsigned offset); int main(void) { return ${call}(0, 0); }\n`,
        );
        run("gcc", [
          main,
          ...sources.map((path) => objects.get(path) as string),
          "-o",
          join(folder, "linked"),
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
