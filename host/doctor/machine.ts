import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Board } from "../boards/index.js";
import { type SerialPortInfo, usbIdOf } from "../device/find-port.js";
import { linuxPorts } from "../device/linux-ports.js";
import { WasmoteError } from "../errors.js";
import { prebuiltFirmware } from "../firmware/prebuilt.js";
import type { Flasher } from "../flash/index.js";
import { uf2Volumes } from "../flash/uf2-volume.js";
import { type UsbDevice, usbDevices } from "../flash/usb-devices.js";
import type { FirmwareVolume } from "../flash/volume-copy.js";
import { findComplete, findProgram } from "../tools/find.js";
import type { Program } from "../tools/packages.js";

/** Whether a board's firmware came compiled; why it cannot be taken, where the package with it is installed. */
export interface Prebuilt {
  found: boolean;
  why?: string;
}

/** A port that a board may be behind. */
export interface SerialPort {
  path: string;
  /** "vendor:product" of the USB device that it belongs to, where that can be told. */
  usb?: string;
}

/** What checks may know of a machine. The system's files are read below `root`, so that others can stand in for them. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** Without the "v". */
  nodeVersion: string;
  /** Folder that holds `dev`, `etc`, `proc`, `sys`, `usr`. */
  root: string;
  /** `uid` and the groups of this process; undefined on Windows. */
  user: { name: string; uid?: number; groups: readonly number[] };
  /** Path of a program of this name. */
  find(name: string): string | undefined;
  /** As `find`; undefined where the program lacks its library. */
  findComplete(program: Program): string | undefined;
  /** Loads a package of npm's. Throws where it is not installed, or does not load. */
  load(name: string): Promise<unknown>;
  /** Loads wasm3's addon. Throws where there is none. */
  prepareWasm3(): Promise<void>;
  /** Connected USB devices; undefined where they cannot be listed. */
  usbDevices(): Promise<UsbDevice[] | undefined>;
  /** Mounted volumes of UF2 boot loaders. */
  volumes(): FirmwareVolume[];
  /** Group and permission bits of a file of the system, by its path without the root. */
  owner(path: string): { group: number; mode: number } | undefined;
  /** Whether this process may read and write a file of the system. */
  isWritable(path: string): boolean;
  /** The program that a way of flashing lacks; undefined where it has what it takes. */
  flasherLacks(flasher: Flasher): Promise<Program | undefined>;
  /** Whether a board's firmware came compiled. */
  prebuilt(board: Board): Prebuilt;
}

/** The machine on which this runs. */
export function thisMachine(): Machine {
  const root = "/";
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    root,
    user: thisUser(),
    find: (name) => findProgram(name),
    findComplete,
    load: (name) => import(name),
    prepareWasm3: async () => (await import("../run/wasm3.js")).prepareWasm3({}),
    usbDevices,
    volumes: uf2Volumes,
    owner: (path) => {
      try {
        const { gid: group, mode } = statSync(join(root, path));
        return { group, mode };
      } catch {
        return undefined;
      }
    },
    isWritable: (path) => {
      try {
        accessSync(join(root, path), constants.R_OK | constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
    flasherLacks: (flasher) => flasher.lacks(),
    prebuilt: installedFirmware,
  };
}

/** Text of a file of the system; undefined where it cannot be read. */
export function readText(machine: Machine, path: string): string | undefined {
  try {
    return readFileSync(join(machine.root, path), "utf8");
  } catch {
    return undefined;
  }
}

/** Names in a folder of the system, sorted; none where it cannot be read. */
export function namesIn(machine: Machine, folder: string): string[] {
  try {
    return readdirSync(join(machine.root, folder)).sort();
  } catch {
    return [];
  }
}

/**
 * Serial ports of boards and of their probes: those of USB devices, on Linux from sysfs, on macOS by their names in /dev, on
 * Windows what the package serialport lists. Source: Linux, Documentation/admin-guide/devices.txt.
 */
export async function serialPorts(machine: Machine): Promise<SerialPort[]> {
  if (machine.platform === "win32") return listedPorts(machine);
  if (machine.platform === "linux") return usbPorts(linuxPorts(machine.root));
  return namesIn(machine, "dev")
    .filter((name) => /^cu\.(usb|SLAB|wch)/.test(name))
    .map((name) => ({ path: `/dev/${name}` }));
}

function usbPorts(ports: readonly SerialPortInfo[]): SerialPort[] {
  return ports.flatMap((port) => {
    const usb = usbIdOf(port);
    return usb === undefined ? [] : [{ path: port.path, usb }];
  });
}

async function listedPorts(machine: Machine): Promise<SerialPort[]> {
  try {
    const { SerialPort } = (await machine.load("serialport")) as {
      SerialPort: { list(): Promise<SerialPortInfo[]> };
    };
    return usbPorts(await SerialPort.list());
  } catch {
    return [];
  }
}

function thisUser(): Machine["user"] {
  const groups = [...(process.getgroups?.() ?? []), ...(process.getgid ? [process.getgid()] : [])];
  const uid = process.getuid?.();
  let name = "";
  try {
    name = userInfo().username;
  } catch {
    // A user of a container need not have a name.
  }
  return { name, ...(uid === undefined ? {} : { uid }), groups };
}

function installedFirmware(board: Board): Prebuilt {
  try {
    const { firmware, why } = prebuiltFirmware(board);
    return { found: firmware !== undefined, ...(why === undefined ? {} : { why }) };
  } catch (error) {
    if (error instanceof WasmoteError) return { found: false, why: error.message };
    throw error;
  }
}
