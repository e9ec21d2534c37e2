import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import { makePatch } from "../../host/delta/index.js";
import type { Device } from "../../host/device/device.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import { generateKey } from "../../host/trust/keys.js";
import { signMessage } from "../../host/trust/messages.js";
import {
  generateDeviceKeyPair,
  rawPrivateKey,
  rawPublicKey,
  readDevicePrivateKey,
  readDevicePublicKey,
  sealFile,
} from "../../host/trust/seal/index.js";
import { type SignOptions, signModule } from "../../host/trust/sign.js";
import { codeOf } from "../error-of.js";
import { availableBoards, trustingFirmwareOf } from "./emulators.js";
import { bodies, makeModel } from "./made-modules.js";
import { monocypherSources } from "./native/monocypher.js";

/** Boards of each architecture whose flash can be written in the emulator; their firmware runs signed models only. */
const boards = monocypherSources() === undefined ? [] : availableBoards(["mps2-an386", "qemu-rv32", "pico"]);

const key = generateKey();
const other = generateKey();

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

const made = (name: string, body: readonly number[], weightBytes = 3000): Uint8Array =>
  makeModel(name, body, { weightBytes });
/** The same with other weights, which lie at a file's end. */
const trained = (wasm: Uint8Array, count = 2500): Uint8Array =>
  wasm.map((byte, i) => (i < wasm.length - count ? byte : byte ^ ((Math.imul(i, 0x9e3779b1) >>> 24) & 0x3f)));
const signed = (wasm: Uint8Array, options: SignOptions = {}, by = key): Uint8Array =>
  signModule(wasm, by, options).wasm;

const deviceKeys = generateDeviceKeyPair();
const deviceKey = readDevicePrivateKey(deviceKeys.privateKey);
const sealed = (bytes: Uint8Array, to = readDevicePublicKey(deviceKeys.publicKey)): Uint8Array =>
  sealFile(bytes, [to]);

/** Breaks an upload off twice, with other requests between, and completes it. */
async function uploadInParts(device: Device, file: Uint8Array): Promise<void> {
  for (const part of [0.3, 0.7]) {
    const broken = new AbortController();
    const onProgress = (done: number): void => {
      if (done > part * file.length) broken.abort(new Error("broken off"));
    };
    const ended = device.upload(file, { onProgress, signal: broken.signal });
    assert.match(String(await ended.catch((error) => error)), /broken off/);
    await device.run(0, 1);
  }
  await device.upload(file);
}

async function start(board: Board): Promise<Device> {
  const trust = { keys: [key.public.bytes], deviceKey: rawPrivateKey(deviceKey) };
  const { files } = await trustingFirmwareOf(board, trust);
  const device = await startEmulator(board, files, {});
  started.push(device);
  return device;
}

const started: Device[] = [];
test.after(async () => {
  for (const device of started) await device.close();
});

