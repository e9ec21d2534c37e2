import { createHmac } from "node:crypto";
import { WasmoteError } from "../errors.js";
import { hexOf, isSignedBy, type PublicKey, sameBytes } from "./keys.js";
import { layoutOf, rollingHashes } from "./layout.js";
import { readTrustOf, type TrustOfFile } from "./read.js";
import {
  decodeSignatures,
  ed25519,
  type Signature,
  type SignedHashes,
  signedMessage,
} from "./signature-section.js";

/** A file whose signature holds. */
export interface VerifiedModule {
  /** Those of the given keys that signed it, at least one. */
  keys: PublicKey[];
  /** Ids of keys whose signatures could not be checked: their keys were not given. */
  others: string[];
  /** What wasmote's own sections say; undefined in a file that another tool signed. */
  trust: TrustOfFile | undefined;
  /** Whether a board can check the file's head before it takes the rest: its hash was signed, too. */
  headSigned: boolean;
}

/**
 * Verifies that at least one of these keys signed a module, all of its bytes: the last of the hashes that were signed is
 * that of the whole file. Verifies what `signModule` and wasmsign2 write, wherever the model is from.
 *
 * @throws `module-invalid` (no module), `signature-missing` (it is not signed), `signature-malformed`,
 * `signature-untrusted` (signed, but by none of the keys), `signature-wrong` (a key signed other bytes, or a signature
 * names a key that it is not of), `trust-invalid`, `self-test-invalid`
 */
export function verifyModule(wasm: Uint8Array, keys: readonly PublicKey[]): VerifiedModule {
  const layout = layoutOf(wasm);
  if (layout.signature === undefined) throw new WasmoteError("signature-missing", "it has no signature");
  const sets = decodeSignatures(layout.signature);
  const hashes = rollingHashes(wasm, layout);
  const checked = keys.map((key) => ({ key, sets: setsSignedBy(key, sets) }));
  const holding = checked.map(({ key, sets: own }) => ({
    key,
    sets: own.filter((set) => isWhole(set, hashes)),
  }));
  const signers = holding.filter(({ sets: own }) => own.length > 0);
  if (signers.length === 0) throw refusal(checked, sets, hashes);
  const trust = readTrustOf(layout);
  const by = signers.map(({ key }) => key);
  if (trust !== undefined) requireNamed(keys, sets);
  const head = hashes[0] as Uint8Array;
  return {
    keys: by,
    others: namedBesides(keys, sets),
    trust,
    headSigned: trust !== undefined && signers.some(({ sets: own }) => own.some((set) => has(set, head))),
  };
}

/** Sets of hashes with a signature of this key. */
function setsSignedBy(key: PublicKey, sets: readonly SignedHashes[]): SignedHashes[] {
  return sets.filter(({ hashes, signatures }) =>
    signatures.some((signature) => isOf(key, signature, signedMessage(hashes))),
  );
}

function isOf(key: PublicKey, { algorithm, bytes }: Signature, message: Uint8Array): boolean {
  return algorithm === ed25519 && isSignedBy(key, message, bytes);
}

/** Whether the last hash of a set is that of the whole file. */
function isWhole({ hashes }: SignedHashes, found: readonly Uint8Array[]): boolean {
  const [last, whole] = [hashes.at(-1), found.at(-1)];
  return last !== undefined && whole !== undefined && sameBytes(last, whole);
}

const has = ({ hashes }: SignedHashes, hash: Uint8Array): boolean =>
  hashes.some((each) => sameBytes(each, hash));

/** The id that wasmsign2 gives a key: the first 12 bytes of HMAC-SHA256 of "key_id" with the key. */
function wasmsign2Id({ bytes }: PublicKey): Uint8Array {
  return createHmac("sha256", bytes).update("key_id").digest().subarray(0, 12);
}

const isNamed = (key: PublicKey, id: Uint8Array): boolean =>
  sameBytes(id, key.id) || sameBytes(id, wasmsign2Id(key));

/**
 * Requires that each signature is of the key that it names, as far as keys are known: nothing signs the ids, and boards
 * look keys up by them. A file without our sections may name keys as it likes: there they are hints.
 */
function requireNamed(keys: readonly PublicKey[], sets: readonly SignedHashes[]): void {
  for (const { hashes, signatures } of sets) {
    const message = signedMessage(hashes);
    for (const signature of signatures) {
      const { keyId } = signature;
      if (keyId === undefined) continue;
      const signer = keys.find((key) => isOf(key, signature, message));
      const named = keys.find((key) => isNamed(key, keyId));
      if (signer === named) continue;
      const whose = signer === undefined ? "is not of that key" : `is of key ${hexOf(signer.id)}`;
      throw new WasmoteError("signature-wrong", `a signature that names key ${hexOf(keyId)} ${whose}`);
    }
  }
}

/** Ids of keys, each once, besides those that were given. */
function namedBesides(keys: readonly PublicKey[], sets: readonly SignedHashes[]): string[] {
  const ids = sets.flatMap(({ signatures }) => signatures.map(({ keyId }) => keyId));
  const others = ids.filter((id) => id !== undefined && !keys.some((key) => isNamed(key, id)));
  return [...new Set(others.map((id) => hexOf(id as Uint8Array)))];
}

/** Why no signature holds. */
function refusal(
  checked: readonly { key: PublicKey; sets: SignedHashes[] }[],
  sets: readonly SignedHashes[],
  hashes: readonly Uint8Array[],
): WasmoteError {
  const signer = checked.find(({ sets: own }) => own.length > 0);
  if (signer !== undefined) {
    const head = signer.sets.some((set) => has(set, hashes[0] as Uint8Array));
    const what = head && hashes.length > 1 ? "what follows its head was" : "its bytes were";
    return new WasmoteError("signature-wrong", `${what} changed after key ${hexOf(signer.key.id)} signed it`);
  }
  const ids = sets.flatMap(({ signatures }) => signatures.map(({ keyId }) => keyId));
  const named = checked.find(({ key }) => ids.some((id) => id !== undefined && isNamed(key, id)));
  if (named !== undefined) {
    return new WasmoteError(
      "signature-wrong",
      `it names key ${hexOf(named.key.id)}, whose signature this is not`,
    );
  }
  const found = ids.length === 0 ? "there is no signature in it" : `it is signed by ${signersText(ids)}`;
  return new WasmoteError("signature-untrusted", `${found}; ${keysText(checked)} is expected`);
}

const shownIds = 4;

function signersText(ids: readonly (Uint8Array | undefined)[]): string {
  const names = ids.map((id) => (id === undefined ? "a key without an id" : `key ${hexOf(id)}`));
  const more = names.length - shownIds;
  return names.slice(0, shownIds).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const keysText = (checked: readonly { key: PublicKey }[]): string =>
  checked.map(({ key }) => `key ${hexOf(key.id)}`).join(" or ");
