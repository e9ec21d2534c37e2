import { stat } from "node:fs/promises";
import { readWholeFile } from "../files/read.js";
import { type PrivateKey, type PublicKey, readPrivateKey, readPublicKey } from "../trust/keys.js";
import { withFile } from "./files.js";
import type { Output } from "./output.js";

/** Bytes of a key's file: far above what one takes. */
const maxKeyFileBytes = 65_536;

/** Read by others than the user: bits of a file's permissions. */
const othersBits = 0o077;

/** A public key and the file that it is from. */
export interface PublicKeyFile {
  file: string;
  key: PublicKey;
}

const textOf = (path: string): string => new TextDecoder().decode(readWholeFile(path, maxKeyFileBytes));

/** Reads files of public keys. Throws `file-unreadable`, `key-invalid`. */
export async function readPublicKeyFiles(paths: readonly string[]): Promise<PublicKeyFile[]> {
  return Promise.all(
    paths.map(async (file) => ({ file, key: await withFile(file, () => readPublicKey(textOf(file))) })),
  );
}

/** Reads the file of a private key, and warns where others may read it. Throws `file-unreadable`, `key-invalid`. */
export async function readPrivateKeyFile(path: string, output: Output): Promise<PrivateKey> {
  const key = await withFile(path, () => readPrivateKey(textOf(path)));
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & othersBits) !== 0) {
    output.talk(`warning: others may read ${path}; chmod 600 ${path} keeps the key yours`);
  }
  return key;
}
