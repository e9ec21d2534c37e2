import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NativeProgram, runNative, withNativeProgram } from "../../boards/native/compile.js";
import { firmwareProgram } from "../../boards/native/library.js";
import { builtModels } from "./built-models.js";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Models that touched memory beside theirs once. */
const damaged = fileURLToPath(new URL("../../fixtures/damaged", import.meta.url));

/** The library and the firmware, with a port, a flash and an arena of their own. */
export function runtimeProgram(): NativeProgram {
  const own = ["runtime.c", "tracked_arena.c"].map((file) => join(here, file));
  return firmwareProgram(own, ["arena.c"], ["-Wl,--wrap=smp_reset_afterwards"]);
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
