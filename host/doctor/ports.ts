import { type Access, portAccess, portGroup } from "./access.js";
import { loads } from "./emulators.js";
import type { Finding } from "./findings.js";
import { type Machine, namesIn, readText } from "./machine.js";
import { asRoot, isWsl, npmCommand } from "./mend.js";

/** What talking to a board over a serial port takes: the package serialport, and the right to open ports. */
export async function checkPorts(machine: Machine): Promise<Finding[]> {
  return [
    await packageFinding(machine),
    ...(await accessFindings(machine)),
    ...wslFindings(machine),
    ...grabberFindings(machine),
  ];
}

async function packageFinding(machine: Machine): Promise<Finding> {
  const neededFor = "push, run, bench and monitor with --port";
  const found = { room: "ports", what: "serialport", neededFor } as const;
  if (await loads(machine, "serialport")) return { ...found, state: "ok" };
  return { ...found, state: "missing", mend: npmCommand("serialport") };
}

async function accessFindings(machine: Machine): Promise<Finding[]> {
  const group = await portGroup(machine);
  if (group === undefined) return [];
  const found = {
    room: "ports",
    what: `group ${group.name}`,
    neededFor: "opening serial ports",
  } as const;
  const access: Access = await portAccess(machine);
  const { uid, name } = machine.user;
  if (access.allowed) return [{ ...found, state: "ok", detail: uid === 0 ? "root needs none" : name }];
  if (group.members.includes(name)) {
    return [
      {
        ...found,
        state: "missing",
        detail: `${name} is in it since this session began`,
        mend: `newgrp ${group.name}`,
        afterwards: "or log in again, for good",
      },
    ];
  }
  return [
    {
      ...found,
      state: "missing",
      detail: `${name || "this user"} is not in it`,
      mend: `sudo usermod -aG ${group.name} $USER`,
      afterwards: "log in again",
    },
  ];
}

/** Source: Microsoft, "Connect USB devices" (WSL). */
function wslFindings(machine: Machine): Finding[] {
  if (!isWsl(machine)) return [];
  return [
    {
      room: "ports",
      what: "WSL",
      state: "hint",
      detail: "a USB device is not here before Windows attaches it",
      neededFor: "boards plugged in",
      mend: "usbipd attach --wsl --busid BUSID",
      afterwards: "ask again; in Windows, `usbipd list` tells BUSID",
    },
  ];
}

/**
 * Services that open ports of boards by themselves, and what they do to them.
 * Sources: ModemManager(8); brltty's udev rules, which take the CH340's USB id for a Braille display's.
 */
const grabbers: Readonly<Record<string, string>> = {
  ModemManager: "it talks to new serial ports for seconds, as if to modems",
  brltty: "it takes ports with a CH340 or CP210x for Braille displays",
};

function grabberFindings(machine: Machine): Finding[] {
  if (machine.platform !== "linux") return [];
  const running = new Set(
    namesIn(machine, "proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readText(machine, `proc/${name}/comm`)?.trim()),
  );
  return Object.entries(grabbers)
    .filter(([name]) => running.has(name))
    .map(([name, does]) => ({
      room: "ports",
      what: name,
      state: "hint",
      detail: does,
      neededFor: "modems and Braille displays alone",
      mend: asRoot(machine, `systemctl disable --now ${name}`),
    }));
}
