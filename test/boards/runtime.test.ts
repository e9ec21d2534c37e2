import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { wat } from "../../host/wasm3-bindings/test/support/wat.js";
import { builtModels } from "../fuzz/native/built-models.js";
import { damagedBodies } from "./damaged-bodies.js";
import { bodies, makeModel, makeModule, makeStatefulModel } from "./made-modules.js";
import { boardsFolder, compileNative, nativeCompilerIsThere, runNative } from "./native/compile.js";
import { libraryProgram } from "./native/library.js";
import { encodeRealCase, hostLine, realCases } from "./real-cases.js";
import { invalidBodies, refusedModules, validBodies } from "./validated-bodies.js";

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
    makeStatefulModel("broken", bodies.trap),
    makeStatefulModel("stuck", bodies.endlessNothing),
  ];
  const damaged = ["copy-slot", "memory-copy"].map((name) =>
    readFileSync(new URL(`../fixtures/damaged/${name}.wasm`, import.meta.url)),
  );
  return [...made, ...damaged, ...(await builtModels()).map(({ wasm }) => wasm)];
}

const engine = (module: Uint8Array): boolean => WebAssembly.validate(module as BufferSource);

/** A module around a function's text, with a memory, a table, global variables and functions that it may use. */
const around = (body: string): Uint8Array =>
  wat(`(module
    (type $none (func)) (type $binary (func (param i32 i64) (result f32)))
    (import "a" "b" (func $imported (param i32) (result i32)))
    (import "a" "c" (global $outer i32))
    (table 4 funcref)
    (memory 1)
    (global $fixed i32 (i32.const 7)) (global $free (mut i64) (i64.const -1)) (global $copy i32 (global.get $outer))
    (global $real (mut f32) (f32.const 1)) (global $long f64 (f64.const 2))
    (elem (i32.const 1) $nothing $two)
    (data (i32.const 8) "data")
    (func $nothing)
    (func $two (type $binary) (f32.const 0))
    ${body})`);

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: the library on this machine, for want of a C compiler on Linux");
} else {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-runtime-"));
  const program = join(folder, "program");
  test.before(() => {
    const own = ["runtime.c", "validate.c", "reals.c", "accelerator_calls.c"];
    compileNative(libraryProgram(own, [`-DPACKAGE_VERSION="${version}"`]), folder);
  });
  test.after(() => rmSync(folder, { recursive: true, force: true }));

  test("the library on this machine: every function and status, under sanitizers", async () => {
    const files = (await models()).map((bytes, i) => {
      const file = join(folder, `${i}.wasm`);
      writeFileSync(file, bytes);
      return file;
    });
    assert.match(runNative(program, files), /^ok \d+\n$/);
  });

  /** What validate.c says of modules, by the letters of native/validate.c. */
  const validate = (modules: readonly Uint8Array[]): string => {
    const file = join(folder, "modules");
    const length = (bytes: Uint8Array) => new Uint8Array(Uint32Array.of(bytes.length).buffer);
    writeFileSync(file, Buffer.concat(modules.flatMap((each) => [length(each), each])));
    const said = runNative(program, ["validate", file]);
    assert.is(said.length, modules.length);
    return said;
  };

  test("function bodies are valid or not as Node's engine says", () => {
    const all = [
      ...validBodies.map((text): [string, Uint8Array, string] => [text, around(text), "v"]),
      ...invalidBodies.texts.map((text): [string, Uint8Array, string] => [text, around(text), "i"]),
      ...Object.entries(invalidBodies.bytes).map(([name, body]): [string, Uint8Array, string] => [
        name,
        makeModule(body),
        "i",
      ]),
    ];
    const said = validate(all.map(([, module]) => module));
    for (const [i, [text, module, expected]] of all.entries()) {
      assert.is(engine(module), expected === "v", `the engine: ${text}`);
      assert.is(said[i], expected, text);
    }
  });

  test("what the runtime does not have is told from what is not valid", () => {
    const said = validate(refusedModules.map(({ module }) => module));
    for (const [i, { name, module, letter }] of refusedModules.entries()) {
      assert.is(said[i], letter, name);
      assert.ok(engine(module), `the engine: ${name}`);
    }
  });

  test("built models are valid; damaged bodies are where Node's engine says so", async () => {
    const models = (await builtModels()).map(({ wasm }) => wasm);
    const modules = [...damagedBodies(models, 6000, 1)];
    assert.is(validate(models), "v".repeat(models.length));
    const said = validate(modules);
    for (const [i, module] of modules.entries()) {
      if (engine(module)) assert.match(said[i] as string, /[vum]/, `case ${i}: the engine takes it`);
      else assert.is.not(said[i], "v", `case ${i}: the engine refuses it`);
    }
    const [taken, refused] = ["v", "i"].map((letter) => said.split(letter).length - 1) as [number, number];
    assert.ok(taken > 600 && refused > 600, `${taken} valid, ${refused} not`);
  });

  test("real numbers become the bytes, and bytes the real numbers, that the host makes of them", () => {
    const cases = realCases(1);
    const file = join(folder, "reals");
    writeFileSync(file, Buffer.concat(cases.map(encodeRealCase)));
    const lines = runNative(program, ["reals", file]).trimEnd().split("\n");
    assert.is(lines.length, cases.length);
    for (const [i, each] of cases.entries()) assert.is(lines[i], hostLine(each), JSON.stringify(each.type));
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
