import { readmeText } from "../readme.js";
import type { Ecosystem, Exported } from "../types.js";
import { exampleName, libraryName, libraryVersion, license, paragraph, sentence } from "./about.js";
import { layOut } from "./layout.js";
import { libraryOptionsAmongOthers, optionsAmongOthers, processors } from "./options.js";
import { sketch } from "./sketch.js";

const optionsScript = "source_options.py";

/** Boards that the example's project has where the export is for their core, by PlatformIO's platforms. */
const environments: readonly { name: string; platform: string; board: string; core: string }[] = [
  { name: "pico", platform: "raspberrypi", board: "pico", core: "cortex-m0plus" },
  { name: "nano33ble", platform: "nordicnrf52", board: "nano33ble", core: "cortex-m4" },
  { name: "nucleo_f446re", platform: "ststm32", board: "nucleo_f446re", core: "cortex-m4" },
  { name: "esp32c3", platform: "espressif32", board: "esp32-c3-devkitm-1", core: "rv32imc" },
  { name: "esp32", platform: "espressif32", board: "esp32dev", core: "rv32imc" },
];
const environmentsFor = ({ core }: Exported) => environments.filter((each) => each.core === core);

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
      [`${example}/platformio.ini`]: project(of),
      [`${example}/src/main.cpp`]: `#include <Arduino.h>\n\n${sketch(of)}`,
      "README.md": readmeText(of, howToBuild(of)),
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
      flags: libraryOptionsAmongOthers,
      srcFilter: "+<*>",
      includeDir: "include",
      srcDir: "src",
      extraScript: optionsScript,
    },
  };
}

/** A source by its path below src/, and by its path in the library. */
interface Source {
  path: string;
  from: string;
}

/** Lines of a Python list: options, the processor that they are for, or "", and the sources. */
function optionEntries(sources: readonly Source[]): string[] {
  const entries = new Map<string, string[]>();
  for (const { path, from } of sources) {
    const { always, on } = optionsAmongOthers(from);
    for (const [processor, options] of Object.entries({ "": always, ...on })) {
      const key = `${JSON.stringify(processor)}, ${JSON.stringify(options)}`;
      if (options.length > 0) entries.set(key, [...(entries.get(key) ?? []), path]);
    }
  }
  return [...entries].map(
    ([key, paths]) => `    (${key}, [\n${paths.map((path) => `        "${path}",\n`).join("")}    ]),`,
  );
}

/** Gives single sources their options, in SCons, which PlatformIO is built on. */
function script(sources: readonly Source[]): string {
  const macros = Object.entries(processors).map(([name, macro]) => `    "${name}": "${macro}",`);
  return `"""Options of single sources: some on all processors, some on one."""
import functools
import subprocess

Import("env")

options = [
${optionEntries(sources).join("\n")}
]

macros = {
${macros.join("\n")}
}


@functools.lru_cache(maxsize=None)
def compiles_for(processor, command):
    """Whether the compiler, with the project's options, compiles for a processor."""
    test = "#if !(%s)\\n#error another processor\\n#endif\\n" % macros[processor]
    return subprocess.run(command, input=test.encode(), env=environment, capture_output=True).returncode == 0


def with_options(env, node):
    path = node.srcnode().get_path().replace("\\\\", "/")
    command = tuple(env.subst("$CC $CCFLAGS").split()) + ("-x", "c", "-fsyntax-only", "-")
    own = []
    for processor, some, sources in options:
        if any(path.endswith("/src/" + each) for each in sources):
            own += some if not processor or compiles_for(processor, command) else []
    return env.Object(node, CCFLAGS=env["CCFLAGS"] + own) if own else node


environment = {name: str(value) for name, value in env["ENV"].items()}
env.AddBuildMiddleware(with_options, "*.c")
`;
}

function project(of: Exported): string {
  const own = environmentsFor(of);
  const each = own.map(
    ({ name, platform, board }) => `[env:${name}]\nplatform = ${platform}\nboard = ${board}\n`,
  );
  const none = `; A board of yours with ${of.core}:\n; [env:NAME]\n; platform = PLATFORM\n; board = BOARD\n`;
  return `[platformio]
${own.length > 0 ? `default_envs = ${own[0]?.name}\n` : ""}
[env]
framework = arduino
lib_deps = symlink://../..
monitor_speed = 115200

${own.length > 0 ? each.join("\n") : none}`;
}

const howToBuild = (
  of: Exported,
): string => `Copy this folder to \`lib\` of your project, or name it there: \`lib_deps = symlink://PATH\`. \`examples/${exampleName}\` is a project for
boards of this core:

    pio run --project-dir examples/${exampleName} --environment ${environmentsFor(of)[0]?.name ?? "NAME"} --target upload

A program can have one export: what it runs, export together.`;
