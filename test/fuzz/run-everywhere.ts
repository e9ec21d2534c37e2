import { WasmoteError } from "../../host/errors.js";
import { tensorBytes } from "../../host/graph/tensor.js";
import { type OpenedModule, openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import type { LocalRunner } from "../../host/run/types.js";
import { engines } from "../engines.js";
import type { Choices } from "../link/random-numbers.js";

/** Runs a built model with random inputs on every engine of this process, which must give the same bytes. */
export async function runEverywhere(wasm: Uint8Array, source: Choices): Promise<void> {
  const opened = openBuilt(wasm);
  const { inputs, outputs } = opened.manifest;
  const given = inputs.map((tensor) =>
    Uint8Array.from({ length: tensorBytes(tensor) }, () => source.below(256)),
  );
  const results: Uint8Array[][] = [];
  for (const [engine, tier] of engines) {
    const runner = await open(() => openRunner(engine, wasm, opened, { tier }));
    if (runner === undefined) continue;
    try {
      for (const [i, bytes] of given.entries()) runner.writeInput(i, bytes);
      runner.run();
      results.push(outputs.map((_, i) => runner.readOutput(i)));
    } finally {
      runner.close();
    }
  }
  const [expected] = results.map(asText);
  if (results.some((result) => asText(result) !== expected)) {
    throw new Error(`engines differ: ${results.map(asText).join(" | ")} for ${asText(given)}`);
  }
}

/** What was built must be taken: that it is not is no fault of the input. */
function openBuilt(wasm: Uint8Array): OpenedModule {
  try {
    return openModule(wasm);
  } catch (error) {
    throw new Error(`what was built is refused: ${(error as Error).message}`, { cause: error });
  }
}

/** A runner, or undefined where this machine has none of that kind. */
async function open(opening: () => Promise<LocalRunner>): Promise<LocalRunner | undefined> {
  try {
    return await opening();
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "addon-missing") return undefined;
    throw error;
  }
}

const asText = (tensors: readonly Uint8Array[]) =>
  tensors.map((bytes) => Buffer.from(bytes).toString("hex")).join();
