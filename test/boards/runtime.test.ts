import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtModels } from "../fuzz/native/built-models.js";
import { bodies, makeModel, makeStatefulModel } from "./made-modules.js";
import { boardsFolder, nativeCompilerIsThere, runNative, withNativeProgram } from "./native/compile.js";
import { libraryProgram } from "./native/library.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The models that runtime.c names, in its order, and then real ones. */
async function models(): Promise<Uint8Array[]> {
  const tensor = { dtype: "int8", shape: [8], address: 16 } as const;
  const labels = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
  const quantized = { scale: 0.25, zeroPoint: -3, halves: "even", labels } as const;
  const made = [
    makeModel("sum", bodies.sum, {
      inputs: [{ name: "in", ...tensor, shape: [8], ...quantized, labels: [...labels] }],
      weightBytes: 64,
    }),
    makeStatefulModel("stateful"),
    makeModel("endless", bodies.endless),
    makeModel("recursive", bodies.recursive),
    makeModel("bounds", bodies.outOfBounds),
    makeModel("nested", bodies.nested),
  ];
  const damaged = ["copy-slot", "memory-copy"].map((name) =>
    readFileSync(new URL(`../fixtures/damaged/${name}.wasm`, import.meta.url)),
  );
  return [...made, ...damaged, ...(await builtModels()).map(({ wasm }) => wasm)];
}

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: the library on this machine, for want of a C compiler on Linux");
} else {
  const program = libraryProgram(["runtime.c", "accelerator_calls.c"], [`-DPACKAGE_VERSION="${version}"`]);

  test("the library on this machine: every function and status, under sanitizers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-runtime-"));
    try {
      const files = (await models()).map((bytes, i) => {
        const file = join(folder, `${i}.wasm`);
        writeFileSync(file, bytes);
        return file;
      });
      withNativeProgram(program, (file) => assert.match(runNative(file, files), /^ok \d+\n$/));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const [language, flags] of [
    ["c", ["-std=c99", "-pedantic"]],
    ["c++", ["-std=c++11", "-pedantic"]],
  ] as const) {
    test(`wasmote.h is ${flags[0].slice(5)}`, () => {
      const input = `#include "runtime/wasmote.h"\nint main(void) { return wasmote_run(0) == WASMOTE_OK; }\n`;
      const args = [
        "-x",
        language,
        ...flags,
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fsyntax-only",
        `-I${boardsFolder}`,
        "-",
      ];
      execFileSync("cc", args, { input, stdio: ["pipe", "ignore", "pipe"] });
    });
  }
}

test.run();
