import { readmeText } from "../readme.js";
import type { Ecosystem, Exported } from "../types.js";
import { exampleName, libraryName, taskStackBytes } from "./about.js";
import { sourceList, sourceOptions } from "./cmake.js";
import { exampleInC } from "./example.js";
import { type LaidOut, layOut } from "./layout.js";
import { libraryOptionsAmongOthers } from "./options.js";

/**
 * A module of Zephyr 3.5 or later, with a sample.
 *
 * Source: Zephyr documentation, "Modules (External projects)", "Test Runner (Twister)", "Console".
 */
export const zephyr: Ecosystem = {
  name: "zephyr",
  files(of) {
    const laidOut = layOut(of, { headers: "include", sources: "src" });
    const sample = `samples/${exampleName}`;
    return {
      ...laidOut.files,
      "zephyr/module.yml": moduleFile,
      "zephyr/Kconfig": kconfig,
      "zephyr/CMakeLists.txt": moduleBuild(laidOut),
      [`${sample}/CMakeLists.txt`]: sampleBuild,
      [`${sample}/prj.conf`]: sampleConfiguration(of),
      [`${sample}/sample.yaml`]: sampleDescription,
      [`${sample}/src/main.c`]: exampleInC(of, {
        head: ["#include <zephyr/console/console.h>", "#include <zephyr/sys/printk.h>", ...readByte],
        print: "printk",
        tail: ["int main(void)", "{", "    console_init();", "    infer_for_ever();", "    return 0;", "}"],
      }),
      "README.md": readmeText(of, howToBuild(of)),
    };
  },
};

const readByte = ["static int read_byte(void)", "{", "    return console_getchar();", "}", ""];

const moduleFile = `name: ${libraryName}
build:
  cmake: zephyr
  kconfig: zephyr/Kconfig
samples:
  - samples
`;

const kconfig = `config WASMOTE
	bool "wasmote: machine learning"
	select REQUIRES_FULL_LIBC
	help
	  The runtime of wasmote and the models that it was exported with.
	  Where the processor has a floating-point unit, FPU lets models of
	  float32 use it; threads share it with FPU_SHARING.
`;

function moduleBuild({ compiled }: LaidOut): string {
  const sources = compiled.map(({ path, from }) => ({ path: `../${path}`, from }));
  return `if(CONFIG_WASMOTE)
zephyr_include_directories(../include)
zephyr_library_named(${libraryName})
zephyr_library_sources(
${sourceList(sources)}
)
zephyr_library_compile_options(${libraryOptionsAmongOthers.join(" ")})
${sourceOptions(sources, {
  armv7m: "CONFIG_ARMV7_M_ARMV8_M_MAINLINE",
  armv6m: "CONFIG_ARMV6_M_ARMV8_M_BASELINE",
  riscv: "CONFIG_RISCV",
})}
endif()
`;
}

const sampleBuild = `cmake_minimum_required(VERSION 3.20.0)
list(APPEND EXTRA_ZEPHYR_MODULES \${CMAKE_CURRENT_SOURCE_DIR}/../..)
find_package(Zephyr REQUIRED HINTS $ENV{ZEPHYR_BASE})
project(wasmote_${exampleName})
target_sources(app PRIVATE src/main.c)
`;

function sampleConfiguration(of: Exported): string {
  return `CONFIG_WASMOTE=y
CONFIG_CONSOLE_SUBSYS=y
CONFIG_CONSOLE_GETCHAR=y
CONFIG_CBPRINTF_FP_SUPPORT=y
CONFIG_MAIN_STACK_SIZE=${taskStackBytes(of)}
`;
}

const sampleDescription = `sample:
  name: wasmote ${exampleName}
  description: Runs the exported models on samples from the console
tests:
  sample.wasmote.${exampleName}:
    tags: wasmote
    build_only: true
`;

const howToBuild = (
  of: Exported,
): string => `Name this folder in your west manifest, or where you build: \`-DEXTRA_ZEPHYR_MODULES=PATH\`; then \`CONFIG_WASMOTE=y\`. The thread that
calls the library needs some ${taskStackBytes(of)} bytes of stack, printing included. The sample finds the module itself:

    west build --board BOARD samples/${exampleName}

A program can have one export: what it runs, export together. On Arm, take the Zephyr SDK's GCC: wasm3's operations keep
variables in fixed registers, which Clang does not.`;
