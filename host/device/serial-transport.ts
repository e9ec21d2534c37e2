import { WasmoteError } from "../errors.js";
import { Ending } from "./ending.js";
import type { Transport } from "./transport.js";

type SerialPortModule = typeof import("serialport");

/**
 * A line over a serial port, 8 data bits, no parity, 1 stop bit.
 *
 * @param path name of the port, as `/dev/ttyACM0` or `COM3`
 * @throws `package-missing` where the package `serialport` is not installed, `port-unavailable`
 */
export async function serialTransport(path: string, baud: number): Promise<Transport> {
  const { SerialPort } = await serialPortModule();
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open(async (error) => {
      if (error === null) resolve();
      else
        reject(
          new WasmoteError("port-unavailable", `${path}: ${error.message}${await portList(SerialPort)}`),
        );
    });
  });
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

async function serialPortModule(): Promise<SerialPortModule> {
  try {
    return await import("serialport");
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new WasmoteError("package-missing", `serialport (${reason})`);
  }
}

async function portList(serialPort: SerialPortModule["SerialPort"]): Promise<string> {
  const ports = await serialPort.list().catch(() => []);
  const names = ports.map(({ path, manufacturer }) => (manufacturer ? `${path} (${manufacturer})` : path));
  return names.length === 0 ? "; there are no serial ports" : `; there are ${names.join(", ")}`;
}
