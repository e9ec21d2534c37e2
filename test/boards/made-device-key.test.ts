import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectBoard } from "../../host/device/connect.js";
import { Device } from "../../host/device/device.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { startRp2040 } from "../../host/device/emulators/rp2040.js";
import type { LookAtOscillator } from "../../host/device/emulators/rp2040-random-bit.js";
import { generateKey, hexOf } from "../../host/trust/keys.js";
import { publicKeyOfRaw } from "../../host/trust/seal/device-keys.js";
import { rawPublicKey, readDevicePublicKey, sealFile } from "../../host/trust/seal/index.js";
import { signModule } from "../../host/trust/sign.js";
import { inProcess } from "../cli/command.js";
import { codeOf, errorOf } from "../error-of.js";
import { serveBoard } from "../oracles/smp/serve-board.js";
import { availableBoards, trustingFirmwareOf } from "./emulators.js";
import { bodies, makeModel } from "./made-modules.js";
import { monocypherSources } from "./native/monocypher.js";

/** The emulated board whose chip has a source of random numbers: firmware of `--device-key` without a file makes its own key. */
const boards = monocypherSources() === undefined ? [] : availableBoards(["pico"]);

const key = generateKey();
const trust = { keys: [key.public.bytes], deviceKey: "made-by-board" } as const;
const { wasm: signed } = signModule(makeModel("model", bodies.sum, { weightBytes: 1000 }), key);
const folder = mkdtempSync(join(tmpdir(), "wasmote-device-key-"));
test.after(() => rmSync(folder, { recursive: true }));

/** What oscillators give that are of no use, looked at again and again. */
const broken: Readonly<Record<string, () => LookAtOscillator>> = {
  "stands at 0": () => () => 0,
  "stands at 1": () => () => 1,
  "runs with the processor's clock": () => {
    let looks = 0;
    return () => looks++ & 1;
  },
  "stops after a while": () => {
    let looks = 0;
    return () => (looks++ < 2000 ? randomInt(2) : 0);
  },
};

for (const board of boards) {
  let first: Uint8Array;

  test(`${board.id}: a board makes its key when it is first asked, keeps it, and opens files with it`, async () => {
    const line = `unix:${join(folder, "line")}`;
    const served = await serveBoard(board, await trustingFirmwareOf(board, trust), join(folder, "line"));
    const told = async (name: string): Promise<Uint8Array> => {
      const file = join(folder, name);
      const { code, stderr } = await inProcess(["keygen", "--device", "--port", line, "-o", file]);
      assert.is(code, 0, stderr);
      return rawPublicKey(readDevicePublicKey(readFileSync(file, "utf8")));
    };
    try {
      first = await told("first.pub");
      const device = await connectBoard(undefined, { port: line });
      await device.openSession(key);
      await device.tryModel(await device.upload(sealFile(signed, [publicKeyOfRaw(first)])));
      assert.is((await device.run(0, 1)).code, 1);
      await device.reset();
      await device.echo("begun", { timeoutMillis: 500, attempts: 60 });
      await device.close();
      assert.is(hexOf(await told("again.pub")), hexOf(first), "after a restart");
    } finally {
      await served.close();
    }
  });

  test(`${board.id}: another board makes another key, and cannot open the first one's files`, async () => {
    const { files } = await trustingFirmwareOf(board, trust);
    const device = await startEmulator(board, files);
    try {
      assert.is.not(hexOf(await device.deviceKey()), hexOf(first));
      const refused = device.upload(sealFile(signed, [publicKeyOfRaw(first)]));
      assert.is(await codeOf(refused), "board-sealed");
    } finally {
      await device.close();
    }
  });

  test(`${board.id}: no key is made of an oscillator that is broken, but of one with a bias`, async () => {
    const { files } = await trustingFirmwareOf(board, trust);
    let look: LookAtOscillator = () => 0;
    const line = await startRp2040(board.id, files.uf2!, [], "usb", { lookAtOscillator: () => look() });
    const device = new Device(line, { timeoutMillis: 10_000 });
    try {
      await device.echo("begun", { timeoutMillis: 500, attempts: 60 });
      for (const [what, start] of Object.entries(broken)) {
        look = start();
        const { code, message } = await errorOf(device.deviceKey());
        assert.is(code, "board-no-device-key", what);
        assert.match(message, /not supported/);
      }
      look = () => (randomInt(10) < 8 ? 1 : 0);
      const made = hexOf(await device.deviceKey());
      look = () => 0;
      assert.is(hexOf(await device.deviceKey()), made, "it is kept");
    } finally {
      await device.close();
    }
  });
}

test.run();
