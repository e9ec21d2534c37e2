import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Device } from "../../host/device/device.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { sha256Of } from "../../host/files/sha256.js";
import { generateKey, hexOf } from "../../host/trust/keys.js";
import { signModule } from "../../host/trust/sign.js";
import { availableBoards, trustingFirmwareOf } from "./emulators.js";
import { bodies, makeModel } from "./made-modules.js";
import { monocypherSources } from "./native/monocypher.js";

/** A board whose flash QEMU does not write: what a programmer has put into its slot is verified at the start. */
const boards = monocypherSources() === undefined ? [] : availableBoards(["netduino-plus-2"]);

const key = generateKey();
const other = generateKey();
const unsigned = makeModel("model", bodies.sum, { weightBytes: 3000 });
const signed = signModule(unsigned, key, { version: 2, for: ["stm32f4"] }).wasm;
const changedAt = (at: number): Uint8Array =>
  signed.map((byte, i) => (i === (at + signed.length) % signed.length ? byte ^ 1 : byte));

/** Files that are refused, by what is wrong with them. */
const refused: Readonly<Record<string, Uint8Array>> = {
  "that nobody signed": unsigned,
  "that another key signed": signModule(unsigned, other).wasm,
  "with its last byte changed": changedAt(-1),
  "with a byte of its code changed": changedAt(Buffer.from(signed).indexOf(Uint8Array.from(bodies.sum))),
  "with a byte of its signature changed": changedAt(130),
  "for other boards": signModule(unsigned, key, { for: ["rp2"] }).wasm,
};

for (const board of boards) {
  /** Starts the board with a file in its slot. */
  const withModel = async (model: Uint8Array, work: (device: Device) => Promise<void>): Promise<void> => {
    const { files } = await trustingFirmwareOf(board, { keys: [key.public.bytes] });
    const device = await startEmulator(board, files, { model });
    try {
      await work(device);
    } finally {
      await device.close();
    }
  };

  test(`${board.id}: a model that the key signed is active from the start, and runs`, () =>
    withModel(signed, async (device) => {
      assert.is((await device.status()).model, "model");
      const [image] = await device.images();
      assert.equal([hexOf(image!.hash), image!.version, image!.active], [sha256Of(signed), "2.0.0", true]);
      assert.is((await device.run(0, 1)).code, 1);
    }));

  for (const [what, file] of Object.entries(refused)) {
    test(`${board.id}: a model ${what} is none, and the link answers`, () =>
      withModel(file, async (device) => {
        assert.is((await device.status()).model, null);
        assert.equal(await device.images(), []);
        assert.is((await device.slots())?.[0]?.state, "empty");
        assert.equal((await device.trust()).keys, [key.public.id]);
      }));
  }
}

test.run();
