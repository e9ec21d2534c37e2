import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  generateKey,
  isSignedBy,
  privateKeyPem,
  publicKeyOf,
  publicKeyPem,
  readPrivateKey,
  readPublicKey,
  signBytes,
} from "../../host/trust/keys.js";
import { rfc8032Vectors } from "./ed25519-vectors.js";
import { encodings, smallOrderPoints } from "./edwards.js";
import { keyOfSeed, refusalOf } from "./keys.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (digits: string) => new Uint8Array(Buffer.from(digits, "hex"));

test("signatures are those of RFC 8032", () => {
  for (const [seed, publicHex, message, signature] of rfc8032Vectors) {
    const key = keyOfSeed(seed);
    assert.is(hex(key.public.bytes), publicHex);
    assert.is(hex(signBytes(key, bytesOf(message))), signature);
    const trusted = publicKeyOf(bytesOf(publicHex));
    assert.ok(isSignedBy(trusted, bytesOf(message), bytesOf(signature)));
    assert.not(isSignedBy(trusted, bytesOf(`${message}00`), bytesOf(signature)));
    assert.not(isSignedBy(trusted, bytesOf(message), bytesOf(signature).subarray(0, 63)));
  }
});

test("a signature whose S is not below the group's order is none (RFC 8032, 5.1.7)", () => {
  const [, publicHex, message, signature] = rfc8032Vectors[1]!;
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${hex(bytesOf(signature.slice(64)).reverse())}`) + order;
  const again = signature.slice(0, 64) + hex(bytesOf(s.toString(16).padStart(64, "0")).reverse());
  assert.not(isSignedBy(publicKeyOf(bytesOf(publicHex)), bytesOf(message), bytesOf(again)));
});

test("keys are read as they were written", () => {
  const key = generateKey();
  assert.equal(readPrivateKey(privateKeyPem(key)).public, key.public);
  assert.equal(readPublicKey(publicKeyPem(key.public)), key.public);
  assert.is(key.public.id.length, 12);
});

test("what is no key of Ed25519 is refused, and told", () => {
  const key = generateKey();
  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const x25519 = generateKeyPairSync("x25519");
  const pem = { type: "pkcs8", format: "pem" } as const;
  const encrypted = key.secret.export({ ...pem, cipher: "aes-256-cbc", passphrase: "secret" }) as string;
  const damaged = privateKeyPem(key).replace(/\n.{8}/, "\n........");
  const privates: [string, RegExp][] = [
    ["", /it is no PEM/],
    [publicKeyPem(key.public), /it is a public key; the private key/],
    [encrypted, /it is an encrypted key; `openssl pkey/],
    [damaged, /its PRIVATE KEY is damaged/],
    [rsa.privateKey.export(pem) as string, /a key of rsa, not of Ed25519/],
    [x25519.privateKey.export(pem) as string, /a key of x25519, not of Ed25519/],
    ["-----BEGIN OPENSSH PRIVATE KEY-----", /a key of OpenSSH/],
    ["-----BEGIN DH PARAMETERS-----", /a PEM of DH PARAMETERS/],
  ];
  const publics: [string, RegExp][] = [
    [privateKeyPem(key), /it is a private key; its public key is expected/],
    [rsa.publicKey.export({ type: "spki", format: "pem" }) as string, /a key of rsa/],
  ];
  const refuses = (read: (text: string) => unknown, text: string, expected: RegExp) => {
    const { code, message } = refusalOf(() => read(text));
    assert.is(code, "key-invalid");
    assert.match(message, expected);
  };
  for (const [text, expected] of privates) refuses(readPrivateKey, text, expected);
  for (const [text, expected] of publics) refuses(readPublicKey, text, expected);
  assert.is(refusalOf(() => publicKeyOf(new Uint8Array(33))).code, "key-invalid");
});

const openssl = (input: string, ...args: string[]) =>
  spawnSync("openssl", ["pkey", ...args], { input, encoding: "utf8" });

if (openssl("", "-help").error !== undefined) {
  test.skip("openssl reads the keys, and we read its own: no openssl on this machine", () => {});
} else {
  test("openssl reads the keys, and we read its own", () => {
    const key = generateKey();
    const text = openssl(privateKeyPem(key), "-pubout");
    assert.is(text.status, 0, text.stderr);
    assert.is(text.stdout, publicKeyPem(key.public));
    assert.is(openssl(publicKeyPem(key.public), "-pubin", "-noout").status, 0);
    const made = spawnSync("openssl", ["genpkey", "-algorithm", "ed25519"], { encoding: "utf8" }).stdout;
    assert.is(openssl(made, "-pubout").stdout, publicKeyPem(readPrivateKey(made).public));
  });
}

test("keys of small order, for which anybody can sign, are no keys, in whatever way they are written", () => {
  const encoded = smallOrderPoints().flatMap(encodings);
  assert.ok(encoded.length >= 8);
  for (const bytes of encoded) assert.match(refusalOf(() => publicKeyOf(bytes)).message, /small order/);
});

test.run();
