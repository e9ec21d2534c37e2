import { createHash, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { WasmoteError } from "../../errors.js";
import { deviceKeyId, deviceKeyIdBytes, rawPublicKey } from "./device-keys.js";
import { chunkNonce, sealFormat, sealHeadBytes } from "./format.js";
import { aeadOpen, aeadSeal, hpkeBytes, hpkeReceiver, hpkeSender } from "./hpke.js";

export {
  type DeviceKeyPair,
  deviceKeyId,
  devicePublicPem,
  generateDeviceKeyPair,
  rawPrivateKey,
  rawPublicKey,
  readDevicePrivateKey,
  readDevicePublicKey,
} from "./device-keys.js";

/** What can be told of a sealed file without a key. */
export interface SealedFile {
  /** Bytes of the plain file. */
  length: number;
  /** Of each recipient's key: the first 8 bytes of SHA-256 of its 32 bytes. */
  keyIds: readonly Uint8Array[];
  /** Bytes before the chunks. */
  headBytes: number;
}

/** Whether a file begins as a sealed one does. */
export function isSealed(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString("latin1") === sealFormat.magic;
}

/**
 * Encrypts a file so that each of the recipients can open it, and nobody else. It does not tell who sealed it: sign it before.
 *
 * @param plain the file, at least 1 byte
 * @param recipients X25519 public keys, 1 to 16, each once
 * @returns the sealed file: 12 bytes, 88 for each recipient, and 16 more for each 256 of the file
 * @throws WasmoteError `seal-recipients` where there are none, too many, or one twice; `device-key-invalid` where one is of
 * low order; `file-empty`
 */
export function sealFile(plain: Uint8Array, recipients: readonly KeyObject[]): Uint8Array {
  if (plain.length === 0) throw new WasmoteError("file-empty", "there is nothing to encrypt");
  checkRecipients(recipients);
  const prelude = Buffer.alloc(sealFormat.preludeBytes);
  prelude.write(sealFormat.magic, "latin1");
  prelude[4] = sealFormat.version;
  prelude[5] = recipients.length;
  prelude.writeUInt32LE(plain.length, 8);

  const contentKey = randomBytes(sealFormat.contentKeyBytes);
  const entries = recipients.map((recipient) => recipientEntry(recipient, contentKey, prelude));
  const head = Buffer.concat([prelude, ...entries]);
  const key = chunkKey(contentKey, head);
  const { chunkBytes } = sealFormat;
  const chunks = Array.from({ length: Math.ceil(plain.length / chunkBytes) }, (_, chunk) => {
    const end = (chunk + 1) * chunkBytes;
    const nonce = chunkNonce(chunk, end >= plain.length);
    return aeadSeal(key, nonce, plain.subarray(chunk * chunkBytes, end), new Uint8Array(0));
  });
  return new Uint8Array(Buffer.concat([head, ...chunks]));
}

/** Throws `seal-recipients` where these are none, too many, or one twice. */
export function checkRecipients(recipients: readonly KeyObject[]): void {
  const { mostRecipients } = sealFormat;
  if (recipients.length < 1 || recipients.length > mostRecipients)
    throw new WasmoteError("seal-recipients", `${recipients.length} keys, expected 1 to ${mostRecipients}`);
  const raws = recipients.map((recipient) => Buffer.from(rawPublicKey(recipient)).toString("hex"));
  const twice = raws.find((raw, i) => raws.indexOf(raw) !== i);
  if (twice !== undefined) throw new WasmoteError("seal-recipients", `the key ${twice} is there twice`);
}

function recipientEntry(recipient: KeyObject, contentKey: Uint8Array, prelude: Uint8Array): Buffer {
  let sender: ReturnType<typeof hpkeSender>;
  try {
    sender = hpkeSender(recipient, sealFormat.info);
  } catch {
    throw new WasmoteError("device-key-invalid", "the key is of low order, which no device's is");
  }
  const sealedKey = aeadSeal(sender.key, sender.baseNonce, contentKey, prelude);
  return Buffer.concat([deviceKeyId(rawPublicKey(recipient)), sender.encapsulated, sealedKey]);
}

function chunkKey(contentKey: Uint8Array, head: Uint8Array): Uint8Array {
  const salt = createHash("sha256").update(head).digest();
  return new Uint8Array(hkdfSync("sha256", contentKey, salt, sealFormat.chunkInfo, hpkeBytes.key));
}

/**
 * Reads what a sealed file tells without a key.
 *
 * @throws WasmoteError `sealed-invalid` where it is not one, or its length is not what its head says
 */
export function readSealed(sealed: Uint8Array): SealedFile {
  const view = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const wrong = (what: string): WasmoteError => new WasmoteError("sealed-invalid", what);
  if (!isSealed(sealed)) throw wrong(`it does not begin with "${sealFormat.magic}"`);
  if (view.length < sealFormat.preludeBytes) throw wrong(`it has ${view.length} bytes`);
  const [version, recipients, length] = [view[4] as number, view[5] as number, view.readUInt32LE(8)];
  if (version !== sealFormat.version)
    throw wrong(`it has version ${version}, expected ${sealFormat.version}`);
  if (recipients < 1 || recipients > sealFormat.mostRecipients || view.readUInt16LE(6) !== 0 || length < 1)
    throw wrong("its first 12 bytes are no head of a sealed file");
  const headBytes = sealHeadBytes(recipients);
  const expected = headBytes + length + Math.ceil(length / sealFormat.chunkBytes) * hpkeBytes.tag;
  if (view.length !== expected) throw wrong(`it has ${view.length} bytes, expected ${expected}`);
  const keyIds = Array.from({ length: recipients }, (_, i) => {
    const at = sealHeadBytes(i);
    return new Uint8Array(view.subarray(at, at + deviceKeyIdBytes));
  });
  return { length, keyIds, headBytes };
}

/**
 * Opens a sealed file, as a board does.
 *
 * @param sealed what sealFile made
 * @param own X25519 private key of one of the recipients
 * @throws WasmoteError `sealed-invalid` where the file is malformed or changed, `sealed-for-others` where it is not for this key
 */
export function openSealed(sealed: Uint8Array, own: KeyObject): Uint8Array {
  const { length, keyIds, headBytes } = readSealed(sealed);
  const id = Buffer.from(deviceKeyId(rawPublicKey(own)));
  const number = keyIds.findIndex((each) => id.equals(each));
  if (number < 0) throw new WasmoteError("sealed-for-others", `it is for ${keyIds.length} other keys`);
  const entry = sealed.subarray(sealHeadBytes(number) + deviceKeyIdBytes, sealHeadBytes(number + 1));
  const contentKey = openContentKey(entry, own, sealed.subarray(0, sealFormat.preludeBytes));
  const key = chunkKey(contentKey, sealed.subarray(0, headBytes));

  const stride = sealFormat.chunkBytes + hpkeBytes.tag;
  const count = Math.ceil(length / sealFormat.chunkBytes);
  const plain = Array.from({ length: count }, (_, chunk) => {
    const at = headBytes + chunk * stride;
    const nonce = chunkNonce(chunk, chunk === count - 1);
    const opened = aeadOpen(key, nonce, sealed.subarray(at, at + stride), new Uint8Array(0));
    if (opened === undefined) throw new WasmoteError("sealed-invalid", `its chunk ${chunk} was changed`);
    return opened;
  });
  return new Uint8Array(Buffer.concat(plain));
}

function openContentKey(entry: Uint8Array, own: KeyObject, prelude: Uint8Array): Uint8Array {
  const { encapsulated } = hpkeBytes;
  let opened: Uint8Array | undefined;
  try {
    const { key, baseNonce } = hpkeReceiver(entry.subarray(0, encapsulated), own, sealFormat.info);
    opened = aeadOpen(key, baseNonce, entry.subarray(encapsulated), prelude);
  } catch {
    opened = undefined;
  }
  if (opened === undefined) throw new WasmoteError("sealed-invalid", "its head was changed");
  return opened;
}
