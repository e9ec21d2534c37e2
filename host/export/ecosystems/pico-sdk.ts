import { readmeText } from "../readme.js";
import type { Ecosystem, Exported } from "../types.js";
import { exampleName, libraryName, taskStackBytes } from "./about.js";
import { sourceList, sourceOptions } from "./cmake.js";
import { exampleInC } from "./example.js";
import { type LaidOut, layOut } from "./layout.js";
import { libraryOptionsAmongOthers } from "./options.js";

/**
 * A library for the Raspberry Pi Pico SDK, versions 1.5 and 2, to be added after pico_sdk_init, with an example that is a
 * project of its own.
 *
 * Source: Raspberry Pi, "Raspberry Pi Pico-series C/C++ SDK".
 */
export const picoSdk: Ecosystem = {
  name: "pico-sdk",
  cores: ["cortex-m0plus", "cortex-m33"],
  files(of) {
    const laidOut = layOut(of, { headers: "include", sources: "src" });
    const example = `examples/${exampleName}`;
    return {
      ...laidOut.files,
      "CMakeLists.txt": libraryBuild(laidOut),
      [`${example}/CMakeLists.txt`]: projectBuild,
      [`${example}/main.c`]: exampleInC(of, {
        head: ["#include <stdio.h>", '#include "pico/multicore.h"', '#include "pico/stdlib.h"', ...readByte],
        print: "printf",
        tail: mainOf(of),
      }),
      "README.md": readmeText(of, howToBuild(of)),
    };
  },
};

const readByte = ["static int read_byte(void)", "{", "    return getchar();", "}", ""];

/** The stack that the SDK gives to main lies in 4 KiB of RAM of its own, and is too small for what the models may take. */
function mainOf(of: Exported): string[] {
  return [
    `static uint32_t stack[${taskStackBytes(of)} / sizeof(uint32_t)] __attribute__((aligned(8)));`,
    "",
    "/* On the second core, whose stack may be of any size. */",
    "int main(void)",
    "{",
    "    stdio_init_all();",
    "    multicore_launch_core1_with_stack(infer_for_ever, stack, sizeof stack);",
    "    for (;;) sleep_ms(1000);",
    "}",
  ];
}

function libraryBuild({ compiled }: LaidOut): string {
  return `# After pico_sdk_init(): add_subdirectory(PATH wasmote), then target_link_libraries(PROGRAM ${libraryName}).
add_library(${libraryName} STATIC
${sourceList(compiled)}
)
target_include_directories(${libraryName} PUBLIC include)
target_compile_options(${libraryName} PRIVATE ${libraryOptionsAmongOthers.join(" ")})
${sourceOptions(compiled, {
  armv7m: "PICO_RP2350 AND NOT PICO_RISCV",
  armv6m: "PICO_RP2040",
  riscv: "PICO_RISCV",
})}
`;
}

const projectBuild = `cmake_minimum_required(VERSION 3.13...3.27)
include($ENV{PICO_SDK_PATH}/external/pico_sdk_import.cmake)
project(${exampleName} C CXX ASM)
set(CMAKE_C_STANDARD 11)
pico_sdk_init()

add_subdirectory(../.. ${libraryName})
add_executable(${exampleName} main.c)
target_link_libraries(${exampleName} ${libraryName} pico_stdlib pico_multicore)
pico_enable_stdio_usb(${exampleName} 1)
pico_enable_stdio_uart(${exampleName} 0)
pico_add_extra_outputs(${exampleName})
`;

const howToBuild = (
  of: Exported,
): string => `In your CMakeLists.txt, after \`pico_sdk_init()\`: \`add_subdirectory(PATH ${libraryName})\` and
\`target_link_libraries(PROGRAM ${libraryName})\`. The example is a project, which speaks over USB; it takes \`pico_sdk_import.cmake\` from the
SDK that \`PICO_SDK_PATH\` names:

    cmake -S examples/${exampleName} -B build -DPICO_BOARD=${of.core === "cortex-m33" ? "pico2" : "pico"} && cmake --build build

Who calls the library needs some ${taskStackBytes(of)} bytes of stack, printing included: more than the SDK's \`PICO_STACK_SIZE\` of
2048. A program can have one export: what it runs, export together.`;
