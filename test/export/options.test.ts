import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nativeSources } from "wasm3-bindings/sources";
import { accelerators } from "../../host/abi/accelerators.js";
import { boardsFolder } from "../../host/boards/index.js";
import {
  libraryOptions,
  optionsOf,
  type Processor,
  processorNames,
} from "../../host/export/ecosystems/options.js";
import { librarySources } from "../../host/export/library.js";
import { findProgram } from "../../host/tools/find.js";
import { run } from "./program.js";

const compiled = Object.keys(librarySources(Object.values(accelerators).map((each) => each.import))).filter(
  (path) => path.endsWith(".c"),
);

test("loops over elements are fast, operations are jumped to and wrap around, the rest is as its project has it", () => {
  assert.equal(optionsOf("accelerators/depthwise_four.c"), { always: ["-O2"], on: {} });
  for (const path of ["accelerators/softmax.c", "accelerators/imports/accel_softmax.c", "runtime/wasmote.c"])
    assert.equal(optionsOf(path), { always: [], on: {} }, path);
  for (const path of ["runtime/interpreter.c", "wasm3/port-armv6m.c", "wasm3/port-armv7m.c"])
    for (const option of ["-foptimize-sibling-calls", "-fwrapv", "-DWASMOTE_OPTIMIZED"])
      assert.ok(optionsOf(path).always.includes(option), `${path}: ${option}`);
  for (const processor of processorNames)
    assert.ok(
      compiled.some((path) => optionsOf(path).on[processor]),
      processor,
    );
});

/** What compiles for a processor. */
const compilers: readonly { compiler: string; flags: string; processor?: Processor }[] = [
  { compiler: "gcc", flags: "" },
  { compiler: "arm-none-eabi-gcc", flags: "-mcpu=cortex-m4 -mthumb", processor: "armv7m" },
  { compiler: "arm-none-eabi-gcc", flags: "-mcpu=cortex-m0plus -mthumb", processor: "armv6m" },
  { compiler: "riscv64-unknown-elf-gcc", flags: "-march=rv32imac -mabi=ilp32", processor: "riscv" },
];

for (const { compiler, flags, processor } of compilers) {
  const missing = ["cmake", "ninja", compiler].filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) {
    console.error(`SKIPPED: options that CMake reads for ${compiler}, for want of ${missing.join(" and ")}`);
    continue;
  }
  test(`boards/runtime/CMakeLists.txt gives ${compiler} ${flags} the options of compiler-options.json`, () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-options-"));
    try {
      writeFileSync(
        join(folder, "CMakeLists.txt"),
        `cmake_minimum_required(VERSION 3.20)\nproject(p C)\nadd_subdirectory(${join(boardsFolder, "runtime")} library)\n`,
      );
      const variables = {
        CMAKE_C_COMPILER: compiler,
        CMAKE_C_FLAGS: flags,
        CMAKE_SYSTEM_NAME: "Generic",
        CMAKE_TRY_COMPILE_TARGET_TYPE: "STATIC_LIBRARY",
        CMAKE_EXPORT_COMPILE_COMMANDS: "ON",
        WASMOTE_WASM3_SOURCE: nativeSources("wasm3"),
      };
      const given = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
      run("cmake", ["-G", "Ninja", "-S", folder, "-B", join(folder, "build"), ...given]);
      const commands: { file: string; command: string }[] = JSON.parse(
        readFileSync(join(folder, "build", "compile_commands.json"), "utf8"),
      );
      const seen = commands.map(({ file, command }) => {
        const path = relative(boardsFolder, resolve(file)).replaceAll("\\", "/");
        const { always, on } = optionsOf(path);
        const expected = [...libraryOptions, ...always, ...((processor && on[processor]) ?? [])];
        const options = command.split(" ").filter((word) => /^-(f|O|DWASMOTE_OPTIMIZED)/.test(word));
        assert.equal(options, expected, path);
        return path;
      });
      assert.equal(
        compiled.filter((path) => !seen.includes(path)),
        [],
        "all that exports compile",
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
