import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ESPLoader, Transport } from "esptool-js";
import { type PortClass, realPorts } from "../device/serial-transport.js";
import { WasmoteError } from "../errors.js";
import { WebSerialPort } from "./web-serial-port.js";

const baud = 115_200;

/**
 * What restarts the chip, in esptool-js's language: DTR off, RTS on for 100 ms. Its own "hard_reset" only turns RTS off.
 * Source: esptool documentation, "Boot mode selection", "Automatic bootloader".
 */
const hardReset = "D0|R1|W100|R0";

/** What of the packages `esptool-js` and `serialport` this takes. */
export interface EspToolJs {
  ESPLoader: typeof ESPLoader;
  Transport: typeof Transport;
  SerialPort: PortClass;
}

/** Both packages; undefined where one of them is not installed. */
export async function loadEspToolJs(): Promise<EspToolJs | undefined> {
  try {
    const [{ ESPLoader, Transport }, SerialPort] = await Promise.all([import("esptool-js"), realPorts()]);
    return { ESPLoader, Transport, SerialPort };
  } catch {
    return undefined;
  }
}

/** What is written, and where. */
export interface EspToolJsTask {
  /** The chip, as esptool names it: "esp32c3". */
  chip: string;
  /** Where in flash. */
  offset: number;
  /** The serial port. */
  path: string;
  /** Path of the file to be written. */
  file: string;
  /** Takes each line that it writes. */
  onLine?(line: string): void;
}

/**
 * Writes a file to a chip's flash with Espressif's esptool-js, which is made for browsers: it is given a port of the
 * package `serialport` in the shape of Web Serial's. What it wrote is compared by its MD5.
 * Source: esptool-js 0.7, types of `ESPLoader`.
 *
 * @throws `port-unavailable`, `tool-failed` with the end of what it said
 */
export async function flashByEspToolJs(
  { ESPLoader, Transport, SerialPort }: EspToolJs,
  { chip, offset, path, file, onLine }: EspToolJsTask,
): Promise<void> {
  const lines: string[] = [];
  const say = (line: string): void => {
    if (line.trim() === "") return;
    lines.push(line.trim());
    onLine?.(line.trim());
  };
  const port = await WebSerialPort.at(path, SerialPort);
  const transport = new Transport(port as unknown as ConstructorParameters<typeof Transport>[0], false);
  transport.trace = () => undefined;
  const terminal = { clean: () => undefined, writeLine: say, write: say };
  try {
    const loader = new ESPLoader({ transport, baudrate: baud, romBaudrate: baud, terminal });
    await loader.main();
    const found = nameOf(loader.chip.CHIP_NAME);
    if (found !== chip) throw new Error(`the chip at ${path} is ${found}; ${chip} is expected`);
    await loader.writeFlash({
      fileArray: [{ data: new Uint8Array(readFileSync(file)), address: offset }],
      ...{ flashMode: "keep", flashFreq: "keep", flashSize: "keep", eraseAll: false, compress: true },
      calculateMD5Hash: (image) => createHash("md5").update(image).digest("hex"),
    });
    await loader.after("custom_reset", undefined, hardReset);
  } catch (error) {
    if (error instanceof WasmoteError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new WasmoteError("tool-failed", `esptool-js: ${what}`, {}, { lines: lines.slice(-12) });
  } finally {
    await transport.disconnect().catch(() => undefined);
  }
}

/** "esp32c3" for "ESP32-C3". */
function nameOf(chip: string): string {
  return chip.toLowerCase().replaceAll("-", "");
}
