import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { withBoard } from "./board-line.js";
import { portOption } from "./board-runner.js";
import { ofNoUse, UsageError } from "./errors.js";
import { makeFolder, privateMode, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";

interface KeygenOptions {
  out: string;
  device?: boolean;
  port?: string;
  force?: boolean;
  json?: boolean;
}

const help = `
The private key, KEY.pem, is PKCS#8 in PEM, and only you may read it: keep it off servers and out of repositories, with a copy
that is locked away. Who has it can sign for your boards; without it, nobody can. The public key, KEY.pub, is SPKI in PEM: it
is for everyone who verifies, and for firmware. openssl reads both.

With --device the key is X25519, for a device or a group of them: \`sign --encrypt-to\` takes the public one, \`firmware --device-key\`
the private one. A board that makes its own key tells its public half at --port.

Examples: wasmote keygen -o release.pem
          wasmote keygen --device -o board.pem
          wasmote keygen --device --port auto -o board.pub`;

/** Adds the command `keygen` to the program. */
export function registerKeygen(program: Command, output: Output): void {
  const command = program
    .command("keygen")
    .description("Make a key that signs models, or one that models are encrypted to.")
    .requiredOption(
      "-o, --out <file>",
      "the private key's file, .pem; the public key's has .pub instead; folders are made",
    )
    .option("--device", "a device's key, to which models are encrypted")
    .addOption(portOption())
    .option("--force", "replace a key that is there")
    .option("--json", "print the files and the public key as JSON")
    .action((options: KeygenOptions) => keygen(options, output));
  addHelp(command, help);
}

async function keygen(options: KeygenOptions, output: Output): Promise<void> {
  const { out, device, port, force, json } = options;
  if (port !== undefined) return boardKey(options, port, output);
  const publicFile = `${out.replace(/\.pem$/i, "")}.pub`;
  if (/\.pub$/i.test(out)) throw new UsageError(`${out} is a public key's name`, "Give -o KEY.pem.");
  for (const path of [out, publicFile]) await requireFree(path, force === true);
  const { privatePem, publicPem, id, publicKey } = await (device ? deviceKey() : signingKey());
  await makeFolder(dirname(out));
  await writeFilesAtomically([
    { path: out, bytes: bytesOf(privatePem), mode: privateMode },
    { path: publicFile, bytes: bytesOf(publicPem) },
  ]);
  output.talk(`wrote ${out}, which only you may read, and ${publicFile}`);
  if (json) output.json({ privateKeyFile: out, publicKeyFile: publicFile, id, publicKey });
  else output.data([`key     ${id}`, `public  ${publicKey}`]);
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A new key, as it is written and told. */
interface NewKey {
  privatePem: string;
  publicPem: string;
  /** Hexadecimal, as the public key. */
  id: string;
  publicKey: string;
}

async function signingKey(): Promise<NewKey> {
  const { generateKey, hexOf, privateKeyPem, publicKeyPem } = await import("../trust/keys.js");
  const key = generateKey();
  return {
    privatePem: privateKeyPem(key),
    publicPem: publicKeyPem(key.public),
    id: hexOf(key.public.id),
    publicKey: hexOf(key.public.bytes),
  };
}

async function deviceKey(): Promise<NewKey> {
  const { deviceKeyId, generateDeviceKeyPair, rawPublicKey, readDevicePublicKey } = await import(
    "../trust/seal/index.js"
  );
  const { hexOf } = await import("../trust/keys.js");
  const { privateKey, publicKey } = generateDeviceKeyPair();
  const raw = rawPublicKey(readDevicePublicKey(publicKey));
  return { privatePem: privateKey, publicPem: publicKey, id: hexOf(deviceKeyId(raw)), publicKey: hexOf(raw) };
}

/** The public half of the key that a board has, or makes when it is asked for it. */
async function boardKey(
  { out, device, force, json }: KeygenOptions,
  port: string,
  output: Output,
): Promise<void> {
  if (!device) throw ofNoUse("--port", "a key that signs is made on this machine; --device asks a board");
  if (!/\.pub$/i.test(out)) throw new UsageError(`${out} is no public key's name`, "Give -o KEY.pub.");
  await requireFree(out, force === true);
  const { deviceKeyId, devicePublicPem } = await import("../trust/seal/index.js");
  const { hexOf } = await import("../trust/keys.js");
  const raw = await withBoard({ port }, output, (board) => board.deviceKey());
  await makeFolder(dirname(out));
  await writeFilesAtomically([{ path: out, bytes: bytesOf(devicePublicPem(raw)) }]);
  output.talk(`wrote ${out}: the key of the board at ${port}`);
  const [id, publicKey] = [hexOf(deviceKeyId(raw)), hexOf(raw)];
  if (json) output.json({ publicKeyFile: out, id, publicKey });
  else output.data([`key     ${id}`, `public  ${publicKey}`]);
}

/** A private key goes to a regular file alone, and over another key only by force. */
async function requireFree(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile()) throw new UsageError(`${path} is no regular file`, "Give -o the name of a file.");
  if (!force) throw new WasmoteError("key-exists", "nothing was made", { file: path });
}
