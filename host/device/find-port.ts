import type { Board } from "../boards/index.js";
import { WasmoteError } from "../errors.js";

/** What `--port` says for the port of a connected board, to be found by its USB ids. */
export const anyPort = "auto";

/** A serial port of this machine, as the package `serialport` lists it. */
export interface SerialPortInfo {
  path: string;
  manufacturer?: string;
  serialNumber?: string;
  /** USB ids, hexadecimal; undefined where the port is none of USB's. */
  vendorId?: string;
  productId?: string;
}

/** The controller that the ESP32-C3 has in hardware. Source: ESP32-C3 Technical Reference Manual, 30. */
const usbSerialJtag = "303a:1001";

/**
 * Chips between a board's UART and its USB socket, or on a cable of their own, by their USB ids. Source: the data sheets of
 * their makers, Silicon Labs, WCH, FTDI and Raspberry Pi.
 */
const uartBridges: Readonly<Record<string, string>> = {
  "10c4:ea60": "CP210x",
  "1a86:7523": "CH340",
  "1a86:55d4": "CH9102",
  "1a86:55d3": "CH343",
  "0403:6001": "FT232R",
  "0403:6015": "FT231X",
  "2e8a:000c": "Debug Probe",
};

/**
 * USB ids of the ports at which a board's firmware can answer: its own where it drives its USB itself, else those of the
 * board's debugger, which the board's file lists, and of UART bridges.
 */
export function portIds({ link, usb }: Board): readonly string[] {
  if (link.kind === "usb") return [link.id];
  if (link.kind === "usb-serial-jtag") return [usbSerialJtag];
  return [...new Set([...usb, ...Object.keys(uartBridges)])];
}

/** A USB id, with the name of the UART bridge that has it: "10c4:ea60 (CP210x)". */
export function describeUsbId(id: string): string {
  const bridge = uartBridges[id];
  return bridge === undefined ? id : `${id} (${bridge})`;
}

/** A port's USB id as "vendor:product", in lower case. */
export function usbIdOf({ vendorId, productId }: SerialPortInfo): string | undefined {
  if (vendorId === undefined || productId === undefined) return undefined;
  const half = (digits: string): string => digits.toLowerCase().replace(/^0x/, "").padStart(4, "0");
  return `${half(vendorId)}:${half(productId)}`;
}

/** What a port is, for a person. */
export function describePort(port: SerialPortInfo): string {
  const known = [port.manufacturer, usbIdOf(port), port.serialNumber].filter((part) => part);
  return known.length === 0 ? port.path : `${port.path} (${known.join(", ")})`;
}

/**
 * The one port at which a board can answer.
 *
 * @param board undefined for any of `boards`
 * @param ports those of this machine
 * @param boards all boards
 * @returns its path
 * @throws `device-missing` or `device-ambiguous`, which list the ports
 */
export function findPort(
  board: Board | undefined,
  ports: readonly SerialPortInfo[],
  boards: readonly Board[],
): string {
  const ids = new Set((board === undefined ? boards : [board]).flatMap((each) => portIds(each)));
  const [only, ...others] = ports.filter((port) => ids.has(usbIdOf(port) ?? ""));
  if (only === undefined) {
    const meant = board === undefined ? "any board" : board.id;
    const looked = `no port of ${meant} (USB ${[...ids].join(", ")})`;
    const help =
      "Connect the board by a USB cable that carries data, and flash its firmware once (`wasmote flash BOARD`); or name the port with --port.";
    throw new WasmoteError("device-missing", `${looked}; ${list("the ports are", ports)}`, {}, { help });
  }
  if (others.length > 0) {
    const help = "Disconnect all but one, or name one of these ports with --port.";
    throw new WasmoteError("device-ambiguous", list("matching are", [only, ...others]), {}, { help });
  }
  return only.path;
}

function list(before: string, ports: readonly SerialPortInfo[]): string {
  return ports.length === 0 ? "there are no serial ports" : `${before} ${ports.map(describePort).join("; ")}`;
}
