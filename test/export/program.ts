import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { c } from "../../host/export/ecosystems/c.js";
import type { Exported, ExportedFiles } from "../../host/export/index.js";
import { arrayText } from "../../host/export/model-files.js";
import { macroOf } from "../../host/export/names.js";
import { findProgram } from "../../host/tools/find.js";
import type { Golden } from "./models.js";

/** A place where a program runs: where its flash and RAM start and end, and what runs its image. */
export interface Place {
  name: string;
  /** Start and size of flash, and of RAM; none on this machine. */
  memory?: readonly [string, string, string, string];
  /** Programs that it needs. */
  needs: readonly string[];
  /** Runs an image and gives what it prints. */
  run(image: string): string | Promise<string>;
}

/** What an export is compiled for, once, and where that then runs. */
export interface Target {
  core: string;
  compiler: string;
  flags: readonly string[];
  places: readonly Place[];
}

const linkerFlags = ({ memory }: Place): string[] => {
  if (memory === undefined) return [];
  const [flash, flashSize, ram, ramSize] = memory;
  const layout = { flash, flash_size: flashSize, ram, ram_size: ramSize, stack_size: "0x2000" };
  const symbols = Object.entries(layout).map(([name, value]) => `-Wl,--defsym=__${name}=${value}`);
  return ["--oslib=semihost", "--crt0=semihost", ...symbols];
};

const warnings = "-Wall -Wextra -Werror";

const cmakeText = (places: readonly Place[]): string => `cmake_minimum_required(VERSION 3.16)
project(program C)
add_subdirectory(export)
add_library(program OBJECT main.c)
target_compile_options(program PRIVATE -std=c99 -pedantic ${warnings})
target_link_libraries(program PRIVATE wasmote_models)
${places
  .map(
    (place, i) => `add_executable(program_${i} $<TARGET_OBJECTS:program>)
target_link_libraries(program_${i} PRIVATE wasmote_models)
target_link_options(program_${i} PRIVATE -Wl,--gc-sections ${linkerFlags(place).join(" ")})
`,
  )
  .join("")}`;

/** Places of a target whose programs this machine has; of the others it is said aloud that they are skipped. */
export function placesOf({ compiler, places }: Target): Place[] {
  return places.filter(({ name, needs }) => {
    const missing = ["cmake", compiler, ...needs].filter((program) => findProgram(program) === undefined);
    if (missing.length > 0)
      console.error(`SKIPPED: an export on ${name}, for want of ${missing.join(" and ")}`);
    return missing.length === 0;
  });
}

