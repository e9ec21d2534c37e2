import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { WasmoteError } from "../../errors.js";

/** Bytes of an X25519 key, private or public: RFC 7748, 5. */
export const deviceKeyBytes = 32;

/** Bytes of SHA-256 of a public key that name it in a sealed file. */
export const deviceKeyIdBytes = 8;

/** A device's pair of keys, as PEM texts: RFC 7468, with RFC 8410's X25519. */
export interface DeviceKeyPair {
  /** PKCS#8: `-----BEGIN PRIVATE KEY-----`. */
  privateKey: string;
  /** SPKI: `-----BEGIN PUBLIC KEY-----`. */
  publicKey: string;
}

/** Makes a new X25519 pair of keys for a device, or for a group of devices that share it. */
export function generateDeviceKeyPair(): DeviceKeyPair {
  return generateKeyPairSync("x25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

/**
 * The public key to encrypt to, of a PEM text: SPKI, or PKCS#8, whose public half is taken.
 *
 * @throws WasmoteError `device-key-invalid` where it is no PEM text of an X25519 key
 */
export function readDevicePublicKey(pem: string): KeyObject {
  return checked(() => createPublicKey(pem), "X25519 public key (SPKI PEM)");
}

/**
 * A device's private key, of a PKCS#8 PEM text without password.
 *
 * @throws WasmoteError `device-key-invalid` where it is no PEM text of an X25519 private key
 */
export function readDevicePrivateKey(pem: string): KeyObject {
  return checked(() => createPrivateKey(pem), "X25519 private key (PKCS#8 PEM)");
}

function checked(read: () => KeyObject, expected: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw new WasmoteError("device-key-invalid", `no key could be read, expected an ${expected}`);
  }
  if (key.asymmetricKeyType === "x25519") return key;
  throw new WasmoteError(
    "device-key-invalid",
    `the key is of type ${key.asymmetricKeyType}, expected an ${expected}`,
  );
}

/** The 32 bytes of a public key, or of a private key's public half. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = (key.type === "private" ? createPublicKey(key as never) : key).export({ format: "jwk" });
  return Buffer.from(x as string, "base64url");
}

/** The 32 bytes of a private key, which firmware takes as WASMOTE_DEVICE_KEY in hexadecimal where a board cannot make its own. */
export function rawPrivateKey(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: "jwk" }).d as string, "base64url");
}

/** The key of 32 bytes, such as a board tells them. */
export function publicKeyOfRaw(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
}

/** The same as a PEM text: SPKI. */
export function devicePublicPem(bytes: Uint8Array): string {
  return publicKeyOfRaw(bytes).export({ type: "spki", format: "pem" }) as string;
}

/** What names a key in a sealed file: the first 8 bytes of SHA-256 of its 32 bytes. */
export function deviceKeyId(raw: Uint8Array): Uint8Array {
  return createHash("sha256").update(raw).digest().subarray(0, deviceKeyIdBytes);
}
