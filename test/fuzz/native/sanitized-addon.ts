/**
 * Builds wasm3-bindings' addon under the address and undefined-behaviour sanitizers, in a copy of the checkout, and runs its
 * tests on it:
 *
 *   node --import tsx test/fuzz/native/sanitized-addon.ts [PATTERN]
 */
import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sanitizerFlags } from "../../boards/native/compile.js";
import { copyCheckout } from "../../checkout-copy.js";

/**
 * What is left out, for wasm3's own sake: it reads and writes slots of 4 bytes as i64, and adds and multiplies WebAssembly's
 * integers as signed ones. Our own sums and products are checked where the firmware and the kernels are compiled for this
 * machine (test/boards). Shifts are checked here too; wasm3's own ones are told and go on.
 */
const flags = [
  ...sanitizerFlags,
  "-fno-sanitize=alignment,signed-integer-overflow",
  "-fsanitize-recover=shift",
];

/** Whether a sanitizer told something of our own sources. */
function isFaulty(output: string): boolean {
  return output.split("\n").some((line) => line.includes("runtime error") && !/\/m3_\w+\.[ch]:/.test(line));
}

/** With fewer optimizations than the addon asks for, since sanitized code takes long to compile. */
const quickly = 'exec cc "$@" -O1';

/** Runs a script of a copy of the checkout on the sanitized addon. */
export type RunSanitized = (args: readonly string[]) => { status: number | null; output: string };

/** Compiles the addon under sanitizers, and hands over what runs scripts on it; nothing is left behind. */
export async function withSanitizedAddon(use: (run: RunSanitized, folder: string) => void): Promise<void> {
  const copy = copyCheckout();
  try {
    const source = join(copy.folder, "host/wasm3-bindings/src");
    const compiler = (await import(pathToFileURL(join(source, "compile.ts")).href)) as {
      addonFile(): string;
      compileAddon(file: string, options: { compiler: readonly string[] }): void;
    };
    const loader = (await import(pathToFileURL(join(source, "load-addon.ts")).href)) as {
      addonTarget(): string;
    };
    const file = join(copy.folder, "host/wasm3-bindings/build", loader.addonTarget(), compiler.addonFile());
    compiler.compileAddon(file, { compiler: ["sh", "-c", quickly, "cc", ...flags] });
    const library = spawnSync("cc", ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
    use((args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", ...args], {
        cwd: copy.folder,
        encoding: "utf8",
        env: { ...process.env, LD_PRELOAD: library, ASAN_OPTIONS: "detect_leaks=0:quarantine_size_mb=8" },
        maxBuffer: 1 << 26,
        timeout: 3_600_000,
      });
      const output = `${stdout}${stderr}`;
      return { status: isFaulty(output) ? 1 : status, output };
    }, copy.folder);
  } finally {
    copy.remove();
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const pattern = process.argv[2] ?? "^(?!tarball).*\\.test\\.ts$";
  await withSanitizedAddon((run) => {
    const { status, output } = run(["node_modules/uvu/bin.js", "host/wasm3-bindings/test", pattern]);
    console.log(output);
    process.exitCode = status ?? 1;
  });
}
