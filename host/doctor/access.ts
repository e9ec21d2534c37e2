import { type Machine, readText, serialPorts } from "./machine.js";

/** Whether this user may open a kind of device, and what is lacking where not. */
export type Access = { allowed: true } | { allowed: false; lacks: string };

/** A group of the system. */
export interface Group {
  name: string;
  id: number;
  members: string[];
}

/**
 * Groups that own serial ports: most systems', and Arch's, which has not the first.
 * Sources: systemd's 50-udev-default.rules; Debian Wiki "SystemGroups"; Arch Wiki "Users and groups".
 */
const portGroups = ["dialout", "uucp"];

/** Bits of a file's mode that let its group read and write. Source: POSIX, <sys/stat.h>. */
const groupMayOpen = 0o060;

/** Reads /etc/group. Source: group(5). */
export function systemGroups(machine: Machine): Group[] {
  return (readText(machine, "etc/group") ?? "").split("\n").flatMap((line) => {
    const [name, , id, members] = line.split(":");
    if (!name || !/^\d+$/.test(id ?? "")) return [];
    return [{ name, id: Number(id), members: (members ?? "").split(",").filter((member) => member !== "") }];
  });
}

/**
 * The group whose members may open serial ports: that of the ports that are there, or else what this system's would be
 * in; undefined where there is none, as on macOS and Windows, where ports are open to all.
 */
export async function portGroup(machine: Machine): Promise<Group | undefined> {
  if (machine.platform !== "linux") return undefined;
  const groups = systemGroups(machine);
  for (const { path } of await serialPorts(machine)) {
    const owner = machine.owner(path);
    const group = groups.find(({ id }) => id === owner?.group);
    if (group !== undefined && ((owner?.mode ?? 0) & groupMayOpen) === groupMayOpen) return group;
  }
  return portGroups.flatMap((own) => groups.find(({ name }) => name === own) ?? [])[0];
}

/** Whether this user may open serial ports. */
export async function portAccess(machine: Machine): Promise<Access> {
  if (machine.user.uid === 0) return { allowed: true };
  const ports = await serialPorts(machine);
  if (machine.platform !== "linux") return { allowed: true };
  if (ports.length > 0 && ports.every(({ path }) => machine.isWritable(path))) return { allowed: true };
  const group = await portGroup(machine);
  if (group === undefined || machine.user.groups.includes(group.id)) return { allowed: true };
  return { allowed: false, lacks: `group ${group.name}` };
}
