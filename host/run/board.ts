import { createHash } from "node:crypto";
import { resettingAbi } from "../abi/firmware-abi.js";
import { fit, type ModelNeeds, requireFit } from "../boards/index.js";
import type { BoardStatus, Image } from "../device/answers.js";
import type { Device } from "../device/device.js";
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
  /** Told while the model is sent: bytes done, of all. */
  onUpload?(done: number, total: number): void;
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
): Promise<void> {
  const hash = createHash("sha256").update(wasm).digest();
  const present = (await device.images()).find((image) => hash.equals(image.hash));
  await unlock(device, options.key);
  if (present?.active && (present.confirmed || options.trial)) return;
  const status = await device.status();
  const { board, ram, flash, imports, floats } = status;
  if (status.abi < resettingAbi && readInterface(wasm).exports.has("reset")) {
    throw new WasmoteError("board-abi", `${board} has ABI ${status.abi}, which resets no model's state`);
  }
  const offer = { name: board, ramBytes: ram, slotBytes: flash, imports, floats };
  requireFit(fit(leastNeeds(wasm, opened), offer));
  if (present === undefined) await device.upload(wasm, { onProgress: options.onUpload });
  const isActive = (image: Image): boolean => image.active && hash.equals(image.hash);
  const images = await device.tryModel(hash);
  if (!images.some(isActive))
    throw notActive(device, "the model was sent, and the board does not list it as active");
  if (options.trial) return;
  if (readTrust(wasm)?.selfTest === undefined) await runOnce(device, opened);
  const confirmed = await device.confirm();
  if (!confirmed.some((image) => isActive(image) && image.confirmed))
    throw notActive(device, "the model ran, and the board does not list it as confirmed");
}

function notActive(device: Device, what: string): WasmoteError {
  return new WasmoteError("board-protocol", what, { file: device.name });
}

/** A first run, on what is in the inputs. The model's state is as before afterwards. */
async function runOnce(device: Device, { manifest }: OpenedModule): Promise<void> {
  await device.run(0, manifest.steps.length);
  await device.resetModel();
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
    close: () => device.close(),
  };
}
