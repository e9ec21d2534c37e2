import { createHash } from "node:crypto";
import * as assert from "uvu/assert";
import type { Board } from "../../../host/boards/index.js";
import { makePatch } from "../../../host/delta/index.js";
import { Device } from "../../../host/device/device.js";
import { generateKey } from "../../../host/trust/keys.js";
import { signModule } from "../../../host/trust/sign.js";
import { firmwareOf, trustingFirmwareOf } from "../emulators.js";
import { bodies, makeModel } from "../made-modules.js";
import { startPicoSupply } from "./pico-supply.js";
import { startQemuSupply } from "./qemu-supply.js";
import type { Supply } from "./supply.js";

const key = generateKey();
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What a board does when power fails. */
interface Deed {
  before?(life: Life): Promise<void>;
  does(life: Life): Promise<void>;
  /** Sends the new model in the end, where it was sent as a patch. */
  patches?: boolean;
  /** Whether the new model may be the active one after the start that follows, and is if `does` came to its end. */
  makesActive?: "confirmed" | "tried";
}

const upload = (life: Life): Promise<void> => life.send(false);
const tryNow = async ({ device, next }: Life): Promise<void> => {
  await device.tryModel(sha256(next));
};
const uploadAndTry = async (life: Life): Promise<void> => {
  await upload(life);
  await tryNow(life);
};

/** By name. */
export const deeds: Readonly<Record<string, Deed>> = {
  upload: { does: upload },
  patch: { does: (life) => life.send(true), patches: true },
  "patch, gone on with by the file": { does: (life) => life.send(true) },
  "file, gone on with by the patch": { does: upload, patches: true },
  trial: { before: upload, does: tryNow },
  "trial at the next start": {
    before: upload,
    does: async ({ device, next }) => {
      await device.tryModel(sha256(next), false);
      await device.reset();
      await device.echo("begun", begun);
    },
    makesActive: "tried",
  },
  confirm: {
    before: uploadAndTry,
    does: async ({ device }) => {
      await device.confirm();
    },
    makesActive: "confirmed",
  },
  activate: {
    before: upload,
    does: async ({ device, next }) => {
      await device.activate(sha256(next));
    },
    makesActive: "confirmed",
  },
  erase: {
    before: upload,
    does: async ({ device }) => {
      const { slot } = (await device.images()).find(({ active }) => !active)!;
      await device.erase(slot);
    },
  },
};

const begun = { timeoutMillis: 250, attempts: 120 };

/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator, the upper bits of it). */
export function randomNumbers(seed: number): () => number {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 32n) / 2 ** 32;
  };
}

/** The life of an emulated board, from one model to the next, with power that fails. */
export class Life {
  device!: Device;
  current!: Uint8Array;
  next!: Uint8Array;
  /** Deeds that did not come to their end, of those of all states. */
  interrupted = 0;
  readonly #supply: Supply;
  readonly #random: () => number;
  readonly #isTrusted: boolean;
  readonly #lengths = new Map<string, number>();
  #version = 0;

  constructor(supply: Supply, random: () => number, isTrusted: boolean) {
    this.#supply = supply;
    this.#random = random;
    this.#isTrusted = isTrusted;
  }

  /** The first start, and the first model. */
  async begin(): Promise<void> {
    await this.#start();
    this.next = this.#newModel();
    await this.#complete(false);
    this.#lengths.set("a start", await this.#measure(() => this.device.reset().then(() => this.#start())));
  }

  /** Power fails while a board does something, and perhaps once more while it starts; the new model arrives all the same. */
  async state(name: string): Promise<void> {
    const deed = deeds[name]!;
    let length = this.#lengths.get(name);
    if (length === undefined) {
      await deed.before?.(this);
      length = await this.#measure(() => deed.does(this));
      this.#lengths.set(name, length);
      await this.#supply.failAt(this.#supply.now() + length).happen();
      await this.#start();
      await this.#complete(deed.patches === true);
    }
    await deed.before?.(this);
    const came = await this.#cutDuring(() => deed.does(this), length);
    if (!came) this.interrupted++;
    if (this.#random() < 1 / 3) await this.#cutDuring(() => this.#start(), this.#lengths.get("a start")!);
    await this.#start();
    await this.#check(deed, came);
    await this.#complete(deed.patches === true);
  }

  /** Sends the new model, as a patch to the one that is there or as it is. */
  async send(asPatch: boolean): Promise<void> {
    const sent = asPatch ? makePatch(this.current, this.next, { blockBytes: 256 }) : this.next;
    assert.equal(await this.device.upload(sent), sha256(this.next));
  }

  async close(): Promise<void> {
    await this.#supply.close();
  }

  /** Weights that differ by little from one version to the next. */
  #newModel(): Uint8Array {
    const version = ++this.#version;
    const made = makeModel("model", bodies.sum, { weightBytes: 2400 + 128 * (version % 5) });
    const trained = made.map((byte, i) =>
      i < made.length - 2300 ? byte : byte ^ (Math.imul(i + version, 0x9e3779b1) >>> 27),
    );
    return this.#isTrusted ? signModule(trained, key, { version }).wasm : trained;
  }

  async #start(): Promise<void> {
    this.device = new Device(this.#supply.open(), { timeoutMillis: 20_000 });
    await this.device.echo("begun", begun);
    if (this.#isTrusted) await this.device.openSession(key);
  }

  async #measure(does: () => Promise<unknown>): Promise<number> {
    const before = this.#supply.now();
    await does();
    return this.#supply.now() - before;
  }

  /** Whether it came to its end before power failed. */
  async #cutDuring(does: () => Promise<void>, length: number): Promise<boolean> {
    const failure = this.#supply.failAt(this.#supply.now() + this.#random() * length);
    let failed = false;
    const came = await does().then(
      () => true,
      (error: Error) => {
        failed = /power failed/.test(error.message);
        if (!failed) throw error;
        return false;
      },
    );
    await failure.happen();
    return came;
  }

  async #check({ makesActive }: Deed, came: boolean): Promise<void> {
    const allowed = [
      ...(makesActive === "confirmed" && came ? [] : [this.current]),
      ...(makesActive === undefined ? [] : [this.next]),
    ];
    const file = await this.#active();
    assert.ok(
      allowed.some((each) => equal(sha256(each), file)),
      "the active model is another one",
    );
  }

  /** SHA-256 of the file of the active model, which runs. */
  async #active(): Promise<Uint8Array> {
    const active = (await this.device.images()).filter((image) => image.active);
    assert.is(active.length, 1, `${active.length} models are active`);
    assert.is((await this.device.run(0, 1)).code, 1);
    return active[0]!.hash;
  }

  async #complete(asPatch: boolean): Promise<void> {
    await this.send(asPatch);
    await this.device.activate(sha256(this.next));
    assert.equal(await this.#active(), sha256(this.next));
    this.current = this.next;
    this.next = this.#newModel();
  }
}

/** A board with its first model. Its firmware runs signed models only, where `isTrusted`. */
export async function beginLife(board: Board, seed: number, isTrusted: boolean): Promise<Life> {
  const { files } = isTrusted
    ? await trustingFirmwareOf(board, { keys: [key.public.bytes] })
    : await firmwareOf(board);
  const random = randomNumbers(seed);
  const supply =
    board.emulator?.kind === "rp2040js"
      ? await startPicoSupply(files.uf2!, random)
      : await startQemuSupply(board, files.elf);
  const life = new Life(supply, random, isTrusted);
  try {
    await life.begin();
  } catch (error) {
    await life.close();
    throw error;
  }
  return life;
}
