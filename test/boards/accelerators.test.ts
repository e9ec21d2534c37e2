import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { acceleratorImports } from "./native/accelerators.js";
import { nativeCompilerIsThere, nativeFolder, runNative, withNativeProgram } from "./native/compile.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const sources = join(root, "boards", "accelerators");
const selfTest = join(root, "test", "boards", "accelerators");

/** What checks parameters is no kernel. */
const glue = ["parameters.c"];
const kernels = readdirSync(sources)
  .filter((file) => file.endsWith(".c") && !glue.includes(file))
  .map((file) => join(sources, file));

/** Random operations of each kind on this machine, and in an emulator, where they take much longer. */
const [hostCases, emulatedCases] = [800, 160];

interface Target {
  name: string;
  compiler: string;
  flags: readonly string[];
  /** Start of flash and of RAM. */
  memory: readonly [string, string];
  emulator: readonly string[];
}

const arm = (core: string, machine: string, memory: readonly [string, string]): Target => ({
  name: core,
  compiler: "arm-none-eabi-gcc",
  flags: [`-mcpu=${core}`, "-mthumb"],
  memory,
  emulator: ["qemu-system-arm", "-M", machine],
});

/** A Cortex-M4 whose float32 are in registers of their own. */
const armFpu: Target = {
  ...arm("cortex-m4", "mps2-an386", ["0x0", "0x20000000"]),
  name: "cortex-m4 with FPU",
  flags: ["-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
};

/** A Cortex-M55 with Helium and its FPU, which its memory beside the core is too small for. */
const armHelium: Target = {
  ...arm("cortex-m55", "mps3-an547", ["0x0", "0x70000000"]),
  flags: ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"],
};

/** The Cortex-M0+ code runs on a Cortex-M3, which has all of its instructions. */
const targets: readonly Target[] = [
  arm("cortex-m4", "mps2-an386", ["0x0", "0x20000000"]),
  armFpu,
  arm("cortex-m7", "mps2-an500", ["0x0", "0x20000000"]),
  arm("cortex-m33", "mps2-an505", ["0x10000000", "0x38000000"]),
  armHelium,
  arm("cortex-m3", "mps2-an385", ["0x0", "0x20000000"]),
  arm("cortex-m0plus", "mps2-an385", ["0x0", "0x20000000"]),
  {
    name: "rv32imac",
    compiler: "riscv64-unknown-elf-gcc",
    flags: ["-march=rv32imac", "-mabi=ilp32"],
    memory: ["0x80000000", "0x80400000"],
    emulator: ["qemu-system-riscv32", "-M", "virt", "-bios", "none"],
  },
];

const programSources = [
  ...["self_test.c", "reference.c", "signal_test.c"].map((file) => join(selfTest, file)),
  ...kernels,
];

/** What kernels of the family `signal` gave where they ran first: all processors give the same. */
let signalHash: string | undefined;

/** Checks what the program says. */
function checkSaid(said: string, cases: number): void {
  const lines = said.split("\n");
  assert.ok(lines.includes(`ok ${cases}`), said);
  const hash = lines.find((line) => line.startsWith("signal "));
  signalHash ??= hash;
  assert.is(hash, signalHash);
}

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: kernels on this machine, for want of a C compiler on Linux");
} else {
  test("kernels on this machine give what plain arithmetic gives, under sanitizers", () => {
    const program = {
      sources: programSources,
      folders: [sources],
      flags: ["-O2", "-Wextra", `-DCASES=${hostCases}`],
    };
    withNativeProgram(program, (file) => checkSaid(runNative(file), hostCases));
  });

  test("imports refuse what is just beyond each limit, and nothing within", () => {
    const { sources, folders } = acceleratorImports();
    const program = { sources: [join(nativeFolder, "accelerator_imports.c"), ...sources], folders };
    withNativeProgram(program, (file) => assert.is(runNative(file), "ok\n"));
  });
}

const present = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

for (const { name, compiler, flags, memory, emulator } of targets) {
  const [program, ...machine] = emulator as [string, ...string[]];
  const missing = [compiler, program].filter((needed) => !present(needed));
  if (missing.length > 0) {
    console.error(`SKIPPED: kernels for ${name}, for want of ${missing.join(" and ")}`);
    continue;
  }
  test(`kernels for ${name} give what plain arithmetic gives`, () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-accelerators-"));
    try {
      const image = join(folder, "self-test.elf");
      const [flash, ram] = memory;
      const layout = { flash, flash_size: "0x400000", ram, ram_size: "0x100000", stack_size: "0x4000" };
      const build = spawnSync(
        compiler,
        [
          ...flags,
          ..."-O2 -fomit-frame-pointer -Wall -Wextra -Werror -ffunction-sections -Wl,--gc-sections".split(
            " ",
          ),
          ..."--specs=picolibc.specs --oslib=semihost --crt0=semihost".split(" "),
          ...Object.entries(layout).map(([symbol, value]) => `-Wl,--defsym=__${symbol}=${value}`),
          ...[`-I${sources}`, `-DCASES=${emulatedCases}`],
          ...programSources,
          "-o",
          image,
        ],
        { encoding: "utf8" },
      );
      assert.is(build.status, 0, build.stderr);
      const run = spawnSync(
        program,
        [...machine, "-nographic", "-semihosting-config", "enable=on,target=native", "-kernel", image],
        { encoding: "utf8", timeout: 120_000, stdio: ["ignore", "pipe", "pipe"] },
      );
      checkSaid(`${run.stdout}${run.stderr}`, emulatedCases);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
