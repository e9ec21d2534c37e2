import { createPrivateKey, type KeyObject } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, WasmoteError } from "../../host/errors.js";
import { publicKeyOfRaw } from "../../host/trust/seal/device-keys.js";
import { aeadOpen, aeadSeal, hpkeReceiver, hpkeSender } from "../../host/trust/seal/hpke.js";
import {
  generateDeviceKeyPair,
  isSealed,
  openSealed,
  rawPrivateKey,
  rawPublicKey,
  readDevicePrivateKey,
  readDevicePublicKey,
  readSealed,
  sealFile,
} from "../../host/trust/seal/index.js";
import { hpkeVector, lowOrderPoints } from "./hpke-vectors.js";

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

function privateKeyOf(secret: string, publicKey: string): KeyObject {
  const [d, x] = [secret, publicKey].map((each) => bytes(each).toString("base64url"));
  return createPrivateKey({ key: { kty: "OKP", crv: "X25519", d, x } as never, format: "jwk" });
}

function newDevice(): { own: KeyObject; publicKey: KeyObject } {
  const pair = generateDeviceKeyPair();
  return { own: readDevicePrivateKey(pair.privateKey), publicKey: readDevicePublicKey(pair.publicKey) };
}

/** The code of the error that some work ends with. */
function codeOf(work: () => unknown): ErrorCode {
  try {
    work();
  } catch (error) {
    assert.instance(error, WasmoteError);
    return (error as WasmoteError).code;
  }
  throw new Error("it must be refused");
}

const fileOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 31 * i + (i >> 8));

test("HPKE gives what RFC 9180, A.2.1 says, on both sides", () => {
  const v = hpkeVector;
  const ephemeral = privateKeyOf(v.ephemeral, v.encapsulated);
  const sender = hpkeSender(publicKeyOfRaw(bytes(v.recipientPublic)), bytes(v.info), ephemeral);
  assert.is(hex(sender.encapsulated), v.encapsulated);
  const own = privateKeyOf(v.recipient, v.recipientPublic);
  for (const side of [sender, hpkeReceiver(bytes(v.encapsulated), own, bytes(v.info))]) {
    assert.is(hex(side.key), v.key);
    assert.is(hex(side.baseNonce), v.baseNonce);
  }
  const sealed = aeadSeal(sender.key, sender.baseNonce, bytes(v.plain), bytes(v.aad));
  assert.is(hex(sealed), v.sealed);
  assert.is(hex(aeadOpen(sender.key, sender.baseNonce, sealed, bytes(v.aad)) as Uint8Array), v.plain);
  assert.is(aeadOpen(sender.key, sender.baseNonce, sealed, bytes("00")), undefined);
});

test("a sealed file is opened by each of its recipients, and by nobody else", () => {
  const devices = [newDevice(), newDevice(), newDevice()];
  const stranger = newDevice();
  for (const length of [1, 255, 256, 257, 512, 5000]) {
    const plain = fileOf(length);
    const sealed = sealFile(
      plain,
      devices.map(({ publicKey }) => publicKey),
    );
    assert.ok(isSealed(sealed) && !isSealed(plain));
    assert.is(readSealed(sealed).length, length);
    for (const { own } of devices) assert.equal(openSealed(sealed, own), plain);
    assert.is(
      codeOf(() => openSealed(sealed, stranger.own)),
      "sealed-for-others",
    );
  }
});

test("one recipient costs 100 bytes, and a file 16 bytes for each 256", () => {
  const { publicKey } = newDevice();
  assert.is(sealFile(fileOf(40_000), [publicKey]).length, 40_000 + 100 + 16 * Math.ceil(40_000 / 256));
});

test("nothing is sealed twice in the same way", () => {
  const { publicKey } = newDevice();
  const [one, other] = [sealFile(fileOf(64), [publicKey]), sealFile(fileOf(64), [publicKey])];
  assert.not.equal(one.subarray(20), other.subarray(20));
});

test("a change of any byte, a missing end and more bytes are refused", () => {
  const [device, second] = [newDevice(), newDevice()];
  const sealed = sealFile(fileOf(300), [second.publicKey, device.publicKey]);
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.slice();
    changed[i] = (changed[i] as number) ^ (1 << (i % 8));
    const code = codeOf(() => openSealed(changed, device.own));
    assert.ok(code === "sealed-invalid" || code === "sealed-for-others", `byte ${i}: ${code}`);
  }
  for (const wrong of [sealed.subarray(0, 5), sealed.subarray(0, -1), Buffer.concat([sealed, sealed])])
    assert.is(
      codeOf(() => openSealed(wrong, device.own)),
      "sealed-invalid",
    );
});

test("keys are PEM texts of X25519, whose bytes are those that firmware takes", () => {
  const pair = generateDeviceKeyPair();
  assert.match(pair.privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.match(pair.publicKey, /^-----BEGIN PUBLIC KEY-----\n/);
  const own = readDevicePrivateKey(pair.privateKey);
  const raw = rawPublicKey(readDevicePublicKey(pair.publicKey));
  assert.equal(raw, rawPublicKey(own));
  assert.equal(rawPublicKey(readDevicePublicKey(pair.privateKey)), raw);
  assert.is(hex(rawPublicKey(privateKeyOf(hex(rawPrivateKey(own)), hex(raw)))), hex(raw));
});

test("what is no key of a device is refused, as are recipients that cannot be", () => {
  const { publicKey } = newDevice();
  const ed25519 =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
  for (const text of ["", "no key", ed25519])
    assert.is(
      codeOf(() => readDevicePublicKey(text)),
      "device-key-invalid",
    );
  assert.is(
    codeOf(() => readDevicePrivateKey(generateDeviceKeyPair().publicKey)),
    "device-key-invalid",
  );
  for (const point of lowOrderPoints)
    assert.is(
      codeOf(() => sealFile(fileOf(1), [publicKeyOfRaw(bytes(point))])),
      "device-key-invalid",
    );
  assert.is(
    codeOf(() => sealFile(fileOf(0), [publicKey])),
    "file-empty",
  );
  assert.is(
    codeOf(() => sealFile(fileOf(1), [])),
    "seal-recipients",
  );
  assert.is(
    codeOf(() => sealFile(fileOf(1), [publicKey, publicKey])),
    "seal-recipients",
  );
  const many = Array.from({ length: 17 }, () => newDevice().publicKey);
  assert.is(
    codeOf(() => sealFile(fileOf(1), many)),
    "seal-recipients",
  );
  assert.is(sealFile(fileOf(1), many.slice(1)).length, 12 + 16 * 88 + 1 + 16);
});

test.run();
