import type { Ecosystem } from "../types.js";

/** What a folder may be exported for, each in a file of its own that is loaded when it is needed. */
const ecosystems = {
  c: async (): Promise<Ecosystem> => (await import("./c.js")).c,
  arduino: async (): Promise<Ecosystem> => (await import("./arduino.js")).arduino,
  platformio: async (): Promise<Ecosystem> => (await import("./platformio.js")).platformio,
  zephyr: async (): Promise<Ecosystem> => (await import("./zephyr.js")).zephyr,
  "esp-idf": async (): Promise<Ecosystem> => (await import("./esp-idf.js")).espIdf,
  "pico-sdk": async (): Promise<Ecosystem> => (await import("./pico-sdk.js")).picoSdk,
};
export type EcosystemName = keyof typeof ecosystems;

/** Names of all ecosystems. */
export const ecosystemNames = Object.keys(ecosystems) as EcosystemName[];

/** The ecosystem of that name. */
export function ecosystemNamed(name: EcosystemName): Promise<Ecosystem> {
  return ecosystems[name]();
}
