import { readdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";

/** Folders in which this system mounts removable volumes. */
export function mountFolders(): string[] {
  if (process.platform === "darwin") return ["/Volumes"];
  const { username } = userInfo();
  return [`/media/${username}`, `/run/media/${username}`, "/media", "/mnt"];
}

/** Paths of the volumes that may be mounted: what is in those folders; on Windows every letter of a drive. */
export function mountedVolumes(folders: readonly string[] = mountFolders()): string[] {
  if (process.platform !== "win32") return folders.flatMap(entriesOf);
  return Array.from({ length: 26 }, (_, i) => `${String.fromCharCode(65 + i)}:\\`);
}

/** The text of a file in a volume; undefined where there is none that can be read. */
export function textAt(path: string, name: string): string | undefined {
  try {
    return readFileSync(join(path, name), "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Writes a file to a boot loader's volume. The boot loader restarts with the last block, so that closing the file may fail
 * although all was written.
 */
export async function copyWhole(bytes: Uint8Array, target: string): Promise<void> {
  const file = await open(target, "w");
  try {
    await file.writeFile(bytes);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.sync().catch(() => undefined);
  await file.close().catch(() => undefined);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((entry) => join(folder, entry));
  } catch {
    return [];
  }
}
