import type { Duplex } from "node:stream";
import { WasmoteError } from "../errors.js";
import { Ending } from "./ending.js";
import type { Transport } from "./transport.js";

/** What of serialport's ports this takes, which those of its mock have as well. */
interface Port extends Duplex {
  readonly isOpen: boolean;
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  set(signals: { dtr: boolean; rts: boolean }, done: (error: Error | null) => void): void;
}

interface ListedPort {
  path: string;
  manufacturer?: string;
  vendorId?: string;
  productId?: string;
  serialNumber?: string;
}

/** A class of such ports. */
interface PortClass {
  new (options: { path: string; baudRate: number; autoOpen: boolean }): Port;
  list(): Promise<ListedPort[]>;
}

/** A serial port of this machine. */
export interface SerialPortInfo {
  /** Its name, as `/dev/ttyACM0` or `COM3`. */
  path: string;
  /** USB id as "vendor:product", in lower-case hexadecimal digits. */
  id?: string;
  /** USB serial number. */
  serial?: string;
}

const touchBaud = 1200;

/**
 * A line over a serial port, 8 data bits, no parity, 1 stop bit.
 *
 * @param path name of the port, as `/dev/ttyACM0` or `COM3`
 * @param load gives the class of ports
 * @throws `package-missing` where the package `serialport` is not installed, `port-unavailable`
 */
export async function serialTransport(
  path: string,
  baud: number,
  load: () => Promise<PortClass> = realPorts,
): Promise<Transport> {
  const port = await openedPort(path, baud, load);
  const ending = new Ending();
  port.on("error", (error) => ending.reach(error.message));
  port.on("close", () => ending.reach("the port was disconnected"));
  return {
    name: path,
    write: (bytes) => {
      if (!ending.reached) port.write(Buffer.from(bytes));
    },
    onData: (listener) => {
      port.removeAllListeners("data");
      port.on("data", listener);
    },
    onEnd: (listener) => ending.tell(listener),
    close: () => {
      ending.close();
      return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
    },
  };
}

/**
 * Opens a port at 1200 baud, drops DTR and closes it: by that, boards that are programmed as Arduino's are asked to start
 * their boot loader. Source: Arduino, "Platform specification", `upload.use_1200bps_touch`.
 *
 * @param load gives the class of ports
 * @throws `package-missing` where the package `serialport` is not installed, `port-unavailable`
 */
export async function touchPort(path: string, load: () => Promise<PortClass> = realPorts): Promise<void> {
  const port = await openedPort(path, touchBaud, load);
  // The board may be gone at once, so that the port cannot be set or closed any more.
  port.on("error", () => undefined);
  await new Promise<void>((resolve) => port.set({ dtr: false, rts: false }, () => resolve()));
  await new Promise<void>((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
}

/** The serial ports of this machine; none where the package `serialport` is not installed. */
export async function serialPorts(load: () => Promise<PortClass> = realPorts): Promise<SerialPortInfo[]> {
  const found = await load()
    .then((ports) => ports.list())
    .catch(() => []);
  return found.map(({ path, vendorId, productId, serialNumber }) => ({
    path,
    ...(vendorId && productId ? { id: `${vendorId}:${productId}`.toLowerCase() } : {}),
    ...(serialNumber ? { serial: serialNumber } : {}),
  }));
}

async function openedPort(path: string, baud: number, load: () => Promise<PortClass>): Promise<Port> {
  const ports = await load().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new WasmoteError("package-missing", `serialport (${reason})`);
  });
  const port = new ports({ path, baudRate: baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open(async (error) => {
      if (error === null) resolve();
      else reject(new WasmoteError("port-unavailable", `${path}: ${error.message}${await portList(ports)}`));
    });
  });
  return port;
}

async function realPorts(): Promise<PortClass> {
  return (await import("serialport")).SerialPort;
}

async function portList(ports: PortClass): Promise<string> {
  const found = await ports.list().catch(() => []);
  const names = found.map(({ path, manufacturer }) => (manufacturer ? `${path} (${manufacturer})` : path));
  return names.length === 0 ? "; there are no serial ports" : `; there are ${names.join(", ")}`;
}