/** Runs a program of this machine; what it prints. */
export function run(program: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 300_000 });
  if (error !== undefined || status !== 0)
    throw new Error(`${program} ended with ${status ?? error}:\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

/** A machine of QEMU, whose program prints by semihosting. */
export function qemu(name: string, memory: Place["memory"], program: string, ...args: string[]): Place {
  const semihosting = ["-nographic", "-semihosting-config", "enable=on,target=native"];
  return {
    name,
    ...(memory && { memory }),
    needs: [program],
    run: (image) => run(program, [...args, ...semihosting, "-kernel", image]),
  };
}

/** Writes files to a folder that is there as long as `use` takes. */
async function withFiles<Result>(
  files: ExportedFiles,
  use: (folder: string) => Result | Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-export-"));
  try {
    for (const [path, contents] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), contents);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Compiles an export with a program of its own, as a project that takes it in, and runs it in each place: what it prints
 * there.
 */
export async function runProgram(
  { compiler, flags }: Target,
  places: readonly Place[],
  exported: Exported,
  main: string,
): Promise<string[]> {
  const own = Object.entries(c.files(exported)).map(([path, contents]) => [join("export", path), contents]);
  const files = { ...Object.fromEntries(own), "main.c": main, "CMakeLists.txt": cmakeText(places) };
  return withFiles(files, async (folder) => {
    const isHere = places.every(({ memory }) => memory === undefined);
    const variables = {
      CMAKE_BUILD_TYPE: "MinSizeRel",
      CMAKE_C_COMPILER: compiler,
      CMAKE_C_FLAGS: [...flags, warnings].join(" "),
      ...(isHere ? {} : { CMAKE_SYSTEM_NAME: "Generic", CMAKE_TRY_COMPILE_TARGET_TYPE: "STATIC_LIBRARY" }),
    };
    const build = join(folder, "build");
    run("cmake", ["-S", folder, "-B", build, ...Object.entries(variables).map(([k, v]) => `-D${k}=${v}`)]);
    run("cmake", ["--build", build, "--parallel", "2"]);
    const said: string[] = [];
    for (const [i, place] of places.entries()) said.push(await place.run(join(build, `program_${i}`)));
    return said;
  });
}

/**
 * Compiles an export in plain C for this machine as it is, and runs its example: what that prints.
 *
 * @param edited changes the example's text
 */
export function runExample(
  exported: Exported,
  edited: (example: string) => string = (text) => text,
): Promise<string> {
  return withFiles({ ...c.files(exported), "example.c": edited(exported.example) }, (folder) => {
    const build = join(folder, "build");
    run("cmake", ["-S", folder, "-B", build, "-DCMAKE_BUILD_TYPE=Release", `-DCMAKE_C_FLAGS=${warnings}`]);
    run("cmake", ["--build", build, "--parallel", "2"]);
    return run(join(build, "example"), []);
  });
}

const array = (name: string, bytes: Uint8Array): string =>
  `static const uint8_t ${name}[] __attribute__((aligned(16))) = {\n${arrayText(bytes)}\n};\n`;

/**
 * A program that opens all models at once in the memory that their headers tell, runs their goldens by turns and prints all
 * outputs and what they took; then opens each in next to nothing besides linear memory, and a model that the export is not
 * for, and prints how that ended.
 *
 * @param portable whether the models are opened without accelerators
 */
export function goldenProgram(
  { models }: Exported,
  goldens: readonly Golden[],
  foreign: Uint8Array,
  portable = false,
): string {
  const data = goldens.flatMap(({ runs }, m) =>
    runs.flatMap(({ inputs }, r) => inputs.map((bytes, i) => array(`input_${m}_${r}_${i}`, bytes))),
  );
  const memories = models.map(
    (model, m) =>
      `static uint8_t memory_${m}[${macroOf(model)}_MEMORY_BYTES] __attribute__((aligned(8)));\nstatic wasmote *model_${m};\n`,
  );
  const most = Math.max(...goldens.map(({ runs }) => runs.length));
  const turns = Array.from({ length: most }, (_, r) =>
    goldens.flatMap(({ runs }, m) => {
      const inputs = runs[r]?.inputs;
      if (inputs === undefined) return [];
      const writes = inputs.map(
        (_, i) => `    put(model_${m}, ${i}, input_${m}_${r}_${i}, sizeof input_${m}_${r}_${i});`,
      );
      return [...writes, `    run(model_${m}, "${m} ${r}");`];
    }),
  ).flat();
  const opens = models.map((model, m) => {
    const { symbol } = model;
    const options = `(wasmote_options) { .stackBytes = ${macroOf(model)}_STACK_BYTES, .portable = ${portable} }`;
    return `    options = ${options};
    printf("open ${m} %d\\n", wasmote_open(&model_${m}, memory_${m}, sizeof memory_${m}, ${symbol}, ${macroOf(model)}_BYTES, &options));`;
  });
  const ends = models.map((model, m) => {
    const { symbol } = model;
    return `    printf("used ${m} %u\\n", (unsigned) wasmote_used_bytes(model_${m}));
    wasmote_close(model_${m});
    options = (wasmote_options) { .stackBytes = ${macroOf(model)}_STACK_BYTES };
    printf("less ${m} %d\\n", wasmote_open(&model_${m}, memory_${m}, ${model.manifest.memoryBytes} + 64, ${symbol}, ${macroOf(model)}_BYTES, &options));`;
  });
  return `#include <stdio.h>
#include <string.h>

#include "wasmote.h"
${models.map(({ symbol }) => `#include "${symbol}.h"`).join("\n")}

${[...data, ...memories, array("foreign", foreign)].join("")}
static uint8_t foreign_memory[65536] __attribute__((aligned(8)));

static void put(wasmote *model, uint32_t index, const uint8_t *bytes, size_t count)
{
    wasmote_tensor input;
    if (wasmote_input(model, index, &input) || input.bytes != count) printf("no input %u\\n", (unsigned) index);
    else memcpy(input.data, bytes, count);
}

static void run(wasmote *model, const char *name)
{
    wasmote_tensor output;
    printf("run %s %d", name, wasmote_run(model));
    for (uint32_t i = 0; !wasmote_output(model, i, &output); i++)
    {
        printf(" ");
        for (uint32_t n = 0; n < output.bytes; n++) printf("%02x", ((const uint8_t *) output.data)[n]);
    }
    printf("\\n");
}

int main(void)
{
    wasmote_options options;
    wasmote *none;
${opens.join("\n")}
${turns.join("\n")}
${ends.join("\n")}
    options = (wasmote_options) { .stackBytes = 0 };
    printf("foreign %d\\n", wasmote_open(&none, foreign_memory, sizeof foreign_memory, foreign, sizeof foreign, &options));
    return 0;
}
`;
}
