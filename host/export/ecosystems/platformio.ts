import type { Ecosystem, Exported } from "../types.js";
import { exampleName, libraryName, libraryVersion, license, paragraph, sentence } from "./about.js";
import { layOut } from "./layout.js";
import { libraryOptions, optionsOf, processors } from "./options.js";
import { sketch } from "./sketch.js";

const optionsScript = "source_options.py";

/** Boards that the example's project has, by PlatformIO's platforms. */
const environments: readonly { name: string; platform: string; board: string }[] = [
  { name: "pico", platform: "raspberrypi", board: "pico" },
  { name: "nano33ble", platform: "nordicnrf52", board: "nano33ble" },
  { name: "nucleo_f446re", platform: "ststm32", board: "nucleo_f446re" },
  { name: "esp32c3", platform: "espressif32", board: "esp32-c3-devkitm-1" },
  { name: "esp32", platform: "espressif32", board: "esp32dev" },
];

/**
 * A library for PlatformIO, of any framework; the example is a project of the framework arduino.
 *
 * Source: PlatformIO documentation, "library.json", "Advanced Scripting".
 */
export const platformio: Ecosystem = {
  name: "platformio",
  files(of) {
    const laidOut = layOut(of, { headers: "include", sources: "src" });
    const example = `examples/${exampleName}`;
    return {
      ...laidOut.files,
      "library.json": `${JSON.stringify(description(of, laidOut.headers), undefined, 2)}\n`,
      [optionsScript]: script(
        laidOut.compiled.map(({ path, from }) => ({ path: path.slice("src/".length), from })),
      ),
      [`${example}/platformio.ini`]: project(),
      [`${example}/src/main.cpp`]: `#include <Arduino.h>\n\n${sketch(of)}`,
      "README.md": readme(of),
    };
  },
};

function description(of: Exported, headers: readonly string[]): object {
  return {
    $schema:
      "https://raw.githubusercontent.com/platformio/platformio-core/develop/platformio/assets/schema/library.json",
    name: libraryName,
    version: libraryVersion(of),
    description: `${sentence(of)} ${paragraph(of)}`,
    keywords: ["machine learning", "inference", "webassembly", "quantized"],
    license,
    frameworks: "*",
    platforms: "*",
    headers,
    examples: [
      { name: exampleName, base: `examples/${exampleName}`, files: ["platformio.ini", "src/main.cpp"] },
    ],
    build: {
      flags: [...libraryOptions, "-DM3_IN_IRAM=1"],
      srcFilter: "+<*>",
      includeDir: "include",
      srcDir: "src",
      extraScript: optionsScript,
    },
  };
}

/** Gives single sources their options, by SCons, that PlatformIO is built on. */
function script(sources: readonly { path: string; from: string }[]): string {
  const entries = sources.flatMap(({ path, from }) => {
    const { always, on } = optionsOf(from);
    const some = { "": always, ...on };
    return Object.entries(some)
      .filter(([, options]) => options.length > 0)
      .map(
        ([processor, options]) =>
          `    (${[path, processor, options].map((part) => JSON.stringify(part)).join(", ")}),`,
      );
  });
  return `"""Options of single sources, those of some processors only: (path below src, processor, options)."""
import subprocess

Import("env")

options_of = [
${entries.join("\n")}
]

macros = {
${Object.entries(processors)
  .map(([processor, { macro }]) => `    ${JSON.stringify(processor)}: ${JSON.stringify(macro)},`)
  .join("\n")}
}


def is_for(env, processor):
    """Whether the compiler, with the project's options, compiles for a processor."""
    test = "#if !(%s)\\n#error another processor\\n#endif\\n" % macros[processor]
    command = [env.subst("$CC")] + env.subst("$CFLAGS $CCFLAGS").split() + ["-x", "c", "-fsyntax-only", "-"]
    environment = {name: str(value) for name, value in env["ENV"].items()}
    return subprocess.run(command, input=test.encode(), env=environment, capture_output=True).returncode == 0


def with_options(env, node):
    path = node.srcnode().get_path().replace("\\\\", "/")
    options = []
    for suffix, processor, more in options_of:
        if path.endswith("/src/" + suffix) and (not processor or processor in here):
            options += more
    return env.Object(node, CCFLAGS=env["CCFLAGS"] + options) if options else node


here = [processor for processor in macros if is_for(env, processor)]
env.AddBuildMiddleware(with_options, "*.c")
`;
}

function project(): string {
  const each = environments.map(
    ({ name, platform, board }) => `[env:${name}]\nplatform = ${platform}\nboard = ${board}\n`,
  );
  return `[platformio]
default_envs = ${environments[0]?.name}

[env]
framework = arduino
lib_deps = symlink://../..
monitor_speed = 115200

${each.join("\n")}`;
}

function readme(of: Exported): string {
  return `# ${libraryName} for PlatformIO

${sentence(of)} ${paragraph(of)}

Copy this folder to \`lib\` of your project, or name it: \`lib_deps = symlink://PATH\`. \`examples/${exampleName}\` is a project
with some boards: \`pio run --project-dir examples/${exampleName} --environment ${environments[0]?.name}\`.
A program can hold one export: what it runs, export together. The functions are documented in \`include/${libraryName}.h\`.
`;
}
