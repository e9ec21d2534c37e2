import { createHash } from "node:crypto";
import { patchingAbi, resettingAbi } from "../abi/firmware-abi.js";
import { fit, type ModelNeeds, requireFit } from "../boards/index.js";
import { isPatch } from "../delta/format.js";
import { makePatch } from "../delta/index.js";
import type { BoardApplication, BoardStatus, Image } from "../device/answers.js";
import type { Device } from "../device/device.js";
import type { FedSamples } from "../device/feed.js";
import { unlock } from "../device/unlock.js";
import { WasmoteError } from "../errors.js";
import { tensorBytes } from "../graph/tensor.js";
import type { OpenedModule } from "../package/open.js";
import type { PrivateKey } from "../trust/keys.js";
import { readTrust } from "../trust/read.js";
import { usesFloats } from "../wasm/floats.js";
import { readInterface } from "../wasm/interface.js";
import type { Runner, Tier } from "./types.js";

/** A model that is active on a board. */
export interface BoardRunner extends Runner {
  /** Unit of the board's counter. */
  readonly unit: BoardStatus["unit"];
  /** Which kernels run. */
  readonly tier: Tier;
  /** RAM that firmware and engine take besides linear memory, in bytes. */
  readonly runtimeBytes: number;
  /** Runs the steps first..last-1 and gives what the board's counter says. Throws as `run` does. */
  count(first: number, last: number): Promise<number>;
  /** Sets the state that the model keeps from run to run to what it begins with. */
  reset(): Promise<void>;
  /**
   * Of an application: gives the board samples, which it runs by itself from the beginning, and tells what came of them and how the
   * application does. Throws `board-no-model` where the model is none.
   */
  feed(samples: Uint8Array): Promise<FedSamples & { readonly application: BoardApplication }>;
}

/** How a model gets onto a board and runs there. */
export interface BoardRunnerOptions {
  /** Which kernels run; by default the accelerated ones where board and model offer them, else the portable ones. */
  tier?: Tier;
  /** Most that one run may take, in units of the board's counter; the board's own limit by default. */
  limit?: number;
  /** Signs the session in which a board that runs signed models only is changed. */
  key?: PrivateKey;
  /** Leaves a model that was sent on trial, for its own good runs to confirm. */
  trial?: boolean;
  /**
   * Gives a model's file by its SHA-256, where it is known: of one that the board has, so that a patch may be sent in place of the
   * whole model.
   */
  known?(hash: Uint8Array): Uint8Array | undefined;
  /** Told while the model is sent: bytes done, of all. */
  onUpload?(done: number, total: number): void;
}

/** What was sent to make a model active. */
export interface Deployment {
  /** Bytes: those of the file, or of a patch; 0 where the board had the model. */
  sentBytes: number;
  /** Whether they were a patch to a model that the board has. */
  isPatch: boolean;
}

/** Bytes that the interpreter takes at least of what a board's status calls free. */
const leastEngineBytes = 4096;

/** What a model needs at least of a board of which only its status is known. */
function leastNeeds(wasm: Uint8Array, { manifest }: OpenedModule): ModelNeeds {
  return {
    name: manifest.name,
    fileBytes: wasm.length,
    ram: { bytes: manifest.memoryBytes + leastEngineBytes, bound: "least" },
    imports: manifest.imports.required,
    floats: usesFloats(wasm),
  };
}

/**
 * Makes a model active on a board: sends it unless the board has it already. It is refused before anything is sent where
 * the board says that it has too little. The board answers for whether its own checks pass. A model that is new is tried: where it
 * does not pass its self-test or, without one, traps in a first run, the one before is active again.
 *
 * @throws `board-too-small`, `board-floats`, `board-abi`, `board-protocol` where the board does not say that the model is active, and what
 *   the board answers
 */
export async function deployModel(
  device: Device,
  wasm: Uint8Array,
  opened: OpenedModule,
  options: BoardRunnerOptions = {},
): Promise<Deployment> {
  const hash = createHash("sha256").update(wasm).digest();
  const images = await device.images();
  const present = images.find((image) => hash.equals(image.hash));
  await unlock(device, options.key);
  if (present?.active && (present.confirmed || options.trial)) return { sentBytes: 0, isPatch: false };
  const status = await device.status();
  const { board, ram, flash, imports, floats } = status;
  if (status.abi < resettingAbi && readInterface(wasm).exports.has("reset")) {
    throw new WasmoteError("board-abi", `${board} has ABI ${status.abi}, which resets no model's state`);
  }
  const offer = { name: board, ramBytes: ram, slotBytes: flash, imports, floats };
  requireFit(fit(leastNeeds(wasm, opened), offer));
  const deployment = present
    ? { sentBytes: 0, isPatch: false }
    : await send(device, wasm, status.abi < patchingAbi ? [] : images, options);
  const steps = readTrust(wasm)?.selfTest === undefined ? opened.manifest.steps.length : 0;
  await makeActive(device, hash, steps, options);
  return deployment;
}

/**
 * Makes a model active of which only a patch to one that the board has, or an encrypted file, is here.
 *
 * @param bytes the patch or the encrypted file
 * @throws as `deployModel`; `board-no-base`, `board-bad-patch`, `board-sealed`, `board-abi` where the firmware is from before there was that
 */
