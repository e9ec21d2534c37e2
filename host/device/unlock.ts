import type { PrivateKey } from "../trust/keys.js";
import type { Device } from "./device.js";

/**
 * Opens a session where the board takes one and there is a key for it. Open firmware may be changed without.
 *
 * @throws `board-untrusted` where the board does not trust the key
 */
export async function unlock(device: Device, key: PrivateKey | undefined): Promise<void> {
  if (key !== undefined && (await device.trust()).signed) await device.openSession(key);
}
