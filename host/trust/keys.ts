import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { WasmoteError } from "../errors.js";

/** A public key of Ed25519 (RFC 8032). */
export interface PublicKey {
  /** Its 32 bytes, as RFC 8032 encodes it. */
  bytes: Uint8Array;
  /** What signatures and messages name it by: the first 12 bytes of the SHA-256 of its bytes. */
  id: Uint8Array;
}

/** A private key of Ed25519, with its public one. Its secret is read from it by `privateKeyPem` alone. */
export interface PrivateKey {
  secret: KeyObject;
  public: PublicKey;
}

/** Bytes of a public key, of a key's id, and of a signature. */
export const keyBytes = 32;
export const keyIdBytes = 12;
export const signatureBytes = 64;

/** The prime of the field: RFC 8032, 5.1. */
const prime = 2n ** 255n - 19n;

/** y of a point of order 8; of the others it is the negative. Source: RFC 7748's curve in RFC 8032's form, where x² = -y². */
const yOfOrder8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/** y of the points of small order: 1 (order 1), -1 (2), 0 (4), and those of order 8. */
const ysOfSmallOrder = [0n, 1n, prime - 1n, yOfOrder8, prime - yOfOrder8];

/**
 * Whether a public key is a point whose order divides 8, in whatever way it is written: for such a key anybody can sign.
 * Source: RFC 8032, 5.1.3 (encoding), 8.2 and 8.9.
 */
function hasSmallOrder(bytes: Uint8Array): boolean {
  const y = BigInt(`0x${hexOf(bytes.toReversed())}`) % 2n ** 255n;
  return ysOfSmallOrder.includes(y % prime);
}

/** A public key of its 32 bytes. Throws `key-invalid` for another number of bytes, and for a point of small order. */
export function publicKeyOf(bytes: Uint8Array): PublicKey {
  if (bytes.length !== keyBytes) {
    throw new WasmoteError("key-invalid", `${bytes.length} bytes; a public key of Ed25519 has ${keyBytes}`);
  }
  if (hasSmallOrder(bytes)) {
    throw new WasmoteError("key-invalid", "it is a point of small order, for which anybody can sign");
  }
  const id = new Uint8Array(createHash("sha256").update(bytes).digest().subarray(0, keyIdBytes));
  return { bytes, id };
}

/** Makes a new key from the system's random source. */
export function generateKey(): PrivateKey {
  return privateKeyOf(generateKeyPairSync("ed25519").privateKey);
}

/**
 * Reads a private key: PKCS#8 in PEM (RFC 5958, 7468, 8410), as `wasmote keygen` and `openssl genpkey` write it.
 *
 * @throws `key-invalid` for anything else: keys of other algorithms, encrypted or public ones, other formats
 */
export function readPrivateKey(pem: string): PrivateKey {
  return privateKeyOf(readPem(pem, "PRIVATE KEY", createPrivateKey));
}

/**
 * Reads a public key: SPKI in PEM (RFC 5280, 7468, 8410), as `wasmote keygen` and `openssl pkey -pubout` write it.
 *
 * @throws `key-invalid` for anything else, a private key too
 */
export function readPublicKey(pem: string): PublicKey {
  return publicKeyOf(rawPublic(readPem(pem, "PUBLIC KEY", createPublicKey)));
}

/** A private key as PKCS#8 in PEM: a secret. */
export function privateKeyPem({ secret }: PrivateKey): string {
  return secret.export({ type: "pkcs8", format: "pem" }) as string;
}

/** A public key as SPKI in PEM. */
export function publicKeyPem(key: PublicKey): string {
  return keyObject(key).export({ type: "spki", format: "pem" }) as string;
}

/** Signs a message: 64 bytes (RFC 8032, 5.1.6), the same for the same key and message. */
export function signBytes({ secret }: PrivateKey, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, secret));
}

/** Whether a signature of a message is this key's (RFC 8032, 5.1.7). */
export function isSignedBy(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === signatureBytes && verify(null, message, keyObject(key), signature);
}

/** Bytes as hexadecimal digits: how ids of keys are shown. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Whether bytes are the same. Takes a time that depends on them: nothing secret is compared so. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function privateKeyOf(secret: KeyObject): PrivateKey {
  return { secret, public: publicKeyOf(rawPublic(createPublicKey(secret))) };
}

function rawPublic(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: "jwk" }).x as string, "base64url"));
}

function keyObject({ bytes }: PublicKey): KeyObject {
  const x = Buffer.from(bytes).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** What files of keys hold besides what is expected, by their label (RFC 7468). */
const otherKeys: Readonly<Record<string, string>> = {
  "PRIVATE KEY": "a private key; its public key is expected, the file .pub beside it",
  "PUBLIC KEY": "a public key; the private key that belongs to it is expected",
  "ENCRYPTED PRIVATE KEY": "an encrypted key; `openssl pkey -in KEY -out KEY.pem` decrypts it",
  "OPENSSH PRIVATE KEY": "a key of OpenSSH",
  CERTIFICATE: "a certificate",
};

function readPem(pem: string, label: string, read: (pem: string) => KeyObject): KeyObject {
  const found = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (found !== label) {
    const what = found === undefined ? "no PEM" : (otherKeys[found] ?? `a PEM of ${found}`);
    throw new WasmoteError("key-invalid", `it is ${what}`);
  }
  let key: KeyObject;
  try {
    key = read(pem);
  } catch {
    throw new WasmoteError("key-invalid", `its ${label} is damaged`);
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw new WasmoteError("key-invalid", `it is a key of ${key.asymmetricKeyType}, not of Ed25519`);
  }
  return key;
}
