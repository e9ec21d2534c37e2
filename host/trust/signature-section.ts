import { WasmoteError } from "../errors.js";
import { WasmReader } from "../wasm/reader.js";
import { concatenate, encodeLeb128, sized } from "../wasm/writer.js";

/** A signature of hashes. */
export interface Signature {
  /** What its key is named by; undefined where it is not named. */
  keyId: Uint8Array | undefined;
  /** 1 for Ed25519, the only one that is defined. */
  algorithm: number;
  bytes: Uint8Array;
}

/** Hashes of a module's beginnings, the longest last, and who signed them. */
export interface SignedHashes {
  hashes: Uint8Array[];
  signatures: Signature[];
}

export const ed25519 = 1;
export const hashBytes = 32;

/** Version of the format, kind of content (a module), and hash function (SHA-256). */
const head = [1, 1, 1];

/** As many hashes and signatures are read as wasmsign2 reads. */
const most = { hashes: 64, signatures: 256 };

/**
 * Encodes the contents of the section `signature`.
 * Source: WebAssembly tool conventions, Signatures.md, "Signature data".
 */
export function encodeSignatures(sets: readonly SignedHashes[]): Uint8Array {
  return concatenate([head, encodeLeb128(sets.length), ...sets.map((set) => sized(encodeSet(set)))]);
}

function encodeSet({ hashes, signatures }: SignedHashes): Uint8Array {
  return concatenate([
    encodeLeb128(hashes.length),
    ...hashes,
    encodeLeb128(signatures.length),
    ...signatures.map((signature) => sized(encodeSignature(signature))),
  ]);
}

function encodeSignature({ keyId, algorithm, bytes }: Signature): Uint8Array {
  return concatenate([sized(keyId ?? new Uint8Array(0)), [algorithm], sized(bytes)]);
}

/** Decodes the contents of the section `signature`, to its last byte, in one form alone. Throws `signature-malformed`. */
export function decodeSignatures(contents: Uint8Array): SignedHashes[] {
  try {
    const reader = new WasmReader(contents);
    const names = ["version", "kind of content", "hash function"];
    for (const [i, expected] of head.entries()) {
      const found = reader.byte();
      if (found !== expected) throw new RangeError(`${names[i]} ${found}; ${expected} is known`);
    }
    const sets = whole(reader, () =>
      list(reader, most.hashes, "sets of hashes", () => sizedPart(reader, readSet)),
    );
    if (Buffer.compare(encodeSignatures(sets), contents) !== 0)
      throw new RangeError("a number is not encoded in the shortest way");
    return sets;
  } catch (error) {
    if (error instanceof RangeError) throw new WasmoteError("signature-malformed", error.message);
    throw error;
  }
}

function readSet(reader: WasmReader): SignedHashes {
  const hashes = list(reader, most.hashes, "hashes", () => takeBytes(reader, hashBytes));
  const signatures = list(reader, most.signatures, "signatures", () => sizedPart(reader, readSignature));
  return { hashes, signatures };
}

function readSignature(reader: WasmReader): Signature {
  const keyId = takeBytes(reader, reader.u32());
  const algorithm = reader.byte();
  const bytes = takeBytes(reader, reader.u32());
  return { keyId: keyId.length === 0 ? undefined : keyId, algorithm, bytes };
}

function takeBytes(reader: WasmReader, length: number): Uint8Array {
  const start = reader.at;
  reader.skip(length);
  return reader.since(start);
}

function list<T>(reader: WasmReader, limit: number, what: string, read: () => T): T[] {
  const count = reader.u32();
  if (count > limit) throw new RangeError(`${count} ${what}; at most ${limit}`);
  return Array.from({ length: count }, read);
}

/** Reads what has its length before it, all of that. */
function sizedPart<T>(reader: WasmReader, read: (part: WasmReader) => T): T {
  const part = reader.part(reader.u32());
  return whole(part, () => read(part));
}

function whole<T>(reader: WasmReader, read: () => T): T {
  const value = read();
  if (!reader.done) throw new RangeError(`${reader.end - reader.at} bytes more than it says`);
  return value;
}

/**
 * What is signed: "wasmsig", version, kind of content, hash function, and the hashes. Source: Signatures.md, "Signature
 * data".
 */
export function signedMessage(hashes: readonly Uint8Array[]): Uint8Array {
  return concatenate([new TextEncoder().encode("wasmsig"), head, ...hashes]);
}
