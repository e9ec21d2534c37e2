import { alignUp } from "../abi/align.js";
import type { NodeDemand } from "./demand.js";
import type { Layout } from "./first-fit.js";
import { type Schedule, scratchAlignment } from "./lifetimes.js";
import type { ScratchAllocation } from "./types.js";

/** Lowest address below `limit` where `bytes` fit between the ranges in use, or undefined. */
function gap(
  inUse: readonly (readonly [number, number])[],
  bytes: number,
  limit: number,
): number | undefined {
  let address = 0;
  for (const [start, end] of inUse) {
    if (address + bytes <= start) return address;
    address = Math.max(address, alignUp(end, scratchAlignment));
  }
  return address + bytes <= limit ? address : undefined;
}

/**
 * Scratch memory of a step: the largest size the kernel can work with that fits beside the tensors alive at that
 * step, within the arena.
 */
export function scratchAt(
  step: number,
  node: NodeDemand,
  schedule: Schedule,
  { addresses, arenaBytes }: Layout,
): ScratchAllocation {
  const inUse = schedule.blocks
    .flatMap(({ segments, tensors }, at) =>
      segments
        .filter(({ first, last }) => tensors.length > 0 && first <= step && step <= last)
        .map(({ offset, bytes }): [number, number] => {
          const start = (addresses[at] as number) + offset;
          return [start, start + bytes];
        }),
    )
    .sort(([a], [b]) => a - b);
  for (const bytes of node.scratchBytes.filter((size) => size > 0).reverse()) {
    const address = gap(inUse, bytes, arenaBytes);
    if (address !== undefined) return { address, bytes };
  }
  return { address: 0, bytes: 0 };
}
