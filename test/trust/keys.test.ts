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
import { keyOfSeed, refusalOf } from "./keys.js";

/** RFC 8032, 7.1: seed, public key, message, signature. */
const vectors = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (digits: string) => new Uint8Array(Buffer.from(digits, "hex"));

test("signatures are those of RFC 8032", () => {
  for (const [seed, publicHex, message, signature] of vectors) {
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
  const [, publicHex, message, signature] = vectors[1];
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

test.run();
