import { WasmoteError } from "../errors.js";
import type { OpenedModule } from "../package/open.js";
import { openEngineRunner } from "./engine.js";
import { interruptNode } from "./node-interrupt.js";
import type { LocalRunner, OpenRunner, RunnerOptions } from "./types.js";
import { openWasm3Runner } from "./wasm3.js";

/** Where models run in this process, by the name given to `--on`. */
export const runners: Readonly<Record<string, OpenRunner>> = {
  wasm3: openWasm3Runner,
  node: (wasm, opened, options) => openEngineRunner("node", wasm, opened, options, interruptNode),
};

/** Loads a model on the runner of that name. Throws `board-unknown`, and what the runner throws. */
export async function openRunner(
  name: string,
  wasm: Uint8Array,
  opened: OpenedModule,
  options: RunnerOptions = {},
): Promise<LocalRunner> {
  const open = Object.hasOwn(runners, name) ? runners[name] : undefined;
  if (open === undefined) {
    throw new WasmoteError("board-unknown", `"${name}"; there are ${Object.keys(runners).join(", ")}`);
  }
  return open(wasm, opened, options);
}
