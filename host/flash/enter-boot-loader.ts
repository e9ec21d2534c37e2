import { existsSync } from "node:fs";
import type { Board } from "../boards/index.js";
import { Device } from "../device/device.js";
import { WasmoteError } from "../errors.js";
import { debugProbes, matchesUsbId } from "./debug-probes.js";
import type { Flasher } from "./flasher.js";
import { eventually, type Patience } from "./patience.js";
import { describePort, isPort, isSamePort, type SerialPortInfo, type SerialPorts } from "./serial-ports.js";

const afterTouchMillis = 4000;
const afterResetMillis = 8000;
const probes: readonly string[] = Object.values(debugProbes).flat();

/**
 * The serial port of a board that runs its own program, by which it can be asked to start its boot loader: the port named,
 * or the one with a USB id of the board that is neither its boot loader's nor a debug probe's. Undefined where there is none.
 *
 * @throws `device-ambiguous` where several could be meant
 */
export async function runningPort(
  board: Board,
  { bootLoaders = [] }: Flasher,
  wanted: string | undefined,
  ports: SerialPorts,
): Promise<string | undefined> {
  const present = await ports.list();
  const isBoots = ({ id }: SerialPortInfo): boolean => id !== undefined && bootLoaders.includes(id);
  if (wanted !== undefined && isPort(wanted)) {
    const named = present.find((port) => isSamePort(port, wanted));
    return named === undefined ? existing(wanted) : isBoots(named) ? undefined : wanted;
  }
  const matching = present.filter((port) => {
    const { id, serial } = port;
    const own = id !== undefined && ownIds(board).includes(id) && !isBoots(port) && !matchesUsbId(probes, id);
    return own && (wanted === undefined || wanted === id || wanted === serial);
  });
  const [only, ...others] = matching;
  if (others.length > 0)
    throw new WasmoteError("device-ambiguous", `the ports ${matching.map(describePort).join(", ")}`);
  return only?.path;
}

/** A port may be there without being listed. */
function existing(port: string): string | undefined {
  return existsSync(port) ? port : undefined;
}

/** USB ids of a board, that of its own link besides where it has one. */
export function ownIds({ usb, link }: Board): readonly string[] {
  return "id" in link && typeof link.id === "string" ? [...usb, link.id] : usb;
}

/** The speed of a board's line in baud; one over USB takes any. */
export function baudOf({ link }: Board): number {
  return "baud" in link ? link.baud : 115_200;
}

/** What entering a boot loader takes. */
export interface EnterOptions {
  ports: SerialPorts;
  /** The line's speed for SMP, in baud. */
  baud: number;
  /** Whether the boot loader is there. */
  appeared(): Promise<boolean>;
  patience: Patience;
  /** Takes what is being done. */
  onLine?(line: string): void;
}

/**
 * Has a board that runs a program start its boot loader, without a button: its port is opened at 1200 baud and closed, as
 * Arduino's tools do; where nothing comes of that, it is asked by SMP to reset with `boot_mode` 1. Then the boot loader is
 * waited for.
 *
 * @throws `port-unavailable`, `package-missing`, `boot-loader-silent`
 */
export async function enterBootLoader(port: string, options: EnterOptions): Promise<void> {
  const { ports, appeared, patience, onLine } = options;
  onLine?.(`asking the board at ${port} to start its boot loader`);
  await ports.touch(port);
  if (await eventually(appeared, patience, afterTouchMillis)) return;
  const answer = await resetBySmp(port, options);
  if (await eventually(appeared, patience, afterResetMillis)) return;
  throw new WasmoteError(
    "boot-loader-silent",
    `neither after a touch at 1200 baud nor after SMP's reset: ${answer}`,
    {
      file: port,
    },
  );
}

/** Asks for a reset; gives what came of it, for a person. */
async function resetBySmp(port: string, { ports, baud, patience }: EnterOptions): Promise<string> {
  try {
    const limits = { timeoutMillis: 1000 * patience.scale, attempts: 2 };
    const device = new Device(await ports.open(port, baud), limits);
    try {
      await device.startBootLoader();
      return "the board answered it";
    } finally {
      await device.close();
    }
  } catch (error) {
    if (error instanceof WasmoteError) return error.detail;
    throw error;
  }
}
