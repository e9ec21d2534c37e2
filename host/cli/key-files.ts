import type { KeyObject } from "node:crypto";
import { stat } from "node:fs/promises";
import { Option } from "commander";
import { readWholeFile } from "../files/read.js";
import { type PrivateKey, type PublicKey, readPrivateKey, readPublicKey } from "../trust/keys.js";
import { bytesText } from "./figures.js";
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

/** Reads the file of a private key, if one is named, and warns where others may read it. Throws `file-unreadable`, `key-invalid`. */
export async function readPrivateKeyFile(path: string, output: Output): Promise<PrivateKey>;
export async function readPrivateKeyFile(
  path: string | undefined,
  output: Output,
): Promise<PrivateKey | undefined>;
export async function readPrivateKeyFile(
  path: string | undefined,
  output: Output,
): Promise<PrivateKey | undefined> {
  if (path === undefined) return undefined;
  const key = await withFile(path, () => readPrivateKey(textOf(path)));
  await warnOfReaders(path, output);
  return key;
}

/**
 * Reads the file of a device's private key, and warns where others may read it; the key's 32 bytes. Throws `file-unreadable`,
 * `device-key-invalid`.
 */
export async function readDeviceKeyFile(path: string, output: Output): Promise<Uint8Array> {
  const { rawPrivateKey, readDevicePrivateKey } = await import("../trust/seal/index.js");
  const key = await withFile(path, () => rawPrivateKey(readDevicePrivateKey(textOf(path))));
  await warnOfReaders(path, output);
  return key;
}

/** The option that names whom a file is encrypted to. */
export function encryptOption(): Option {
  return new Option(
    "--encrypt-to <key...>",
    "public keys, .pub, of `wasmote keygen --device`: only these devices can open the file",
  );
}

/**
 * What encrypts a file to the devices whose keys are in these files; what leaves it as it is, where there are none.
 * Throws `file-unreadable`, `device-key-invalid`, `seal-recipients`.
 */
export async function sealFor(
  paths: readonly string[] | undefined,
): Promise<(bytes: Uint8Array) => Uint8Array> {
  if (paths === undefined) return (bytes) => bytes;
  const { checkRecipients, readDevicePublicKey, sealFile } = await import("../trust/seal/index.js");
  const keys: KeyObject[] = [];
  for (const path of paths) keys.push(await withFile(path, () => readDevicePublicKey(textOf(path))));
  checkRecipients(keys);
  return (bytes) => sealFile(bytes, keys);
}

/** What is said of a file that was encrypted. */
export function encryptedLines(paths: readonly string[] | undefined, { length }: Uint8Array): string[] {
  if (paths === undefined) return [];
  const devices = `${paths.length} ${paths.length === 1 ? "key" : "keys"}`;
  return [`encrypted  to ${devices}: ${bytesText(length)}`];
}

async function warnOfReaders(path: string, output: Output): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & othersBits) !== 0) {
    output.talk(`warning: others may read ${path}; chmod 600 ${path} keeps the key yours`);
  }
}
