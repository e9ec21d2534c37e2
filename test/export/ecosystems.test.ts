import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type EcosystemName, ecosystemNamed } from "../../host/export/ecosystems/index.js";
import { type ExportedFiles, exportModels } from "../../host/export/index.js";
import { importModel } from "../../host/import/index.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { loadCalibration, readInput } from "../../host/run/tensor-files/index.js";
import { errorOf } from "../error-of.js";

const here = dirname(fileURLToPath(import.meta.url));
const projectFolder = resolve(here, "..", "..");
const digits = join(projectFolder, "models", "digits");
const toolchains = join(projectFolder, "boards", "toolchains");

const modelPath = join(digits, "float", "model.json");
const graph = await importModel(modelPath, readFileSync(modelPath), (path) => readFileSync(path));
const shape = [1, 28, 28, 1];
const { samples } = await loadCalibration([join(digits, "samples", "calibration.npy")], [{ shape }]);
const models = {
  int8: (await buildModel(graph, { calibration: samples })).wasm,
  float32: (await buildModel(graph, { quantize: "float32" })).wasm,
};

/** A model with a picture as its sample, and what it gives for it on this machine, as the examples print it. */
async function expected(wasm: Uint8Array): Promise<{ sample: Uint8Array; printed: string[] }> {
  const opened = openModule(wasm);
  const [input, output] = [opened.manifest.inputs[0], opened.manifest.outputs[0]] as [
    ManifestTensor,
    ManifestTensor,
  ];
  const picture = join(digits, "samples", "digit-7.png");
  const { frames } = await readInput(readFileSync(picture), picture, input);
  const sample = frames[0] as Uint8Array;
  const runner = await openRunner("wasm3", wasm, opened);
  await runner.writeInput(0, sample);
  await runner.run();
  const bytes = await runner.readOutput(0);
  await runner.close();
  const { scale = 1, zeroPoint = 0 } = output;
  const values =
    output.dtype === "float32"
      ? [...new Float32Array(bytes.slice().buffer)]
      : [...new Int8Array(bytes.slice().buffer)].map((code) =>
          Math.fround(Math.fround(scale) * (code - zeroPoint)),
        );
  return { sample, printed: values.map((value) => value.toFixed(6)) };
}

async function exported(name: EcosystemName, wasm: Uint8Array, core: string): Promise<ExportedFiles> {
  const of = await exportModels([{ wasm, ...openModule(wasm) }], {
    core,
    tier: "accelerated",
    model: "array",
  });
  return (await ecosystemNamed(name)).files(of);
}

const textOf = (files: ExportedFiles, path: string): string => {
  assert.type(files[path], "string", `${path} is there`);
  return files[path] as string;
};

