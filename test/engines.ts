import { runners } from "../host/run/index.js";
import type { Tier } from "../host/run/types.js";

/** Runners of this process with their tiers, all of which give the same bytes. */
export const engines: readonly [name: string, tier: Tier][] = [
  ...Object.keys(runners).map((name): [string, Tier] => [name, "portable"]),
  ["wasm3", "accelerated"],
];
