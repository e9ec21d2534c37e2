import { type ModelError, modelErrors } from "../abi/return-codes.js";
import {
  type Board,
  type Bound,
  boardOffer,
  type Fit,
  firmwareSizes,
  fit,
  type RamParts,
} from "../boards/index.js";
import type { OpenedModule } from "../package/open.js";
import { interruptNode } from "../run/node-interrupt.js";
import type { Tier } from "../run/types.js";
import { usesFloats } from "../wasm/floats.js";
import { type Calls, recordCalls } from "./calls.js";
import { type Probed, type ProbedBoard, probeModel } from "./probe.js";

/** What a model takes of a board while it runs there in a tier. Sizes in bytes. */
export interface Needs {
  tier: Tier;
  ram: {
    /** The most that is taken at once, by what takes it; of a model that does not fit, what would be enough. */
    parts: RamParts;
    totalBytes: number;
    availableBytes: number;
    /**
     * `exact`: what the board reports, to the byte. `most`: functions that were not called by the inputs tried are counted.
     * `least`: the model could not be run here to see what it calls.
     */
    bound: Bound;
  };
  flash: {
    firmwareBytes: number;
    /** The file in its slot. */
    modelBytes: number;
    slotBytes: number;
  };
  /** Why the firmware refuses the model, however much RAM there is. */
  refused?: ModelError;
}

/** RAM of a board on which everything else would fit: this more than linear memory. */
const ampleBytes = 1 << 20;

/** How close to the least RAM with which a model fits the search for it comes. */
const searchStepBytes = 8;

const recorded = new WeakMap<Uint8Array, Map<Tier, Promise<Calls>>>();

/** What the model calls, recorded once for all boards. A model that wasmote has not linked is not known to call anything. */
function callsOf(wasm: Uint8Array, opened: OpenedModule, tier: Tier): Promise<Calls> {
  const tiers = recorded.get(wasm) ?? new Map<Tier, Promise<Calls>>();
  recorded.set(wasm, tiers);
  let calls = tiers.get(tier);
  if (calls === undefined) {
    calls = recordCalls(wasm, opened, tier, interruptNode).catch((error: Error) => ({
      runs: [],
      callees: new Map(),
      failed: error.message,
    }));
    tiers.set(tier, calls);
  }
  return calls;
}

/** The tier that a board chooses for a model: accelerated where the model has anything to accelerate. */
export function defaultTier({ manifest }: OpenedModule): Tier {
  return manifest.imports.optional.length > 0 ? "accelerated" : "portable";
}

/**
 * What a model takes of a board: its file is loaded in the firmware's own engine, compiled to WebAssembly, with the board's
 * RAM, and all functions are called there in the order in which they are called here (boards/probe). Figures of the
 * firmware are those that were recorded for this version (boards/firmware-sizes.json).
 *
 * @param opened what `openModule` gives for it
 */
export async function predictNeeds(
  wasm: Uint8Array,
  opened: OpenedModule,
  board: Board,
  tier: Tier = defaultTier(opened),
): Promise<Needs> {
  const firmware = firmwareSizes(board);
  const fixedBytes = firmware.variableBytes + firmware.stackBytes;
  const calls = await callsOf(wasm, opened, tier);
  const linearBytes = opened.manifest.memoryBytes;
  const probe = (arenaBytes: number, all: boolean): Probed => {
    const probed: ProbedBoard = { board, fixedBytes, arenaBytes };
    return probeModel(wasm, calls, tier, probed, all);
  };
  const of = (overheadBytes: number, bound: Bound, applicationBytes = 0): Omit<Needs, "refused"> => {
    const { variableBytes, stackBytes, flashBytes } = firmware;
    const engineBytes = overheadBytes - applicationBytes;
    const application = applicationBytes > 0 ? { applicationBytes } : {};
    return {
      tier,
      ram: {
        parts: { linearBytes, engineBytes, ...application, variableBytes, stackBytes },
        totalBytes: linearBytes + overheadBytes + fixedBytes,
        availableBytes: board.ramBytes,
        bound,
      },
      flash: { firmwareBytes: flashBytes, modelBytes: wasm.length, slotBytes: board.slots.bytes },
    };
  };
  const boundOf = (same: boolean): Bound => {
    if (calls.failed !== undefined) return "least";
    return same && firmware.exact ? "exact" : "most";
  };

  const arenaBytes = board.ramBytes - fixedBytes;
  const most = probe(arenaBytes, true);
  if ("usedBytes" in most) {
    const plain = probe(arenaBytes, false);
    const same = "usedBytes" in plain && plain.usedBytes === most.usedBytes;
    return of(most.usedBytes - fixedBytes, boundOf(same), most.keptBytes);
  }
  const ample = probe(linearBytes + ampleBytes, true);
  if ("refused" in ample) return { ...of(0, "least"), refused: modelErrors[ample.refused] ?? "unknown" };
  const enough = leastArena(
    arenaBytes,
    linearBytes + ampleBytes,
    (bytes) => "usedBytes" in probe(bytes, true),
  );
  return of(enough - linearBytes, boundOf(true));
}

/** The least arena that is enough, given one that is not and one that is. */
function leastArena(tooSmall: number, enough: number, isEnough: (bytes: number) => boolean): number {
  while (enough - tooSmall > searchStepBytes) {
    const middle = tooSmall + Math.ceil((enough - tooSmall) / 2 / searchStepBytes) * searchStepBytes;
    if (middle >= enough) break;
    if (isEnough(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}

/** Whether a model fits a board, by what it takes there in its own tier; with every figure. */
export async function predictFit(wasm: Uint8Array, opened: OpenedModule, board: Board): Promise<Fit> {
  const { ram, refused } = await predictNeeds(wasm, opened, board);
  const { manifest } = opened;
  const model = {
    name: manifest.name,
    fileBytes: wasm.length,
    ram: { bytes: ram.totalBytes, bound: ram.bound, parts: ram.parts },
    ...(refused && { refused }),
    imports: manifest.imports.required,
    floats: usesFloats(wasm),
  };
  return fit(model, boardOffer(board));
}
