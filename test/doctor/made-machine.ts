import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Board, loadBoard } from "../../host/boards/index.js";
import type { Machine } from "../../host/doctor/index.js";
import { linuxDevices } from "../../host/flash/usb-devices.js";
import type { Program } from "../../host/tools/packages.js";

const folders: string[] = [];

/** Removes the files of all machines that were made. */
export function removeMachines(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** What a machine is made of; what is not said is that of a newly installed Debian on which anna works. */
export interface Parts extends Partial<Omit<Machine, "find" | "findComplete" | "load">> {
  /** Files of the system by their paths, and links where the text begins with "-> ". */
  files?: Readonly<Record<string, string>>;
  /** Programs in PATH; a compiler followed by "-" lacks picolibc. */
  programs?: readonly string[];
  /** Packages of npm's that load. */
  packages?: readonly string[];
  /** Paths that anna may write to. */
  writable?: readonly string[];
}

/** What each way of flashing starts, but for those that copy to a volume. */
const flashPrograms: Readonly<Partial<Record<string, Program>>> = {
  openocd: "openocd",
  "st-flash": "st-flash",
  "dfu-util": "dfu-util",
  esptool: "esptool",
};

/** The group database of a newly installed Debian, as far as it matters, with anna among the members of these. */
export function groupFile(...of: readonly string[]): string {
  const line = (name: string, id: number) => `${name}:x:${id}:${of.includes(name) ? "root,anna" : ""}`;
  return [
    line("root", 0),
    line("uucp", 10),
    line("dialout", 20),
    line("plugdev", 46),
    "anna:x:1000:",
    "",
  ].join("\n");
}

/** A folder of its own with files of a system, and links where the text begins with "-> ". */
export function madeRoot(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "wasmote-machine-"));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith("-> ")) symlinkSync(text.slice(3), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

/** A machine that is made of files in a folder of its own, and of facts. */
export function madeMachine(parts: Parts = {}): Machine {
  const { files = {}, programs = [], packages = [], writable = [], ...facts } = parts;
  const root = madeRoot({ "etc/group": groupFile(), ...files });
  return {
    platform: "linux",
    arch: "x64",
    nodeVersion: "22.1.0",
    root,
    user: { name: "anna", uid: 1000, groups: [1000] },
    find: (name) =>
      programs.includes(name) || programs.includes(`${name}-`) ? `/usr/bin/${name}` : undefined,
    findComplete: (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined),
    load: async (name) => {
      if (!packages.includes(name)) throw new Error(`Cannot find package '${name}'`);
      return {};
    },
    prepareWasm3: async () => undefined,
    usbDevices: async () => linuxDevices(join(root, "sys/bus/usb/devices")),
    volumes: () => [],
    owner: () => undefined,
    isWritable: (path) => writable.includes(path),
    flasherLacks: async ({ name }) => {
      const program = flashPrograms[name];
      return program === undefined || programs.includes(program) ? undefined : program;
    },
    prebuilt: () => ({ found: false }),
    ...facts,
  };
}

/** Files of Linux's for a USB device, and for its serial port where it has one. */
export function usbFiles(id: string, product: string, number: number, port?: string): Record<string, string> {
  const [vendor = "", productId = ""] = id.split(":");
  const device = `sys/devices/usb1/1-${number}`;
  const fields = { idVendor: vendor, idProduct: productId, product, busnum: "1", devnum: `${number}` };
  const files: Record<string, string> = {
    [`sys/bus/usb/devices/1-${number}`]: `-> ../../../devices/usb1/1-${number}`,
  };
  for (const [name, value] of Object.entries(fields)) files[`${device}/${name}`] = `${value}\n`;
  if (port !== undefined) {
    files[`dev/${port}`] = "";
    files[`${device}/1-${number}:1.0/bInterfaceClass`] = "02\n";
    files[`sys/class/tty/${port}/device`] = `-> ../../../devices/usb1/1-${number}/1-${number}:1.0`;
  }
  return files;
}

/** Programs that build the firmware of every board. */
export const builders = ["cmake", "make", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"];

/** Boards that tests ask about: each way to flash, several that share a probe, and emulators alone. */
const names = [
  ...["arduino-nano-33-ble", "esp32-c3", "microbit-v2", "mps2-an385", "netduino-plus-2", "nucleo-l4r5zi"],
  ...["pico", "pico-2", "qemu-rv32"],
];

/** A board as its file says, but with these ways to flash it alone, so that what is told of them stays when others come. */
export function knownBoard(name: string): Board {
  const board = loadBoard(name);
  const known = board.flashMethods.filter(({ method }) => method === "uf2" || method in flashPrograms);
  return { ...board, flashMethods: known };
}

/** Those boards. */
export function knownBoards(): Board[] {
  return names.map(knownBoard);
}
