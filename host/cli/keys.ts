import type { Command } from "commander";
import type { KeyChange } from "../device/board-keys.js";
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

const changed = { "add-key": "is added", "retire-key": "is retired" } as const;

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
  const { changeKey } = await import("../device/board-keys.js");
  await withBoard(options, output, async (device) => {
    if (signer !== undefined) {
      for (const each of changes) {
        const isChanged = await changeKey(device, each, signer);
        const became = isChanged ? changed[each.do] : "is trusted already";
        output.talk(`key ${hexOf(each.key.id)} ${became}`);
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
