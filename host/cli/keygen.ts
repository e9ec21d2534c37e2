import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { UsageError } from "./errors.js";
import { makeFolder, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";

interface KeygenOptions {
  out: string;
  force?: boolean;
  json?: boolean;
}

const help = `
The private key, KEY.pem, is PKCS#8 in PEM, and only you may read it: keep it off servers and out of repositories, with a copy
that is locked away. Who has it can sign for your boards; without it, nobody can. The public key, KEY.pub, is SPKI in PEM: it
is for everyone who verifies, and for firmware. openssl reads both.

Example: wasmote keygen -o release.pem`;

/** Permissions of a private key's file: its owner reads and writes it, nobody else. */
const privateMode = 0o600;

/** Adds the command `keygen` to the program. */
export function registerKeygen(program: Command, output: Output): void {
  const command = program
    .command("keygen")
    .description("Make a key that signs models: Ed25519, with its public key beside it.")
    .requiredOption(
      "-o, --out <file>",
      "the private key's file, .pem; the public key's has .pub instead; folders are made",
    )
    .option("--force", "replace a key that is there")
    .option("--json", "print the files and the public key as JSON")
    .action((options: KeygenOptions) => keygen(options, output));
  addHelp(command, help);
}

async function keygen({ out, force, json }: KeygenOptions, output: Output): Promise<void> {
  const publicFile = `${out.replace(/\.pem$/i, "")}.pub`;
  if (/\.pub$/i.test(out)) throw new UsageError(`${out} is a public key's name`, "Give -o KEY.pem.");
  for (const path of [out, publicFile]) await requireFree(path, force === true);
  const { generateKey, hexOf, privateKeyPem, publicKeyPem } = await import("../trust/keys.js");
  const key = generateKey();
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  await makeFolder(dirname(out));
  await writeFilesAtomically([
    { path: out, bytes: bytesOf(privateKeyPem(key)), mode: privateMode },
    { path: publicFile, bytes: bytesOf(publicKeyPem(key.public)) },
  ]);
  output.talk(`wrote ${out}, which only you may read, and ${publicFile}`);
  const [id, publicKey] = [hexOf(key.public.id), hexOf(key.public.bytes)];
  if (json) output.json({ privateKeyFile: out, publicKeyFile: publicFile, id, publicKey });
  else output.data([`key     ${id}`, `public  ${publicKey}`]);
}

/** A private key goes to a regular file alone, and over another key only by force. */
async function requireFree(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile()) throw new UsageError(`${path} is no regular file`, "Give -o the name of a file.");
  if (!force) throw new WasmoteError("key-exists", "nothing was made", { file: path });
}
