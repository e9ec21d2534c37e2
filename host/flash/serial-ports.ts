import { openPort } from "../device/open-port.js";
import { type SerialPortInfo, serialPorts, touchPort } from "../device/serial-transport.js";
import type { Transport } from "../device/transport.js";

export type { SerialPortInfo } from "../device/serial-transport.js";

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
export const systemPorts: SerialPorts = { list: serialPorts, touch: touchPort, open: openPort };

/** "/dev/ttyACM0 (2341:805a)". */
export function describePort({ path, id }: SerialPortInfo): string {
  return id === undefined ? path : `${path} (${id})`;
}

/** Whether `--device` names a serial port. */
export function isPort(wanted: string): boolean {
  return /^(\/dev\/|COM\d)/i.test(wanted);
}
