import type { Command } from "commander";
import type { BoardTrust } from "../device/answers.js";
import type { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import type { PrivateKey, PublicKey } from "../trust/keys.js";
import { type LineOptions, lineOptions, trustText, withBoard } from "./board-line.js";
import { ofNoUse, UsageError } from "./errors.js";
import { addHelp } from "./help.js";
import { readPrivateKeyFile, readPublicKeyFiles } from "./key-files.js";
import type { Output } from "./output.js";

interface KeysOptions extends LineOptions {
  add?: string;
  retire?: string;
  key?: string;
  json?: boolean;
}

const help = `
A board tells the ids of the keys that it trusts: the beginning of the public key's SHA-256, as \`keygen\` prints it. The last one,
and the one that the confirmed model needs, cannot be retired. With --add and --retire, the new key is added first. What changes the
keys is signed for this board, with a number that it takes once.

Example: wasmote keys --port auto --add new.pub --retire old.pub --key release.pem`;

/** Adds the command `keys` to the program. */
export function registerKeys(program: Command, output: Output): void {
  const command = program
    .command("keys")
    .description("List the keys that a board trusts; add or retire one.");
  for (const option of lineOptions()) command.addOption(option);
  command
    .option("--add <file>", "a public key, .pub, that it is to trust, too")
    .option("--retire <file>", "a public key, .pub, that it is to trust no longer")
    .option("--key <file>", "the private key, .pem, of one that it trusts: it signs the change")
    .option("--json", "print what the board tells as JSON")
    .action((options: KeysOptions) => keys(options, output));
  addHelp(command, help);
}

async function keys(options: KeysOptions, output: Output): Promise<void> {
  const changes = await changesOf(options);
  if (changes.length > 0 && options.key === undefined)
    throw new UsageError(
      "--add and --retire take --key",
      "Give --key KEY.pem, of a key that the board trusts.",
    );
  if (changes.length === 0 && options.key !== undefined) throw ofNoUse("--key", "nothing is changed");
  const signer = await readPrivateKeyFile(options.key, output);
  const { hexOf } = await import("../trust/keys.js");
  await withBoard(options, output, async (device) => {
    if (signer !== undefined) {
      for (const each of changes) {
        output.talk(`key ${hexOf(each.key.id)} ${await change(device, each, signer)}`);
      }
    }
    const trust = await device.trust();
    const ids = trust.keys.map(hexOf);
    if (options.json) {
      const { signed, seq, device: number } = trust;
      output.json({ signed, device: number === undefined ? null : hexOf(number), seq, keys: ids });
    } else output.data(ids);
    output.talk(trustText(trust));
  });
}

interface KeyChange {
  do: "add-key" | "retire-key";
  key: PublicKey;
}

async function changesOf({ add, retire }: KeysOptions): Promise<KeyChange[]> {
  const changes: KeyChange[] = [];
  for (const [what, path] of [
    ["add-key", add],
    ["retire-key", retire],
  ] as const) {
    if (path === undefined) continue;
    for (const { key } of await readPublicKeyFiles([path])) changes.push({ do: what, key });
  }
  return changes;
}

/** Sends one message that changes the board's keys, with the number that comes next there; what became of the key, for people. */
async function change(device: Device, { do: what, key }: KeyChange, signer: PrivateKey): Promise<string> {
  const [{ signMessage }, trust] = [await import("../trust/messages.js"), await device.trust()];
  if (!trust.signed) throw new WasmoteError("board-open", device.name);
  requireTrusted(device, trust, signer.public);
  if (what === "retire-key") requireTrusted(device, trust, key);
  else if (isTrusted(trust, key)) return "is trusted already";
  const forBoard = trust.device === undefined ? {} : { device: trust.device };
  const message = { do: what, key: key.bytes, seq: trust.seq + 1, ...forBoard };
  await device.sendMessage(signMessage(message, signer)).catch(async (error: unknown) => {
    const code = error instanceof WasmoteError ? error.code : undefined;
    if (code === "board-busy") throw new WasmoteError("key-needed", hex(key.id), { file: device.name });
    // The message came a second time, after its answer was lost.
    const isDone = async (): Promise<boolean> =>
      isTrusted(await device.trust(), key) === (what === "add-key");
    if (code !== "board-older" || !(await isDone())) throw error;
  });
  return what === "add-key" ? "is added" : "is retired";
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function isTrusted({ keys: trusted }: BoardTrust, { id }: PublicKey): boolean {
  return trusted.some((each) => hex(each) === hex(id));
}

function requireTrusted(device: Device, trust: BoardTrust, key: PublicKey): void {
  if (!isTrusted(trust, key)) throw new WasmoteError("key-untrusted", hex(key.id), { file: device.name });
}
