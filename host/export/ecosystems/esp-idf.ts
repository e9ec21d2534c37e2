import { readmeText } from "../readme.js";
import type { Ecosystem, Exported } from "../types.js";
import {
  exampleName,
  libraryName,
  libraryVersion,
  license,
  sentence,
  taskStackBytes,
  xtensaStack,
} from "./about.js";
import { sourceList, sourceOptions } from "./cmake.js";
import { exampleInC } from "./example.js";
import { type LaidOut, layOut } from "./layout.js";
import { libraryOptionsAmongOthers } from "./options.js";

/**
 * A component of ESP-IDF 5.0 or later, with a project as an example.
 *
 * Source: ESP-IDF Programming Guide, "Build System"; IDF Component Manager documentation, "idf_component.yml Manifest File".
 */
export const espIdf: Ecosystem = {
  name: "esp-idf",
  cores: ["rv32imc", "rv32imac"],
  files(of) {
    const laidOut = layOut(of, { headers: "include", sources: "src" });
    const example = `examples/${exampleName}`;
    return {
      ...laidOut.files,
      "CMakeLists.txt": componentBuild(laidOut),
      "idf_component.yml": manifest(of),
      [`${example}/CMakeLists.txt`]: projectBuild,
      [`${example}/sdkconfig.defaults`]: "CONFIG_NEWLIB_STDIN_LINE_ENDING_LF=y\n",
      [`${example}/main/CMakeLists.txt`]: 'idf_component_register(SRCS "main.c" INCLUDE_DIRS "")\n',
      [`${example}/main/idf_component.yml`]: `dependencies:\n  ${libraryName}:\n    path: ../../..\n`,
      [`${example}/main/main.c`]: exampleInC(of, {
        head: [
          "#include <stdio.h>",
          '#include "freertos/FreeRTOS.h"',
          '#include "freertos/task.h"',
          ...readByte,
        ],
        print: "printf",
        tail: mainOf(of),
      }),
      "README.md": readmeText(of, howToBuild(of)),
    };
  },
};

/** Standard input does not wait on ESP-IDF: where nothing has come, it ends. */
const readByte = [
  "static int read_byte(void)",
  "{",
  "    for (;;)",
  "    {",
  "        const int byte = getchar();",
  "        if (byte != EOF) return byte;",
  "        clearerr(stdin);",
  "        vTaskDelay(1);",
  "    }",
  "}",
  "",
];

function mainOf(of: Exported): string[] {
  return [
    "static void inference_task(void *argument)",
    "{",
    "    (void) argument;",
    "    infer_for_ever();",
    "    vTaskDelete(NULL);",
    "}",
    "",
    "void app_main(void)",
    "{",
    "    /* Xtensa's calls leave more on the stack. */",
    "#ifdef __XTENSA__",
    `    const uint32_t stackBytes = ${xtensaStack.taskBytes};`,
    "#else",
    `    const uint32_t stackBytes = ${taskStackBytes(of)};`,
    "#endif",
    '    if (xTaskCreate(inference_task, "inference", stackBytes, NULL, tskIDLE_PRIORITY + 1, NULL) != pdPASS)',
    '        printf("there is no memory for the task\\n");',
    "}",
  ];
}

function componentBuild({ compiled }: LaidOut): string {
  return `idf_component_register(
  SRCS
${sourceList(compiled)}
  INCLUDE_DIRS include
)
target_compile_options(\${COMPONENT_LIB} PRIVATE ${libraryOptionsAmongOthers.join(" ")})
${sourceOptions(compiled, { riscv: "CONFIG_IDF_TARGET_ARCH_RISCV" })}
`;
}

function manifest(of: Exported): string {
  return `version: "${libraryVersion(of)}"
description: ${JSON.stringify(sentence(of))}
license: ${license}
dependencies:
  idf: ">=5.0"
examples:
  - path: examples/${exampleName}
`;
}

const projectBuild = `cmake_minimum_required(VERSION 3.16)
include($ENV{IDF_PATH}/tools/cmake/project.cmake)
project(${exampleName})
`;

const howToBuild = (
  of: Exported,
): string => `Copy this folder to \`components/${libraryName}\` of your project, or name it in \`idf_component.yml\` with \`path:\`. The example is a
project:

    idf.py -C examples/${exampleName} set-target ${of.core === "rv32imac" ? "esp32c6" : "esp32c3"} build flash monitor

The task that calls the library needs some ${taskStackBytes(of)} bytes of stack on RISC-V (ESP32-C3, C6, H2), printing included, and
${xtensaStack.taskBytes} on Xtensa (ESP32, S2, S3), where wasm3's operations call one another.
A program can have one export: what it runs, export together.`;
