import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NativeProgram, runNative, withNativeProgram } from "../../boards/native/compile.js";
import { firmwareProgram } from "../../boards/native/library.js";
import { builtModels } from "./built-models.js";
import { findings, withInputFiles } from "./input-files.js";
import { runSlices } from "./run-slices.js";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Models that touched memory beside theirs once. */
const damaged = fileURLToPath(new URL("../../fixtures/damaged", import.meta.url));

/** The library and the firmware, with a port, a flash and an arena of their own. */
export function runtimeProgram(): NativeProgram {
  const own = ["runtime.c", "cases.c", "damage.c", "requests.c", "tracked_arena.c"].map((file) =>
    join(here, file),
  );
  return firmwareProgram(own, ["arena.c"], [`-I${here}`, "-Wl,--wrap=smp_reset_afterwards"]);
}

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
    const models = (await builtModels()).map(({ wasm }) => wasm);
    withInputFiles(models, (files) =>
      withNativeProgram(runtimeProgram(), (file) => {
        runFound(file, seed);
        runSlices(file, {
          ...{ kinds: ["models", "packets"], first, cases, log },
          args: (kind, from, until) => [kind, from, until, seed, findings, ...files],
        });
      }),
    );
  },
};

/** What earlier runs found, as often as makes all choices of how it is opened and used. */
function runFound(file: string, seed: number): void {
  const found = readdirSync(damaged).map((name) => join(damaged, name));
  runNative(file, ["found", 0, 64 * found.length, seed, findings, ...found].map(String));
}
