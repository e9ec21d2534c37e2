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
/** Models that touched memory beside theirs once. */
const damaged = fileURLToPath(new URL("../../fixtures/damaged", import.meta.url));

/** The library and the firmware, with a port, a flash and an arena of their own. */
export function runtimeProgram(): NativeProgram {
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

/** Cases of a process: so many that what a case leaves behind stays little, and a run that is long tells how far it is. */
const sliceCases = 20_000;

/** What half of the cases each are: numbers of cases are counted for each kind by itself. */
const kinds = ["models", "packets"] as const;

/** Damaged model files through the library, and damaged packets through the firmware: half of the cases each. */
export const runtime = {
  name: "runtime",

  /**
   * @param options.first case 2 i is the model i, case 2 i + 1 the packets i
   * @throws at a finding, with its case and what the sanitizer said; a model is saved in out/fuzz
   */
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
      withNativeProgram(runtimeProgram(), (file) => {
        runFound(file, seed);
        for (const [odd, kind] of kinds.entries()) {
          const [from, end] = [first, cases].map((each) => Math.ceil((each - odd) / 2)) as [number, number];
          for (let at = from; at < end; at += sliceCases) {
            const until = Math.min(at + sliceCases, end);
            const said = runSlice(file, [kind, at, until, seed, "out/fuzz", ...files].map(String), odd);
            log(`${kind} ${at} to ${until - 1}: ${said}`);
          }
        }
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Runs some cases of a kind; what was said of them. Throws with how the case that failed is repeated. */
function runSlice(file: string, args: readonly string[], odd: number): string {
  try {
    return runNative(file, args).trim();
  } catch (error) {
    const { message } = error as Error;
    const found = /^case (\d+)/m.exec(message)?.[1];
    if (found === undefined) throw error;
    const index = 2 * Number(found) + odd;
    throw new Error(`case ${index} (--first ${index} --cases ${index + 1}): ${message}`);
  }
}

/** What earlier runs found, as often as makes all choices of how it is opened and used. */
function runFound(file: string, seed: number): void {
  const found = readdirSync(damaged).map((name) => join(damaged, name));
  runNative(file, ["found", 0, 64 * found.length, seed, "out/fuzz", ...found].map(String));
}
