import type { Duplex } from "node:stream";
import { WasmoteError } from "../errors.js";
import { Ending } from "./ending.js";
import { describePort, type SerialPortInfo } from "./find-port.js";
import { linuxPorts } from "./linux-ports.js";
import type { Transport } from "./transport.js";

/** What of serialport's ports is taken, which those of its mock have as well. */
export interface Port extends Duplex {
  readonly isOpen: boolean;
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  drain(done: (error: Error | null) => void): void;
  set(signals: { dtr: boolean; rts: boolean }, done: (error: Error | null) => void): void;
  update(settings: { baudRate: number }, done: (error: Error | null) => void): void;
}

/** A class of such ports. */
export interface PortClass {
  new (options: { path: string; baudRate: number; autoOpen: boolean }): Port;
  list(): Promise<SerialPortInfo[]>;
}

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

/** Opens a port. Throws `package-missing` where the package `serialport` is not installed, `port-unavailable`. */
export async function openedPort(path: string, baud: number, load: () => Promise<PortClass>): Promise<Port> {
  const ports = await loadPorts(load);
  const port = new ports({ path, baudRate: baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open(async (error) => {
      if (error === null) resolve();
      else reject(new WasmoteError("port-unavailable", `${path}: ${error.message}${await portList(ports)}`));
    });
  });
  return port;
}

/**
 * The serial ports of this machine.
 *
 * @throws `package-missing` where the package `serialport` is not installed
 */
export async function listSerialPorts(
  load: () => Promise<Pick<PortClass, "list">> = realPorts,
): Promise<SerialPortInfo[]> {
  return (await loadPorts(load)).list();
}

function loadPorts<Ports>(load: () => Promise<Ports>): Promise<Ports> {
  return load().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new WasmoteError("package-missing", `serialport (${reason})`);
  });
}

/**
 * The ports of the package `serialport`. On Linux they are listed without it, which asks the program `udevadm` that not every
 * system has.
 */
export async function realPorts(): Promise<PortClass> {
  const { SerialPort } = await import("serialport");
  if (process.platform !== "linux") return SerialPort;
  return class extends SerialPort {
    static override list = async () =>
      linuxPorts().map((port) => ({ ...port, pnpId: undefined, locationId: undefined }));
  };
}

async function portList(ports: PortClass): Promise<string> {
  const found = await ports.list().catch(() => []);
  return found.length === 0
    ? "; there are no serial ports"
    : `; there are ${found.map(describePort).join(", ")}`;
}