/** Writes files, and hands their folder to `use`; nothing is left behind. */
function withFolder<Result>(files: ExportedFiles, use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-ecosystem-"));
  try {
    for (const [path, contents] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), contents);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isHere = (program: string): boolean =>
  spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;

const sections = ["-ffunction-sections", "-fdata-sections"];
const picolibc = "--specs=picolibc.specs";

/** Where a program that was compiled for a board's processor is run: flash and RAM as the emulated machine has them. */
const linking = (flash: string, ram: string): string[] => [
  ...[picolibc, "--crt0=semihost", "--oslib=semihost", "-Wl,--gc-sections", `-Wl,--defsym=__flash=${flash}`],
  ...["-Wl,--defsym=__flash_size=0x400000", `-Wl,--defsym=__ram=${ram}`, "-Wl,--defsym=__ram_size=0x200000"],
  "-Wl,--defsym=__stack_size=0x10000",
];
const emulated = (emulator: string, machine: string): string[] => [
  ...[
    emulator,
    "-machine",
    machine,
    ...(machine === "virt" ? ["-bios", "none"] : []),
    "-display",
    "none",
    "-monitor",
    "none",
    "-serial",
    "none",
  ],
  ...["-semihosting-config", "enable=on,target=native", "-kernel"],
];

/** How an ecosystem compiles for a processor, and where it is run here. */
interface Build {
  ecosystem: EcosystemName;
  core: string;
  model: keyof typeof models;
  toolchain?: string;
  /** Programs without which it is skipped. */
  programs: readonly string[];
  processor: readonly string[];
  flags: readonly string[];
  link: readonly string[];
  config?: string;
  run: readonly string[];
  /** Whether the processor has floating-point registers that are kept for who calls. */
  keepsFloats?: boolean;
}

const arm = {
  toolchain: "arm-none-eabi",
  programs: ["arm-none-eabi-gcc", "qemu-system-arm"],
  link: linking("0x0", "0x20000000"),
} as const;

/** Flags as the ecosystems' own builds for one of their boards give them, without folders and warnings. */
const builds: readonly Build[] = [
  {
    ecosystem: "arduino",
    core: "host",
    model: "int8",
    programs: ["cc", "c++"],
    processor: [],
    flags: ["-Os", "-std=gnu11", "-DARDUINO=10819", "-DESP32=ESP32", ...sections],
    link: ["-Wl,--gc-sections"],
    run: [],
  },
  {
    ...arm,
    ecosystem: "platformio",
    core: "cortex-m4",
    model: "int8",
    processor: [picolibc, "-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=softfp"],
    flags: ["-Os", "-DARDUINO=10819", "-DPLATFORMIO=60118", ...sections],
    run: emulated("qemu-system-arm", "mps2-an386"),
  },
  {
    ...arm,
    ecosystem: "zephyr",
    core: "cortex-m4",
    model: "float32",
    processor: [
      picolibc,
      "-mcpu=cortex-m4",
      "-mthumb",
      "-mabi=aapcs",
      "-mfpu=fpv4-sp-d16",
      "-mfloat-abi=hard",
    ],
    flags: [
      ...[
        "-Os",
        "-std=c99",
        "-ffreestanding",
        "-fno-common",
        "-fno-asynchronous-unwind-tables",
        "-fno-defer-pop",
      ],
      ...["-fno-reorder-functions", "-fno-strict-aliasing", ...sections],
    ],
    config: "CONFIG_WASMOTE;CONFIG_ARMV7_M_ARMV8_M_MAINLINE",
    run: emulated("qemu-system-arm", "mps2-an386"),
    keepsFloats: true,
  },
  {
    ecosystem: "esp-idf",
    core: "rv32imc",
    model: "int8",
    toolchain: "riscv64-unknown-elf",
    programs: ["riscv64-unknown-elf-gcc", "qemu-system-riscv32"],
    processor: [picolibc, "-march=rv32imc", "-mabi=ilp32"],
    flags: [
      ...[
        "-Og",
        "-std=gnu17",
        "-fno-jump-tables",
        "-fno-tree-switch-conversion",
        "-fstrict-volatile-bitfields",
      ],
      ...["-fstack-protector", ...sections],
    ],
    link: linking("0x80000000", "0x80400000"),
    config: "CONFIG_IDF_TARGET_ARCH_RISCV",
    run: emulated("qemu-system-riscv32", "virt"),
  },
  {
    ...arm,
    ecosystem: "pico-sdk",
    core: "cortex-m0plus",
    model: "int8",
    processor: [picolibc, "-mcpu=cortex-m0plus", "-mthumb"],
    flags: ["-O3", "-DNDEBUG", "-std=gnu11", ...sections],
    config: "PICO_RP2040",
    run: emulated("qemu-system-arm", "mps2-an385"),
  },
];

/** Compiles the folder's library and example as the ecosystem does (surroundings/CMakeLists.txt). */
function compile(build: Build, folder: string, sample: Uint8Array, symbol: string): string {
  const out = join(folder, "build");
  mkdirSync(out);
  writeFileSync(join(out, "sample_bytes.h"), `static const uint8_t sample_bytes[] = { ${sample.join()} };\n`);
  const run = (args: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync("cmake", args, { encoding: "utf8" });
    assert.is(status, 0, `${stdout}${stderr}`);
  };
  const own = build.ecosystem === "platformio" ? platformioFlags(folder) : [];
  run([
    ...["-S", join(here, "surroundings"), "-B", out, ...(isHere("ninja") ? ["-G", "Ninja"] : [])],
    ...(build.toolchain === undefined
      ? []
      : [
          `-DCMAKE_TOOLCHAIN_FILE=${join(toolchains, `${build.toolchain}.cmake`)}`,
          `-DCMAKE_CXX_COMPILER=${build.toolchain}-g++`,
        ]),
    ...[`-DECOSYSTEM=${build.ecosystem}`, `-DEXPORTED=${folder}`, `-DSAMPLE=${out}`],
    `-DFLAGS=${[...build.processor, ...build.flags, ...own].join(" ")}`,
    `-DLINKING=${[...build.processor, ...build.link].join(" ")}`,
    `-DCONFIG=${build.config ?? ""}`,
    ...(build.keepsFloats ? [`-DKEPT=${symbol}`] : []),
  ]);
  run(["--build", out, "--parallel", "2"]);
  return out;
}

const platformioFlags = (folder: string): string[] =>
  (JSON.parse(readFileSync(join(folder, "library.json"), "utf8")) as { build: { flags: string[] } }).build
    .flags;

function printedBy(build: Build, program: string): string {
  const [command, ...args] = [...build.run, program] as string[] as [string, ...string[]];
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", timeout: 60_000 });
  if (error) throw error;
  return `${stdout}${stderr}`;
}

for (const build of builds) {
  const { ecosystem, core, programs } = build;
  const missing = ["cmake", ...programs].filter((program) => !isHere(program));
  if (missing.length > 0) {
    console.error(
      `SKIPPED: --as ${ecosystem} compiled and run for ${core}, for want of ${missing.join(", ")}`,
    );
    continue;
  }
  test(`--as ${ecosystem} compiles with its flags for ${core}, and its example prints what the model gives`, async () => {
    const wasm = models[build.model];
    const files = await exported(ecosystem, wasm, core);
    const { sample, printed } = await expected(wasm);
    withFolder(files, (folder) => {
      const symbol = Object.keys(files).flatMap(
        (path) => /^src\/(\w+)\.c$/.exec(path)?.[1] ?? [],
      )[0] as string;
      const out = compile(build, folder, sample, symbol);
      const text = printedBy(build, join(out, "example"));
      const values = [...text.matchAll(/^\d+ .* ?(-?\d+\.\d{6})$/gm)].map(([, value]) => value as string);
      assert.equal(values, printed, text);
      assert.match(text, /\bEND\n/);
      if (build.keepsFloats) assert.is(printedBy(build, join(out, "kept")), "KEPT\n");
    });
  });
}

/** Headers of other builds of wasm3, which its sources name. */
const foreign = /^(esp_system|uvwasi|m3_api_\w+|m3_exec_defs)\.h$/;

const cores = builds.map(({ ecosystem, core }) => [ecosystem, core === "host" ? "cortex-m4" : core] as const);
const folders = Object.fromEntries(
  await Promise.all(
    cores.map(async ([name, core]) => [name, await exported(name, models.int8, core)] as const),
  ),
) as Record<string, ExportedFiles>;

for (const [name, files] of Object.entries(folders)) {
  test(`--as ${name}: whatever a source includes stands where it says, and no file that is compiled is included`, () => {
    let seen = 0;
    for (const [path, text] of Object.entries(files)) {
      if (typeof text !== "string" || !/\.(c|h|inc)$/.test(path) || /^(examples|samples)\//.test(path))
        continue;
      for (const [, included] of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm)) {
        seen++;
        const at = posix.join(posix.dirname(path), included as string);
        if (Object.hasOwn(files, at))
          assert.ok(!at.endsWith(".c") || at.endsWith("interpreter.c"), `${path}: ${at}`);
        else assert.match(posix.basename(at), foreign, `${path} includes ${included}`);
      }
    }
    assert.ok(seen > 50, "includes are found");
  });

  test(`--as ${name}: licences, and a README that says how`, () => {
    assert.match(textOf(files, "LICENSE"), /Apache License/);
    assert.match(textOf(files, "src/third_party/wasm3/LICENSE"), /MIT License/);
    assert.match(textOf(files, "README.md"), /## How it is built/);
  });
}

test("arduino: library.properties has all that the specification asks for, and the sketch its folder's name", () => {
  const files = folders.arduino as ExportedFiles;
  const fields = new Map(
    textOf(files, "library.properties")
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const required = [
    "name",
    "version",
    "author",
    "maintainer",
    "sentence",
    "paragraph",
    "category",
    "url",
    "architectures",
  ];
  for (const each of [...required, "includes"]) assert.ok(fields.get(each), each);
  assert.match(fields.get("name") as string, /^[A-Za-z][A-Za-z0-9_.-]{0,15}$/);
  assert.not.match(fields.get("name") as string, /arduino|library/i);
  assert.match(fields.get("version") as string, /^\d+\.\d+\.\d+$/);
  assert.is(fields.get("category"), "Data Processing");
  assert.match(fields.get("url") as string, /^https:\/\//);
  assert.match(fields.get("architectures") as string, /^[a-z0-9_]+(,[a-z0-9_]+)*$/);
  assert.match(fields.get("architectures") as string, /mbed_nano.*samd/);
  assert.not.match(fields.get("architectures") as string, "esp32");
  for (const header of (fields.get("includes") as string).split(",")) textOf(files, `src/${header}`);
  textOf(files, "examples/inference/inference.ino");
  for (const line of textOf(files, "keywords.txt").trimEnd().split("\n"))
    assert.match(line, /^\w+\t(KEYWORD1|KEYWORD2|LITERAL1)$/);
  assert.match(textOf(files, "keywords.txt"), /^wasmote_open\tKEYWORD2$/m);
});

test("platformio: library.json names what is there, and its script the sources that have options", () => {
  const files = folders.platformio as ExportedFiles;
  const library = JSON.parse(textOf(files, "library.json")) as {
    name: string;
    version: string;
    headers: string[];
    examples: { base: string; files: string[] }[];
    build: { extraScript: string; flags: string[] };
  };
  assert.match(library.name, /^[^:;/,@<>]+$/);
  assert.match(library.version, /^\d+\.\d+\.\d+$/);
  for (const header of library.headers) textOf(files, `include/${header}`);
  for (const { base, files: names } of library.examples)
    for (const each of names) textOf(files, `${base}/${each}`);
  const script = textOf(files, library.build.extraScript);
  const named = [...script.matchAll(/^ {8}"([^"]+)",$/gm)].map(([, path]) => path as string);
  for (const path of named) textOf(files, `src/${path}`);
  assert.ok(named.includes("runtime/interpreter.c"));
  assert.match(script, /\("armv7m", \["-fno-schedule-insns","-fcall-used-r4"/);
});

test("zephyr: the module's files are where module.yml says, and the sample's stack is what a call takes", () => {
  const files = folders.zephyr as ExportedFiles;
  assert.match(
    textOf(files, "zephyr/module.yml"),
    /^name: wasmote\nbuild:\n {2}cmake: zephyr\n {2}kconfig: zephyr\/Kconfig\n/,
  );
  assert.match(textOf(files, "zephyr/Kconfig"), /^config WASMOTE\n\tbool "/);
  textOf(files, "zephyr/CMakeLists.txt");
  for (const each of ["CMakeLists.txt", "sample.yaml", "src/main.c"])
    textOf(files, `samples/inference/${each}`);
  const configuration = textOf(files, "samples/inference/prj.conf");
  for (const line of configuration.trimEnd().split("\n")) assert.match(line, /^CONFIG_[A-Z_]+=(y|\d+)$/);
  const stack = /_STACK_BYTES (\d+)/.exec(
    Object.entries(files)
      .map(([, text]) => text)
      .join("\n"),
  )?.[1];
  assert.ok(Number(/MAIN_STACK_SIZE=(\d+)/.exec(configuration)?.[1]) >= Number(stack) + 2048);
});

test("esp-idf: the component's manifest, and an example that finds it", () => {
  const files = folders["esp-idf"] as ExportedFiles;
  const manifest = textOf(files, "idf_component.yml");
  assert.match(manifest, /^version: "\d+\.\d+\.\d+"\ndescription: ".+"\nlicense: Apache-2.0 AND MIT\n/);
  assert.match(
    textOf(files, "examples/inference/main/idf_component.yml"),
    /^dependencies:\n {2}wasmote:\n {4}path: \.\.\/\.\.\/\.\.\n$/,
  );
  const sources = [...textOf(files, "CMakeLists.txt").matchAll(/^ {2}(src\/\S+\.c)$/gm)].map(
    ([, path]) => path as string,
  );
  const compiled = Object.keys(files).filter((path) => /^src\/.*\.c$/.test(path));
  assert.equal([...new Set(sources)].sort(), compiled.sort());
});

test("pico-sdk: a library, and an example that speaks over USB", () => {
  const files = folders["pico-sdk"] as ExportedFiles;
  assert.match(textOf(files, "CMakeLists.txt"), /^add_library\(wasmote STATIC$/m);
  const example = textOf(files, "examples/inference/CMakeLists.txt");
  assert.match(example, /^pico_enable_stdio_usb\(inference 1\)$/m);
  assert.ok(example.indexOf("pico_sdk_import.cmake") < example.indexOf("project("));
  assert.ok(example.indexOf("pico_sdk_init()") < example.indexOf("add_subdirectory("));
});

test("models as files are refused where nothing could read one", async () => {
  const wasm = models.int8;
  const of = await exportModels([{ wasm, ...openModule(wasm) }], {
    core: "host",
    tier: "accelerated",
    model: "file",
  });
  for (const [name] of cores) {
    const ecosystem = await ecosystemNamed(name);
    assert.is((await errorOf(() => ecosystem.files(of))).code, "export-storage");
  }
});

/** The ecosystems' own tools: in an environment of Python's (test/oracles/ecosystems), and on the path. */
const python = process.env.WASMOTE_ECOSYSTEMS;
if (python === undefined)
  console.error(
    "SKIPPED: metadata checked by PlatformIO, IDF Component Manager and Kconfiglib (set WASMOTE_ECOSYSTEMS)",
  );
else {
  test("PlatformIO, IDF Component Manager, Kconfiglib and pykwalify take the metadata", () => {
    for (const name of ["platformio", "zephyr", "esp-idf"]) {
      withFolder(folders[name] as ExportedFiles, (folder) => {
        const script = join(projectFolder, "test", "oracles", "ecosystems", "check.py");
        const { status, stdout, stderr } = spawnSync(python, [script, name, folder], { encoding: "utf8" });
        assert.is(status, 0, `${stdout}${stderr}`);
      });
    }
  });
}
if (!isHere("arduino-lint"))
  console.error("SKIPPED: the library for Arduino checked by arduino-lint, for want of it");
else {
  test("arduino-lint takes the library", () => {
    withFolder({ ...folders.arduino }, (folder) => {
      const args = [
        "--compliance",
        "strict",
        "--library-manager",
        "submit",
        "--project-type",
        "library",
        folder,
      ];
      const { status, stdout, stderr } = spawnSync("arduino-lint", args, { encoding: "utf8" });
      assert.is(status, 0, `${stdout}${stderr}`);
    });
  });
}

test.run();
