import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { publicKeyOfRaw, rawPublicKey } from "./device-keys.js";

/**
 * HPKE's base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305: RFC 9180, 4 to 5.2 and 7.
 * boards/trust/hpke.c is its receiver on boards.
 */

/** RFC 9180, 7.1 to 7.3: the numbers of the three algorithms. */
const kemId = 0x0020;
const kdfId = 0x0001;
const aeadId = 0x0003;
const modeBase = 0;

/** Bytes of an encapsulated key, of a key of the cipher, of its nonce, and of what it adds to a text. */
export const hpkeBytes = { encapsulated: 32, key: 32, nonce: 12, tag: 16 } as const;

/** What both sides hold after the exchange of keys: RFC 9180, 5.1. */
export interface HpkeContext {
  /** Key of the cipher, 32 bytes. */
  key: Uint8Array;
  /** Nonce of the first message, 12 bytes. */
  baseNonce: Uint8Array;
}

const text = new TextEncoder();
const number16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
const kemSuite = Buffer.concat([text.encode("KEM"), number16(kemId)]);
const hpkeSuite = Buffer.concat([text.encode("HPKE"), number16(kemId), number16(kdfId), number16(aeadId)]);

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
  createHmac("sha256", key).update(Buffer.concat(parts)).digest();

/** RFC 9180, 4: LabeledExtract. */
function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, keyMaterial: Uint8Array): Buffer {
  return hmac(salt, text.encode("HPKE-v1"), suite, text.encode(label), keyMaterial);
}

/** RFC 9180, 4: LabeledExpand, to at most 32 bytes, which are the first block of RFC 5869's Expand. */
function labeledExpand(
  suite: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Buffer {
  const labeled = [number16(length), text.encode("HPKE-v1"), suite, text.encode(label), info];
  return hmac(key, ...labeled, Uint8Array.of(1)).subarray(0, length);
}

const nothing = new Uint8Array(0);

/** RFC 9180, 4.1 and 5.1: from the secret of X25519 and the two public keys to the context. */
function contextOf(
  shared: Uint8Array,
  encapsulated: Uint8Array,
  recipient: Uint8Array,
  info: Uint8Array,
): HpkeContext {
  const extracted = labeledExtract(kemSuite, nothing, "eae_prk", shared);
  const kemContext = Buffer.concat([encapsulated, recipient]);
  const sharedSecret = labeledExpand(kemSuite, extracted, "shared_secret", kemContext, 32);
  const schedule = Buffer.concat([
    Uint8Array.of(modeBase),
    labeledExtract(hpkeSuite, nothing, "psk_id_hash", nothing),
    labeledExtract(hpkeSuite, nothing, "info_hash", info),
  ]);
  const secret = labeledExtract(hpkeSuite, sharedSecret, "secret", nothing);
  return {
    key: labeledExpand(hpkeSuite, secret, "key", schedule, hpkeBytes.key),
    baseNonce: labeledExpand(hpkeSuite, secret, "base_nonce", schedule, hpkeBytes.nonce),
  };
}

/**
 * RFC 9180, 5.1.1: the sender's side.
 *
 * @param recipient X25519 public key
 * @param info what the keys are for, known to both sides
 * @param ephemeral X25519 private key that is used once: a new one, unless a test needs that of a test vector
 * @throws Error where the recipient's key is of low order, as RFC 9180, 7.1.4 wants it
 */
export function hpkeSender(
  recipient: KeyObject,
  info: Uint8Array,
  ephemeral: KeyObject = generateKeyPairSync("x25519").privateKey,
): HpkeContext & { encapsulated: Uint8Array } {
  const encapsulated = rawPublicKey(ephemeral);
  const shared = diffieHellman({ privateKey: ephemeral, publicKey: recipient });
  return { encapsulated, ...contextOf(shared, encapsulated, rawPublicKey(recipient), info) };
}

/**
 * RFC 9180, 5.1.1: the receiver's side.
 *
 * @param encapsulated the sender's ephemeral public key, 32 bytes
 * @param own X25519 private key
 * @param info as the sender has it
 * @throws Error where the encapsulated key is of low order
 */
export function hpkeReceiver(encapsulated: Uint8Array, own: KeyObject, info: Uint8Array): HpkeContext {
  const shared = diffieHellman({ privateKey: own, publicKey: publicKeyOfRaw(encapsulated) });
  return contextOf(shared, encapsulated, rawPublicKey(own), info);
}

/** RFC 8439, 2.8: the text encrypted, and its tag of 16 bytes. */
export function aeadSeal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: hpkeBytes.tag });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** RFC 8439, 2.8: the text of `sealed`, or undefined where the tag does not fit. */
export function aeadOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const plainBytes = sealed.length - hpkeBytes.tag;
  if (plainBytes < 0) return undefined;
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: hpkeBytes.tag });
  decipher.setAAD(aad, { plaintextLength: plainBytes });
  decipher.setAuthTag(sealed.subarray(plainBytes));
  const plain = decipher.update(sealed.subarray(0, plainBytes));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}
