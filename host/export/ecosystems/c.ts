import { hostCore } from "../cores.js";
import { readmeText } from "../readme.js";
import type { Ecosystem, Exported, ExportedFiles } from "../types.js";
import { sourceList, sourceOptions } from "./cmake.js";
import {
  libraryOptions,
  optionsAmongOthers,
  processorNames,
  processors,
  type SourceOptions,
} from "./options.js";

/** The library's files in a folder of their own. */
const folder = "wasmote";

/** Options of all of the library's files. */
const options = ["-std=gnu11", ...libraryOptions, "-ffunction-sections", "-fdata-sections"];

const compiledIn = (files: ExportedFiles): string[] =>
  Object.keys(files).filter((path) => path.endsWith(".c"));

/** On Thumb-2, where the ports have all operations, this file has wasm3's compiler alone: 2.4 KB less for keyword spotting. */
function sourceOptionsInC(from: string): SourceOptions {
  const { always, on } = optionsAmongOthers(from);
  return from === "runtime/interpreter.c" ? { always, on: { ...on, armv7m: ["-Os"] } } : { always, on };
}

/** When a processor is compiled for: what CMake found that the compiler defines. */
const conditions = Object.fromEntries(
  processorNames.map((name) => [name, `WASMOTE_ON_${name.toUpperCase()}`]),
);

function cmakeText(of: Exported): string {
  const { library, models, modelFiles } = of;
  const sources = compiledIn(library).map((from) => ({ path: `${folder}/${from}`, from }));
  const own = models.flatMap((model) => compiledIn(modelFiles(model)));
  return `# The library, and an example that runs each model once; for any C compiler that knows GNU C (gcc, clang).
# Written by \`wasmote export\`.
#
${commandsOf(of).replace(/^/gm, "#   ")}
#
# In a project of your own: add_subdirectory(THIS_FOLDER), target_link_libraries(YOURS PRIVATE wasmote_models).
cmake_minimum_required(VERSION 3.16)
project(wasmote_export C)

add_library(wasmote STATIC
${sourceList(sources)})
target_include_directories(wasmote PUBLIC ${folder}/runtime)
target_include_directories(wasmote SYSTEM PRIVATE ${folder}/third_party/wasm3)
target_compile_options(wasmote PRIVATE ${options.join(" ")})

add_library(wasmote_models STATIC
${own.length > 0 ? own.map((path) => `  ${path}`).join("\n") : `  ${folder}/runtime/texts.c`})
target_include_directories(wasmote_models PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(wasmote_models PUBLIC wasmote)

include(CheckCSourceCompiles)
function(check_processor macro result)
  check_c_source_compiles("#if !(\${macro})\\n#error another processor\\n#endif\\nint main(void) { return 0; }" \${result})
endfunction()
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
${processorNames.map((name) => `check_processor("${processors[name]}" ${conditions[name]})`).join("\n")}
${sourceOptions(sources, conditions, sourceOptionsInC)}

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

/** How the library is built, with GCC where that is for another processor than this computer's. */
function commandsOf({ core }: Exported): string {
  const command = "cmake -B build -DCMAKE_BUILD_TYPE=Release";
  if (core === hostCore) return `${command} && cmake --build build && build/example`;
  const [compiler, flags] = core.startsWith("cortex")
    ? ["arm-none-eabi-gcc", `-mcpu=${core} -mthumb`]
    : ["riscv64-unknown-elf-gcc", `-march=${core} -mabi=ilp32`];
  return `${command} -DCMAKE_SYSTEM_NAME=Generic -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY \\
  -DCMAKE_C_COMPILER=${compiler} -DCMAKE_C_FLAGS="${flags}"   # and what your C library needs, such as --specs=picolibc.specs
cmake --build build --target wasmote_models   # libwasmote.a and libwasmote_models.a`;
}

const forTheCore = ({ core }: Exported): string => `

builds the libraries for ${core}. Another processor's compiler is refused: the memory would not be what the models take. The
example is a program only together with what starts your board, its linker script and a console for \`putchar\`.`;

const howToBuild = (
  of: Exported,
): string => `${commandsOf(of).replace(/^/gm, "    ")}${of.core === hostCore ? "" : forTheCore(of)}

In a project of your own, with CMake: \`add_subdirectory\` this folder and link \`wasmote_models\`. Without: compile all
\`.c\` files of \`wasmote/\` and the models, with \`wasmote/third_party/wasm3\` among the folders that are searched for
headers, as GNU C (\`${options.join(" ")}\`), and link with
\`-Wl,--gc-sections\`. CMakeLists.txt has the options of some files.`;
