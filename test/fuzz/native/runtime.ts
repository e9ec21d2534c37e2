import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeSources } from "wasm3-bindings/sources";
import {
  boardsFolder,
  type NativeProgram,
  nativeFolder,
  runNative,
  withNativeProgram,
} from "../../boards/native/compile.js";
import { builtModels } from "./built-models.js";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The library and the firmware, with a port, a flash and an arena of their own. */
function program(): NativeProgram {
  const rooms = ["firmware", "link", "store", "runtime", "formats", "accelerators", "accelerators/imports"];
  const left = ["main.c", "memory.c", "arena.c"];
  const all = rooms.flatMap((room) =>
    readdirSync(join(boardsFolder, room))
      .filter((file) => file.endsWith(".c") && !left.includes(file))
      .map((file) => join(boardsFolder, room, file)),
  );
  const wasm3 = ["wasm3.c", "interpreter.c"].map((file) => join(boardsFolder, "runtime", file));
  const own = ["runtime.c", "tracked_arena.c"].map((file) => join(here, file));
  return {
    sources: [
      ...own,
      join(nativeFolder, "simulated_flash.c"),
      join(nativeFolder, "simulated_port.c"),
      ...all.filter((file) => !wasm3.includes(file)),
    ],
    wasm3,
    folders: [boardsFolder, nativeSources("wasm3"), nativeFolder],
    flags: [
      ...["-w", "-DSLOTS=2", "-DSLOT_BYTES=4096", '-DBOARD_NAME="native"', "-DWASMOTE_FLOATS=1"],
      ...["-Dd_m3HasFloat=1", "-Dd_m3NoFloatDynamic=0", "-Dd_m3VerboseErrorMessages=0", "-DLINK_MTU=512"],
      ...["-Dd_m3MaxFunctionStackHeight=128", "-Dd_m3MaxConstantTableSize=64"],
      ...["-Dd_m3MaxDuplicateFunctionImpl=1", "-Wl,--wrap=smp_reset_afterwards"],
    ],
  };
}

/** Damaged model files through the library, and damaged packets through the firmware: half of the cases each. */
export const runtime = {
  name: "runtime",

  /** @throws at a finding, with its case and what the sanitizer said; its input is saved in out/fuzz */
  async run(options: {
    cases: number;
    seed: number;
    first?: number;
    log(line: string): void;
  }): Promise<void> {
    const { cases, seed, first = 0, log } = options;
    const folder = mkdtempSync(join(tmpdir(), "wasmote-fuzz-"));
    try {
      const files = (await builtModels()).map(({ name, wasm }) => {
        const file = join(folder, `${name}.wasm`);
        writeFileSync(file, wasm);
        return file;
      });
      mkdirSync("out/fuzz", { recursive: true });
      withNativeProgram(program(), (file) => {
        for (const kind of ["models", "packets"]) {
          const args = [kind, Math.floor(first / 2), Math.ceil(cases / 2), seed].map(String);
          log(`${kind}: ${runNative(file, [...args, "out/fuzz", ...files]).trim()}`);
        }
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
