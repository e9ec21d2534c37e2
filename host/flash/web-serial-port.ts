import type { Port, PortClass } from "../device/serial-transport.js";
import { WasmoteError } from "../errors.js";

type Done = (error: Error | null | undefined) => void;

interface UsbIds {
  usbVendorId?: number;
  usbProductId?: number;
}

/** A serial port of Node's package `serialport` in the shape of a browser's. Source: WICG, Web Serial API, `SerialPort`. */
export class WebSerialPort {
  readonly #path: string;
  readonly #ports: PortClass;
  readonly #ids: UsbIds;
  /** Both lines as they were set last: Node's port sets those that are not named to a default. */
  #signals = { dtr: false, rts: false };
  #port: Port | undefined;
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;

  private constructor(path: string, ports: PortClass, ids: UsbIds) {
    this.#path = path;
    this.#ports = ports;
    this.#ids = ids;
  }

  /** The port of that name, not opened. */
  static async at(path: string, ports: PortClass): Promise<WebSerialPort> {
    const all = await ports.list().catch(() => []);
    const info = all.find((port) => port.path === path);
    const number = (hex: string | undefined): number | undefined =>
      hex === undefined ? undefined : Number.parseInt(hex, 16);
    return new WebSerialPort(path, ports, {
      usbVendorId: number(info?.vendorId),
      usbProductId: number(info?.productId),
    });
  }

  /** USB vendor and product, as far as they are known. */
  getInfo(): UsbIds {
    return this.#ids;
  }

  /** Opens it. Throws `port-unavailable`. */
  async open({ baudRate }: { baudRate: number }): Promise<void> {
    const port = new this.#ports({ path: this.#path, baudRate, autoOpen: false });
    await settled((done) => port.open(done)).catch((error: Error) => {
      throw new WasmoteError("port-unavailable", `${this.#path}: ${error.message}`);
    });
    this.#port = port;
    this.readable = new ReadableStream({
      start: (controller) => {
        port.on("data", (bytes: Uint8Array) => controller.enqueue(new Uint8Array(bytes)));
        port.once("error", (error) => controller.error(error));
        port.once("close", () => quietly(() => controller.close()));
      },
      cancel: () => {
        port.removeAllListeners("data");
      },
    });
    this.writable = new WritableStream({
      write: (bytes) =>
        settled((done) => {
          port.write(Buffer.from(bytes), (error) => (error ? done(error) : port.drain(done)));
        }),
    });
  }

  /** Sets the lines that are named; the other stays as it is. */
  async setSignals(signals: { dataTerminalReady?: boolean; requestToSend?: boolean }): Promise<void> {
    this.#signals = {
      dtr: signals.dataTerminalReady ?? this.#signals.dtr,
      rts: signals.requestToSend ?? this.#signals.rts,
    };
    await settled((done) => this.#port?.set(this.#signals, done));
  }

  /** Changes the speed without closing the port. */
  async setBaudRate(baudRate: number): Promise<void> {
    await settled((done) => this.#port?.update({ baudRate }, done));
  }

  /** Closes it. */
  async close(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    this.readable = null;
    this.writable = null;
    if (port?.isOpen) await settled((done) => port.close(done));
  }
}

function settled(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

/** A stream that was cancelled is closed already. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // it is as it should be
  }
}
