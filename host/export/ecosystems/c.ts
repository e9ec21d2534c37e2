import { readmeText } from "../readme.js";
import type { Ecosystem, Exported, ExportedFiles } from "../types.js";
import { optionsOf, type Processor } from "./options.js";

/** Kernels' files with loops that are to be fast, whatever all else is compiled for. */
const inner = /accelerators\/(add|depthwise_\w+|fully_connected_\w+|gather|multiply_\w+|product\w*)\.c$/;

/** The library's files in a folder of their own. */
const folder = "wasmote";

const compiledIn = (files: ExportedFiles): string[] =>
  Object.keys(files).filter((path) => path.endsWith(".c"));

/** What a source is compiled with on a processor, besides what it is on all. */
const optionsOn = (source: string, processor: Processor): string =>
  (optionsOf(source).on[processor] ?? []).join(" ");

function cmakeText({ library, models, modelFiles, core }: Exported): string {
  const sources = compiledIn(library).map((path) => `  ${folder}/${path}`);
  const own = models.flatMap((model) => compiledIn(modelFiles(model))).map((path) => `  ${path}`);
  const ports = sources.filter((path) => path.includes("/wasm3/port-")).map((path) => path.trim());
  const accelerators = sources.filter((path) => path.includes("/accelerators/")).map((path) => path.trim());
  const kernels = accelerators.filter((path) => inner.test(path));
  const forThumb = ports.filter((path) => path.includes("armv7m"));
  return `# The library, and an example that runs each model once; for any C compiler that knows GNU C (gcc, clang).
# Written by \`wasmote export\`${core === "host" ? "" : ` for ${core}`}.
#
#   cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build && build/example
#
# In a project of your own: add_subdirectory(THIS_FOLDER), target_link_libraries(YOURS PRIVATE wasmote_models).
cmake_minimum_required(VERSION 3.16)
project(wasmote_export C)

add_library(wasmote STATIC
${sources.join("\n")})
target_include_directories(wasmote PUBLIC ${folder}/runtime)
target_include_directories(wasmote SYSTEM PRIVATE ${folder}/third_party/wasm3)
target_compile_options(wasmote PRIVATE -std=gnu11 -ffunction-sections -fdata-sections -fno-strict-aliasing
  -ffp-contract=off -fno-math-errno)

add_library(wasmote_models STATIC
  ${own.length > 0 ? own.map((path) => path.trim()).join("\n  ") : `${folder}/runtime/texts.c`})
target_include_directories(wasmote_models PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(wasmote_models PUBLIC wasmote)

# wasm3's operations follow one another by calls at their ends, which are to be jumps.
set(operations -O2 -foptimize-sibling-calls -fno-stack-protector)
set(ports ${ports.join(" ")})
set_source_files_properties(\${ports} PROPERTIES COMPILE_OPTIONS "\${operations}")
${kernels.length > 0 ? `set_source_files_properties(${kernels.join(" ")} PROPERTIES COMPILE_OPTIONS "-O2")\n` : ""}
include(CheckCSourceCompiles)
function(check_processor macro result)
  check_c_source_compiles("#if !(\${macro})\\n#error another processor\\n#endif\\nint main(void) { return 0; }" \${result})
endfunction()
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
check_processor("defined(__thumb2__) && !defined(__clang__)" WASMOTE_ON_THUMB2)
check_processor("defined(__ARM_ARCH_6M__) && !defined(__clang__)" WASMOTE_ON_ARMV6M)
check_processor("defined(__riscv) && !defined(__clang__)" WASMOTE_ON_RISCV)
if(NOT WASMOTE_ON_THUMB2)
  # There the ports have all operations.
  set_source_files_properties(${folder}/runtime/interpreter.c PROPERTIES COMPILE_OPTIONS "\${operations}")
endif()
if(WASMOTE_ON_THUMB2)
  # Operations may use these registers without keeping them (wasm3/port-armv7m.h).
  set_property(SOURCE ${forThumb.join(" ")} APPEND PROPERTY COMPILE_OPTIONS
    ${optionsOn("wasm3/port-armv7m.c", "armv7m")})
elseif(WASMOTE_ON_ARMV6M)
  # GCC would fold operations of the same code into one, and have the others call it.
  set_property(SOURCE ${folder}/runtime/interpreter.c APPEND PROPERTY COMPILE_OPTIONS ${optionsOn("runtime/interpreter.c", "armv6m")})
elseif(WASMOTE_ON_RISCV)
  set_property(SOURCE ${folder}/runtime/interpreter.c APPEND PROPERTY COMPILE_OPTIONS ${optionsOn("runtime/interpreter.c", "riscv")})
endif()

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  add_executable(example example.c)
  target_link_libraries(example PRIVATE wasmote_models)
  if(CMAKE_C_COMPILER_ID STREQUAL "AppleClang")
    target_link_options(example PRIVATE -Wl,-dead_strip)
  else()
    target_link_options(example PRIVATE -Wl,--gc-sections)
  endif()
endif()
`;
}

/** Plain C: a folder with a CMakeLists.txt. */
export const c: Ecosystem = {
  name: "c",
  files(of) {
    const { library, models, modelFiles, example } = of;
    const files: ExportedFiles = {
      "CMakeLists.txt": cmakeText(of),
      "README.md": readmeText(of, howToBuild(of)),
      "example.c": example,
    };
    for (const model of models) Object.assign(files, modelFiles(model));
    for (const [path, contents] of Object.entries(library)) files[`${folder}/${path}`] = contents;
    return files;
  },
};

const command = "cmake -B build -DCMAKE_BUILD_TYPE=Release";

/** How the library is built for a processor that is not this computer's, as an example with GCC. */
function crossCommand(core: string): string {
  const [compiler, options] = core.startsWith("cortex")
    ? ["arm-none-eabi-gcc", `-mcpu=${core} -mthumb`]
    : ["riscv64-unknown-elf-gcc", `-march=${core} -mabi=ilp32`];
  return `    ${command} -DCMAKE_SYSTEM_NAME=Generic -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY \\
      -DCMAKE_C_COMPILER=${compiler} -DCMAKE_C_FLAGS="${options}"   # and what your C library needs, such as --specs=picolibc.specs
    cmake --build build --target wasmote_models

builds the libraries for ${core}; without a cross compiler this computer's is taken, for which the memory is too small. The
example is a program only together with what starts your board, its linker script and a console for \`putchar\`.`;
}

const howToBuild = ({ core }: Exported): string => `${
  core === "host" ? `    ${command} && cmake --build build && build/example` : crossCommand(core)
}

In a project of your own, with CMake: \`add_subdirectory\` this folder and link \`wasmote_models\`. Without: compile all
\`.c\` files of \`wasmote/\` and the models, with \`wasmote/third_party/wasm3\` among the folders that are searched for
headers, as GNU C (\`-std=gnu11 -fno-strict-aliasing -ffp-contract=off -ffunction-sections -fdata-sections\`), and link with
\`-Wl,--gc-sections\`. CMakeLists.txt has the options of some files.`;
