import type { Board } from "../boards/index.js";
import { flasherFor } from "../flash/index.js";
import { type Access, systemGroups } from "./access.js";
import { boardList, type Finding } from "./findings.js";
import { type Machine, namesIn, readText } from "./machine.js";

/** Folders of udev's rules. Source: udev(7). */
const ruleFolders = [
  ...["etc/udev/rules.d", "run/udev/rules.d"],
  ...["usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d"],
];

/** Ours: `uaccess` is obeyed by 73-seat-late.rules, which comes after it. Source: systemd's sd-login, "uaccess". */
const ownRules = "/etc/udev/rules.d/70-wasmote.rules";

/** A rule that gives this user access to USB devices. */
interface Rule {
  vendor: string;
  /** Any product where it names none. */
  product?: string;
}

/**
 * Whether this user may write to the USB devices by which boards are flashed, where that is not over a port or a volume.
 *
 * @param isFlashed whether a board can be flashed without more
 */
export function checkUsbAccess(
  machine: Machine,
  boards: readonly Board[],
  access: UsbAccess,
  isFlashed: (board: string) => boolean,
): Finding[] {
  const needs = boards.flatMap((board) =>
    board.flashMethods
      .map((method) => flasherFor(method))
      .filter(({ takes }) => takes === "usb")
      .flatMap((flasher) => flasher.usbIds(board).map((id) => ({ id, board: board.id }))),
  );
  if (needs.length === 0) return [];
  const neededFor = (all: typeof needs): string =>
    `flashing ${boardList([...new Set(all.map(({ board }) => board))])} over USB`;
  if (machine.platform === "win32") return [{ ...winUsb, neededFor: neededFor(needs) }];
  if (machine.platform !== "linux") return [];
  const found = { room: "flashing", what: "udev rules" } as const;
  const closed = needs.filter(({ id }) => !access.mayWrite(id));
  if (closed.length === 0) {
    const detail = machine.user.uid === 0 ? "root needs none" : "you may write to boards and probes";
    return [{ ...found, state: "ok", detail, neededFor: neededFor(needs) }];
  }
  const needing = closed.filter(({ board }) => !isFlashed(board));
  const vendors = [...new Set(closed.map(({ id }) => id.slice(0, 4)))].sort();
  return [
    {
      ...found,
      state: needing.length === 0 ? "optional" : "missing",
      detail: `you may not write to devices of ${vendors.length === 1 ? "vendor" : "vendors"} ${vendors.join(", ")}`,
      neededFor: neededFor(needing.length === 0 ? closed : needing),
      mend: ruleCommand(vendors, isMember(machine, "plugdev")),
      afterwards: "connect the board again",
    },
  ];
}

/** Windows' own driver for devices without a class. Source: zadig.akeo.ie; libusb's wiki, "Windows". */
const winUsb = {
  room: "flashing",
  what: "WinUSB",
  state: "hint",
  detail: "debug probes and boot loaders need this driver",
  mend: "winget install akeo.ie.Zadig",
  afterwards: "give the device this driver in Zadig",
} as const;

/**
 * One command that writes a rule for these vendors, and has udev read them: for whom sits at the machine, and for the group
 * plugdev where the user is in it, which serves from afar, too. The rule has no spaces, so that no terminal breaks it. Sources: udev(7), udevadm(8), tee(1).
 */
function ruleCommand(vendors: readonly string[], byGroup: boolean): string {
  const group = byGroup ? 'MODE="0660",GROUP="plugdev",' : "";
  const rule = `SUBSYSTEM=="usb",ATTR{idVendor}=="${vendors.join("|")}",${group}TAG+="uaccess"`;
  return `echo '${rule}' | sudo tee ${ownRules} && sudo udevadm control --reload && sudo udevadm trigger`;
}

/** To which USB devices this user may write. */
export interface UsbAccess {
  mayWrite(id: string): boolean;
}

/** Whether this user may write to one of these devices, connected or not. */
export function accessTo({ mayWrite }: UsbAccess, ids: readonly string[]): Access {
  return ids.length === 0 || ids.some(mayWrite) ? { allowed: true } : { allowed: false, lacks: "udev rules" };
}

/**
 * To which USB devices this user may write: to a connected one as its file says, to others as udev's rules will say of
 * them. Only Linux asks.
 */
export async function usbAccess(machine: Machine): Promise<UsbAccess> {
  if (machine.platform !== "linux" || machine.user.uid === 0) return { mayWrite: () => true };
  const present = (await machine.usbDevices()) ?? [];
  const rules = rulesOf(machine);
  return {
    mayWrite: (id) => {
      const nodes = present.flatMap((device) =>
        device.id === id && device.node !== undefined ? [device.node] : [],
      );
      if (nodes.length > 0) return nodes.every((node) => machine.isWritable(node));
      const [vendor = "", product = ""] = id.split(":");
      return rules.some((rule) => matches(rule.vendor, vendor) && matches(rule.product ?? "*", product));
    },
  };
}

function rulesOf(machine: Machine): Rule[] {
  return ruleFolders.flatMap((folder) =>
    namesIn(machine, folder)
      .filter((name) => name.endsWith(".rules"))
      .flatMap((name) => (readText(machine, `${folder}/${name}`) ?? "").replaceAll("\\\n", "").split("\n"))
      .filter((line) => givesAccess(machine, line))
      .flatMap((line) => ruleOf(line) ?? []),
  );
}

/** Whether a line gives this user access: to all, to whom sits at the machine, or to a group that the user is in. */
function givesAccess(machine: Machine, line: string): boolean {
  if (line.trimStart().startsWith("#")) return false;
  if (/TAG\+="uaccess"|\bMODE:?="0?666"/.test(line)) return true;
  const group = /\bGROUP:?="([^"]+)"/.exec(line)?.[1];
  return group !== undefined && /\bMODE:?="0?66[04]"/.test(line) && isMember(machine, group);
}

function isMember(machine: Machine, name: string): boolean {
  return systemGroups(machine).some((group) => group.name === name && machine.user.groups.includes(group.id));
}

/** The devices that a line of a rules file is about. */
function ruleOf(line: string): Rule | undefined {
  const value = (name: string): string | undefined =>
    new RegExp(`ATTRS?\\{${name}\\}=="([^"]+)"`).exec(line)?.[1];
  const vendor = value("idVendor");
  const product = value("idProduct");
  return vendor === undefined ? undefined : { vendor, ...(product === undefined ? {} : { product }) };
}

/** Whether a value fits a pattern of udev's: `*`, `?`, `[...]`, and alternatives between `|`. */
function matches(pattern: string, value: string): boolean {
  const expressions = pattern.split("|").map((part) =>
    part
      .replace(/[.+^${}()\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", "."),
  );
  return expressions.some((expression) => new RegExp(`^(?:${expression})$`, "i").test(value));
}