for (const board of boards) {
  let device: Device;
  const within = (name: string, body: () => Promise<void>): void => test(`${board.id}: ${name}`, body);
  const first = signed(made("model", bodies.sum), { version: 3, for: [board.port.split("/")[0]!] });
  const restart = async (): Promise<void> => {
    await device.reset();
    await device.echo("begun", { timeoutMillis: 500, attempts: 60 });
  };
  const active = async (): Promise<string | null> => (await device.status()).model;

  within("nothing that the key has not signed is taken, and nothing is erased for it", async () => {
    device = await start(board);
    const { signed: isSigned, keys } = await device.trust();
    assert.ok(isSigned);
    assert.equal(keys, [key.public.id]);
    assert.is(await codeOf(device.upload(made("open", bodies.sum))), "board-untrusted");
    assert.is(await codeOf(device.upload(signed(made("foreign", bodies.sum), {}, other))), "board-untrusted");
    const elsewhere = signed(made("elsewhere", bodies.sum), { for: ["nowhere"] });
    assert.is(await codeOf(device.upload(elsewhere)), "board-abi");
    const changed = Uint8Array.from(first);
    changed[changed.length - 1]! ^= 1;
    assert.is(await codeOf(device.upload(changed)), "board-untrusted");
    assert.equal(await device.images(), []);
  });

  within("what changes the board takes a session", async () => {
    await device.upload(first);
    assert.is(await codeOf(device.activate(sha256(first))), "board-locked");
    assert.is(await codeOf(device.erase(0)), "board-locked");
    assert.is(await codeOf(device.accelerate(false)), "board-locked");
    assert.is(await codeOf(device.capture(true)), "board-locked");
    assert.is(await codeOf(device.openSession(other)), "board-untrusted");
    await device.openSession(key);
    await device.activate(sha256(first));
    assert.is(await active(), "model");
    await restart();
    assert.is(await active(), "model");
    assert.is(await codeOf(device.erase(1)), "board-locked", "a session ends with a restart");
  });

  within("a session's message is good once, on that board, for that challenge", async () => {
    const payload = {
      do: "session",
      device: (await device.trust()).device!,
      challenge: new Uint8Array(16),
    } as const;
    assert.is(await codeOf(device.sendMessage(signMessage(payload, key))), "board-untrusted");
    await device.openSession(key);
  });

  within("an older version is refused, but for one with the signed right", async () => {
    const older = signed(made("model", bodies.sum, 2000), { version: 2 });
    assert.is(await codeOf(device.upload(older)), "board-older");
    const allowed = signed(made("model", bodies.sum, 2000), { version: 2, downgrade: true });
    await device.upload(allowed);
    await device.tryModel(sha256(allowed));
    await device.confirm();
    assert.is((await device.status()).file, allowed.length);
  });

  within("a patch to the active model gives the new one, and no other", async () => {
    const old = signed(made("model", bodies.sum, 3000), { version: 4 });
    const next = signed(trained(made("model", bodies.sum, 3400)), { version: 5 });
    await device.upload(old);
    await device.tryModel(sha256(old));
    await device.confirm();
    const patch = makePatch(old, next);
    assert.ok(patch.length < next.length);
    const foreign = makePatch(next, old);
    assert.is(await codeOf(device.upload(foreign)), "board-no-base");
    const by = makePatch(old, signed(made("model", bodies.sum, 3400), { version: 5 }, other));
    assert.is(await codeOf(device.upload(by)), "board-untrusted");
    const changed = Uint8Array.from(patch);
    changed[changed.length - 9]! ^= 16;
    assert.ok(["board-hash", "board-bad-patch"].includes((await codeOf(device.upload(changed))) ?? ""));
    assert.is(await codeOf(device.upload(patch.subarray(0, patch.length - 8))), "board-bad-patch");
    assert.is((await device.status()).file, old.length, "the model that is there stays active");
    await uploadInParts(device, patch);
    assert.equal(await device.upload(patch), sha256(next), "it is there already");
    await device.tryModel(sha256(next));
    await device.confirm();
    assert.is((await device.status()).file, next.length);
  });

  within("files that are encrypted to the board are opened by it, patches too", async () => {
    assert.is(Buffer.compare(await device.deviceKey(), rawPublicKey(deviceKey)), 0);
    const next = signed(made("model", bodies.sum, 3800), { version: 6 });
    const another = readDevicePublicKey(generateDeviceKeyPair().publicKey);
    assert.is(await codeOf(device.upload(sealed(next, another))), "board-sealed");
    const changed = sealed(next);
    changed[changed.length - 30]! ^= 1;
    assert.is(await codeOf(device.upload(changed)), "board-sealed");
    /* What nobody signed is not written over the active model by the hash of that one. */
    const active = (await device.images()).find((image) => image.active)!;
    const zeros = sealed(new Uint8Array((await device.status()).file!));
    assert.is(await codeOf(device.upload(zeros, { sha: active.hash })), "board-untrusted");
    await device.run(0, 1);
    const unsigned = sealed(made("model", bodies.sum, 3800));
    assert.is(await codeOf(device.upload(unsigned)), "board-untrusted", "encrypted, and not signed");
    await uploadInParts(device, sealed(next));
    await device.tryModel(sha256(next));
    await device.confirm();
    const last = signed(made("model", bodies.sum, 4100), { version: 7 });
    assert.equal(await device.upload(sealed(makePatch(next, last))), sha256(last));
    await device.tryModel(sha256(last));
    await device.confirm();
    assert.is((await device.status()).file, last.length);
  });

  within("a model that traps, or fails its self-test, does not stay", async () => {
    const trapping = signed(made("trapping", bodies.trap));
    await device.upload(trapping);
    await device.tryModel(sha256(trapping));
    assert.ok((await device.trust()).trial);
    assert.is(await codeOf(device.run(0, 1)), "board-trap");
    assert.is(await active(), "model");
    const input = new Uint8Array(8);
    const wrong = signed(made("wrong", bodies.sum), {
      selfTest: { inputs: [input], outputs: [Uint8Array.from([9, 9, 9, 9, 9, 9, 9, 9])] },
    });
    await device.upload(wrong);
    assert.is(await codeOf(device.tryModel(sha256(wrong))), "board-self-test");
    assert.is(await active(), "model");
  });

  within("a trial that nothing confirms ends with the next start", async () => {
    const next = signed(made("next", bodies.sum), { version: 9 });
    await device.upload(next);
    await device.tryModel(sha256(next), false);
    assert.is(await active(), "model");
    await restart();
    assert.is(await active(), "next");
    await restart();
    assert.is(await active(), "model");
  });

  within("keys are added and retired by messages of trusted keys", async () => {
    const add = { do: "add-key", key: other.public.bytes, seq: 1 } as const;
    assert.is(await codeOf(device.sendMessage(signMessage(add, other))), "board-untrusted");
    await device.sendMessage(signMessage(add, key));
    assert.is(await codeOf(device.sendMessage(signMessage(add, key))), "board-older");
    const tried = signed(made("tried", bodies.sum), { version: 1 }, other);
    await device.openSession(key);
    await device.upload(tried);
    await device.tryModel(sha256(tried));
    assert.is(await active(), "tried");
    const retireOther = { do: "retire-key", key: other.public.bytes, seq: 2 } as const;
    await device.sendMessage(signMessage(retireOther, key));
    assert.is(await active(), "model", "a trial ends when its key is retired");
    assert.is(await codeOf(device.tryModel(sha256(tried))), "board-untrusted");
    await device.sendMessage(signMessage({ ...add, seq: 3 }, key));
    const retire = { do: "retire-key", key: key.public.bytes, seq: 4 } as const;
    assert.is(
      await codeOf(device.sendMessage(signMessage(retire, other))),
      "board-busy",
      "the active model's key",
    );
    const newer = signed(made("model", bodies.sum, 4000), { version: 14 }, other);
    await device.openSession(other);
    await device.upload(newer);
    await device.activate(sha256(newer));
    await device.sendMessage(signMessage(retire, other));
    assert.is(await codeOf(device.upload(signed(made("late", bodies.sum)))), "board-untrusted");
    await restart();
    assert.is(await active(), "model");
    assert.equal((await device.trust()).keys, [other.public.id]);
    await device.close();
  });
}

test.run();
