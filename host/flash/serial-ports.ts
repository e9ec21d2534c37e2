import { realpathSync } from "node:fs";
import { openPort } from "../device/open-port.js";
import { type PortClass, realPorts } from "../device/serial-transport.js";
import { touchPort } from "../device/touch-port.js";
import type { Transport } from "../device/transport.js";

/** A serial port of this machine. */
export interface SerialPortInfo {
  /** Its name, as `/dev/ttyACM0` or `COM3`. */
  path: string;
  /** USB id as "vendor:product", in lower-case hexadecimal digits. */
  id?: string;
  /** USB serial number. */
  serial?: string;
}

/** The serial ports of this machine, and what flashing does with them. */
export interface SerialPorts {
  /** Those that are there; none where the package `serialport` is not installed. */
  list(): Promise<readonly SerialPortInfo[]>;
  /** Opens a port at 1200 baud and closes it. Throws `port-unavailable`, `package-missing`. */
  touch(path: string): Promise<void>;
  /** Opens a line. Throws `port-unavailable`, `package-missing`. */
  open(path: string, baud: number): Promise<Transport>;
}

/** This system's own. */
export const systemPorts: SerialPorts = {
  list: () => serialPorts(),
  touch: (path) => touchPort(path),
  open: (path, baud) => openPort(path, baud),
};

/** The serial ports of this machine; none where the package `serialport` is not installed. */
export async function serialPorts(load: () => Promise<PortClass> = realPorts): Promise<SerialPortInfo[]> {
  const found = await load()
    .then((ports) => ports.list())
    .catch(() => []);
  return found.map(({ path, vendorId, productId, serialNumber }) => ({
    path,
    ...(vendorId && productId ? { id: `${digits(vendorId)}:${digits(productId)}` } : {}),
    ...(serialNumber ? { serial: serialNumber } : {}),
  }));
}

/** Half of a USB id, of which systems write zeros at its beginning or not. */
function digits(half: string): string {
  return half.toLowerCase().padStart(4, "0");
}

/** "/dev/ttyACM0 (2341:805a)". */
export function describePort({ path, id }: SerialPortInfo): string {
  return id === undefined ? path : `${path} (${id})`;
}

/** Whether `--device` names a serial port. */
export function isPort(wanted: string): boolean {
  return /^(\/dev\/|COM\d)/i.test(wanted);
}

/** Whether a port is the one named, whose name may be a link as those in `/dev/serial/by-id`. */
export function isSamePort({ path }: SerialPortInfo, wanted: string): boolean {
  return path === wanted || path === realPath(wanted);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
