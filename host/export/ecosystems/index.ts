import { WasmoteError } from "../../errors.js";
import { suggestion } from "../../nearest.js";
import type { Ecosystem } from "../types.js";

/** What a folder may be exported for, each in a file of its own that is loaded when it is needed. */
const ecosystems: Readonly<Record<string, () => Promise<Ecosystem>>> = {
  c: async () => (await import("./c.js")).c,
  arduino: async () => (await import("./arduino.js")).arduino,
  platformio: async () => (await import("./platformio.js")).platformio,
  zephyr: async () => (await import("./zephyr.js")).zephyr,
  "esp-idf": async () => (await import("./esp-idf.js")).espIdf,
  "pico-sdk": async () => (await import("./pico-sdk.js")).picoSdk,
};

/** Names of all ecosystems. */
export const ecosystemNames = Object.keys(ecosystems);

/** The ecosystem of that name. Throws `export-ecosystem`. */
export async function ecosystemNamed(name: string): Promise<Ecosystem> {
  const load = Object.hasOwn(ecosystems, name) ? ecosystems[name] : undefined;
  if (load === undefined)
    throw new WasmoteError(
      "export-ecosystem",
      `"${name}"${suggestion(name, ecosystemNames)}; there are ${ecosystemNames.join(", ")}`,
    );
  return load();
}
