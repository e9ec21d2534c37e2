import { WasmoteError } from "../errors.js";
import { hexOf, type PrivateKey, type PublicKey, sameBytes } from "../trust/keys.js";
import { signMessage } from "../trust/messages.js";
import type { BoardTrust } from "./answers.js";
import type { Device } from "./device.js";

/** A key that a board is to trust, too, or no longer. */
export interface KeyChange {
  do: "add-key" | "retire-key";
  key: PublicKey;
}

/** Whether what a board tells of its keys names that one. */
export function trusts({ keys }: BoardTrust, { id }: PublicKey): boolean {
  return keys.some((each) => sameBytes(each, id));
}

/**
 * Changes a board's keys by one message for this board, with the number that comes next there.
 *
 * @returns whether anything was to be changed: a key that is added may be trusted already
 * @throws `board-open`, `key-untrusted` where the board does not know the signer, or the key that is to be retired, `key-needed`
 */
export async function changeKey(
  device: Device,
  { do: what, key }: KeyChange,
  signer: PrivateKey,
): Promise<boolean> {
  const trust = await device.trust();
  const file = device.name;
  if (!trust.signed) throw new WasmoteError("board-open", file);
  for (const each of what === "add-key" ? [signer.public] : [signer.public, key])
    if (!trusts(trust, each)) throw new WasmoteError("key-untrusted", hexOf(each.id), { file });
  if (what === "add-key" && trusts(trust, key)) return false;
  const forBoard = trust.device === undefined ? {} : { device: trust.device };
  const message = { do: what, key: key.bytes, seq: trust.seq + 1, ...forBoard };
  const isDone = (now: BoardTrust): boolean => trusts(now, key) === (what === "add-key");
  await device.sendMessage(signMessage(message, signer), isDone).catch((error: unknown) => {
    const isNeeded = error instanceof WasmoteError && error.code === "board-busy";
    throw isNeeded ? new WasmoteError("key-needed", hexOf(key.id), { file }) : error;
  });
  return true;
}