export async function deployUpdate(
  device: Device,
  bytes: Uint8Array,
  options: BoardRunnerOptions = {},
): Promise<Deployment> {
  await unlock(device, options.key);
  const { board, abi } = await device.status();
  if (abi < patchingAbi)
    throw new WasmoteError("board-abi", `${board} has ABI ${abi}, which takes whole models only`);
  const hash = await device.upload(bytes, { onProgress: options.onUpload });
  await makeActive(device, hash, undefined, options);
  return { sentBytes: bytes.length, isPatch: isPatch(bytes) };
}

/** A patch is sent where it is at most that part of the file: more is hardly worth that the board puts it together. */
const largestPatch = 0.8;

/** What a board answers that has a single slot, or does not have the old model any more: then the whole model is sent. */
const patchesInVain = ["board-busy", "board-no-base", "board-bad-patch"];

async function send(
  device: Device,
  wasm: Uint8Array,
  images: readonly Image[],
  { known, onUpload }: BoardRunnerOptions,
): Promise<Deployment> {
  /* With two slots, what is not needed makes room for the new model. */
  const needed = images.filter(({ active, confirmed }) => active || confirmed);
  const old = (needed.length > 0 ? needed : images).flatMap(({ hash: each }) => known?.(each) ?? []);
  const patches = old.map((bytes) => makePatch(bytes, wasm)).sort((a, b) => a.length - b.length);
  const patch = patches[0];
  if (patch !== undefined && patch.length <= largestPatch * wasm.length) {
    try {
      await device.upload(patch, { onProgress: onUpload });
      return { sentBytes: patch.length, isPatch: true };
    } catch (error) {
      if (!(error instanceof WasmoteError) || !patchesInVain.includes(error.code)) throw error;
    }
  }
  await device.upload(wasm, { onProgress: onUpload });
  return { sentBytes: wasm.length, isPatch: false };
}

/**
 * Tries the model of that hash, and confirms it after a run of its steps, unless it stays on trial.
 *
 * @param steps 0 for no run; as many as the board says by default
 */
async function makeActive(
  device: Device,
  hash: Uint8Array,
  steps: number | undefined,
  { trial }: BoardRunnerOptions,
): Promise<void> {
  const isActive = (image: Image): boolean => image.active && Buffer.compare(hash, image.hash) === 0;
  const tried = (await device.tryModel(hash)).find(isActive);
  if (tried === undefined)
    throw notActive(device, "the model was sent, and the board does not list it as active");
  if (trial || tried.confirmed) return;
  if (steps !== 0) {
    await device.run(0, steps ?? (await device.status()).steps);
    await device.resetModel();
  }
  const confirmed = await device.confirm();
  if (!confirmed.some((image) => isActive(image) && image.confirmed))
    throw notActive(device, "the model ran, and the board does not list it as confirmed");
}

function notActive(device: Device, what: string): WasmoteError {
  return new WasmoteError("board-protocol", what, { file: device.name });
}

/**
 * Makes a model active on a board and gives the runner for it. The runner's `close` ends the line.
 *
 * @param name as given to `--on`
 * @throws as `deployModel`, and `tier-unavailable` where the firmware offers no accelerators; the line is then still open
 */
export async function openBoardRunner(
  name: string,
  device: Device,
  wasm: Uint8Array,
  opened: OpenedModule,
  options: BoardRunnerOptions = {},
): Promise<BoardRunner> {
  await deployModel(device, wasm, opened, options);
  const { imports } = await device.status();
  const offered = opened.manifest.imports.optional.some((wanted) => imports.includes(wanted));
  const tier = options.tier ?? (offered ? "accelerated" : "portable");
  if (tier === "accelerated" && !offered) {
    throw new WasmoteError("tier-unavailable", `${name} offers no accelerator that the model calls`);
  }
  await device.accelerate(tier === "accelerated");
  let { unit, used } = await device.status();
  const { inputs, outputs, steps } = opened.manifest;
  const count = async (first: number, last: number): Promise<number> => {
    const result = await device.run(first, last, { limit: options.limit });
    if (result.code !== 0) {
      throw new WasmoteError("run-failed", `steps ${first} to ${last} on ${name} returned ${result.code}`);
    }
    ({ used } = await device.status());
    return result.count;
  };
  return {
    name,
    unit,
    tier,
    get runtimeBytes() {
      return used;
    },
    count,
    async writeInput(index, bytes) {
      const tensor = inputs[index];
      if (tensor === undefined) throw new RangeError(`input ${index} of ${inputs.length}`);
      const expected = tensorBytes(tensor);
      if (bytes.length !== expected) {
        throw new WasmoteError("input-size", `input ${index} takes ${expected} bytes, not ${bytes.length}`);
      }
      await device.writeInput(index, bytes);
    },
    async readOutput(index) {
      const tensor = outputs[index];
      if (tensor === undefined) throw new RangeError(`output ${index} of ${outputs.length}`);
      return device.readOutput(index, tensorBytes(tensor));
    },
    async run(first = 0, last = steps.length) {
      await count(first, last);
    },
    reset: () => device.resetModel(),
    async feed(samples) {
      const fed = await device.feed(samples);
      const application = await device.application();
      ({ used } = await device.status());
      return { ...fed, application };
    },
    close: () => device.close(),
  };
}
