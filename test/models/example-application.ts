import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuiltApplication, buildApplication } from "../../host/app/build-application.js";
import { readRecording } from "../../host/app/recording.js";
import { type RunResult, type Simulated, simulate } from "../../host/app/simulate.js";
import { openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";

/** An application of `models`, built. */
export interface ExampleApplication {
  readonly built: BuiltApplication;
  /** Samples of a recording, which is named by its path in the application's folder, or by a whole one. */
  samplesOf(recording: string): Int16Array;
  /** What comes of a recording, on each engine. */
  simulated(recording: string): Promise<(Simulated & { on: string; results: RunResult[] })[]>;
}

/** Builds one of the applications of `models`. */
export async function exampleApplication(name: string): Promise<ExampleApplication> {
  const folder = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "models", name);
  const read = (path: string) => readFileSync(resolve(folder, path));
  const built = await buildApplication(JSON.parse(read("app.json").toString()), {
    read,
    beside: () => read,
  });
  const { wasm, section } = built;
  const samplesOf = (recording: string) => readRecording(read(recording), recording, section.source).samples;
  return {
    built,
    samplesOf,
    async simulated(recording) {
      const found = [];
      for (const [on, tier] of engines) {
        const runner = await openRunner(on, wasm, openModule(wasm), { tier });
        const results: RunResult[] = [];
        const each = (result: RunResult) => void results.push(result);
        found.push({
          on: `${on}, ${tier}`,
          results,
          ...(await simulate(runner, section, samplesOf(recording), each)),
        });
        await runner.close();
      }
      return found;
    },
  };
}
