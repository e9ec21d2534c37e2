import { encode } from "cborg";
import { z } from "zod";
import { WasmoteError } from "../errors.js";
import { byteString, decodeStrictly, uint32 } from "./cbor.js";
import {
  hexOf,
  isSignedBy,
  keyBytes,
  keyIdBytes,
  type PrivateKey,
  type PublicKey,
  sameBytes,
  signatureBytes,
  signBytes,
} from "./keys.js";

/** A board is to trust one more key, or one fewer. */
export interface KeyMessage {
  do: "add-key" | "retire-key";
  /** The key's 32 bytes. */
  key: Uint8Array;
  /** Higher than that of any message before on that board. */
  seq: number;
  /** The board's own id; absent for any board that trusts the signer. */
  device?: Uint8Array;
}

/** A board is to let its link change things. */
export interface SessionMessage {
  do: "session";
  device: Uint8Array;
  /** 16 random bytes that the board gave. */
  challenge: Uint8Array;
}

/** What a board is told by a signed message. */
export type TrustMessage = KeyMessage | SessionMessage;

/** A message and who signed it. */
export interface VerifiedMessage {
  message: TrustMessage;
  key: PublicKey;
}

const challengeBytes = 16;

/** `external_aad`: what is signed for wasmote is nothing anywhere else. */
const externalData = new TextEncoder().encode("wasmote");

/** Labels of COSE headers (RFC 9052, 3.1) and EdDSA (RFC 9053, 2.2). */
const labels = { algorithm: 1, keyId: 4 } as const;
const edDsa = -8;

const ofLength = (length: number) => byteString(`${length} bytes`, (found) => found === length);
const device = byteString("1 to 64 bytes", (found) => found >= 1 && found <= 64);

const messageSchema: z.ZodType<TrustMessage> = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.enum(["add-key", "retire-key"]),
    key: ofLength(keyBytes),
    seq: uint32(),
    device: device.exactOptional(),
  }),
  z.strictObject({ do: z.literal("session"), device, challenge: ofLength(challengeBytes) }),
]);

const protectedHeader = encode(new Map([[labels.algorithm, edDsa]]));

const envelopeSchema = z.tuple([
  byteString("the header of EdDSA", (length) => length === protectedHeader.length),
  z.map(z.literal(labels.keyId), ofLength(keyIdBytes)).refine(({ size }) => size === 1, "the id of a key"),
  byteString("a payload"),
  ofLength(signatureBytes),
]);

/** What is signed: `Sig_structure` (RFC 9052, 4.4). */
function signedStructure(payload: Uint8Array): Uint8Array {
  return encode(["Signature1", protectedHeader, externalData, payload]);
}

/**
 * Signs a message to boards: a COSE_Sign1 without its tag (RFC 9052, 4.2), by EdDSA, in deterministic CBOR. The same
 * message and key give the same bytes.
 *
 * @throws `message-invalid` where a field has a value that it may not have
 */
export function signMessage(message: TrustMessage, key: PrivateKey): Uint8Array {
  const payload = encode(message);
  decodeStrictly(payload, messageSchema, "message-invalid");
  const signature = signBytes(key, signedStructure(payload));
  return encode([protectedHeader, new Map([[labels.keyId, key.public.id]]), payload, signature]);
}

/**
 * Reads a message and verifies that the key that it names, one of these, signed it. Whether it is for this board, and
 * its number or challenge the expected one, is for the caller to check.
 *
 * @throws `message-invalid`
 */
export function verifyMessage(bytes: Uint8Array, keys: readonly PublicKey[]): VerifiedMessage {
  const [header, unprotected, payload, signature] = decodeStrictly(
    bytes,
    envelopeSchema,
    "message-invalid",
    true,
  );
  if (!sameBytes(header, protectedHeader)) throw new WasmoteError("message-invalid", "it is not of EdDSA");
  const id = unprotected.get(labels.keyId) as Uint8Array;
  const key = keys.find((each) => sameBytes(each.id, id));
  if (key === undefined) throw new WasmoteError("message-invalid", `key ${hexOf(id)} is not trusted`);
  if (!isSignedBy(key, signedStructure(payload), signature)) {
    throw new WasmoteError("message-invalid", `its signature is not that of key ${hexOf(id)}`);
  }
  return { message: decodeStrictly(payload, messageSchema, "message-invalid"), key };
}
