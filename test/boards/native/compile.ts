import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** This folder. */
export const nativeFolder = dirname(fileURLToPath(import.meta.url));
/** The boards' C sources. */
export const boardsFolder = resolve(nativeFolder, "../../../boards");

/**
 * The address and undefined-behaviour sanitizers; the first finding ends the program. Misaligned words are as good as
 * aligned ones on the processors that read them so (boards/accelerators/target.h, boards/firmware/memory.c).
 */
export const sanitizerFlags: readonly string[] = [
  "-g",
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
];

/** What a program for this machine is compiled from. */
export interface NativeProgram {
  sources: readonly string[];
  folders: readonly string[];
  /** Flags of this program, after those that all have. */
  flags?: readonly string[];
  /** Sources that hold wasm3, whose own sums, shifts and slots of 4 bytes the sanitizer is not to look at. */
  wasm3?: readonly string[];
  /** Sources of others that only the address sanitizer looks at: of Monocypher's field arithmetic the other one makes minutes. */
  addressesOnly?: readonly string[];
}

/** Whether this machine has a C compiler whose programs can be tested: on Linux, with both sanitizers. */
export function nativeCompilerIsThere(): boolean {
  return process.platform === "linux" && spawnSync("cc", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Compiles a program under the sanitizers into a folder; its file. */
export function compileNative(program: NativeProgram, folder: string): string {
  const file = join(folder, "program");
  const flags = [
    ...["-std=gnu11", "-O1", "-fno-strict-aliasing", "-Wall", "-Werror", "-DBOARD_CLOCK_HZ=1000000u"],
    ...sanitizerFlags,
  ];
  const compile = (args: readonly string[]): void => {
    const all = [...flags, ...(program.flags ?? []), ...program.folders.map((each) => `-I${each}`), ...args];
    execFileSync("cc", all, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  };
  const compileApart = (sources: readonly string[] | undefined, left: string): string[] =>
    (sources ?? []).map((source, i) => {
      const object = join(folder, `without-${left}-${i}.o`);
      compile([`-fno-sanitize=${left}`, "-c", source, "-o", object]);
      return object;
    });
  const objects = [
    ...compileApart(program.wasm3, "alignment,signed-integer-overflow,shift"),
    ...compileApart(program.addressesOnly, "undefined"),
  ];
  compile([...program.sources, ...objects, "-lm", "-o", file]);
  return file;
}

/** Compiles a program under the sanitizers, and hands its file to `use`; nothing is left behind. */
export function withNativeProgram<Result>(program: NativeProgram, use: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-native-"));
  try {
    return use(compileNative(program, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a compiled program to its end; what it printed. Throws, with all that it said, where it fails. */
export function runNative(file: string, args: readonly string[] = []): string {
  const { status, signal, stdout, stderr } = spawnSync(file, args, { encoding: "utf8", timeout: 300_000 });
  if (status !== 0) throw new Error(`the program ended with ${status ?? signal}:\n${stdout}${stderr}`);
  return stdout;
}
