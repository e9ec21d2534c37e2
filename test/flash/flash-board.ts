import * as assert from "uvu/assert";
import { type ErrorCode, WasmoteError } from "../../host/errors.js";
import { type FlashPlaces, type FlashTask, prepareFlash } from "../../host/flash/index.js";
import type { SerialPorts } from "../../host/flash/serial-ports.js";
import type { UsbDevice } from "../../host/flash/usb-devices.js";

/** Firmware that is not there: for tools that only note where they would look for it. */
export const files = { elf: "/f/x y.elf", bin: "/f/x.bin", hex: "/f/x.hex" };

/** Finds the board and writes to it; the method that was used. */
export async function flashBoard(
  { board, wanted, ...task }: Omit<FlashTask, "device">,
  method: string | undefined,
  places: FlashPlaces,
): Promise<string> {
  const prepared = await prepareFlash(board, { method, wanted }, places);
  await prepared.flash(task);
  return prepared.method;
}

/** A machine without serial ports. */
export const noPorts: SerialPorts = {
  list: async () => [],
  touch: async (path) => assert.unreachable(`${path} is touched`),
  open: (path) => Promise.reject(new Error(`${path} is opened`)),
};

/** A machine with these USB devices, and nothing else. */
export const connected = (...devices: UsbDevice[]): FlashPlaces => ({
  usbDevices: async () => devices,
  mountFolders: [],
  ports: noPorts,
  arduinoFolder: "/nowhere",
  espToolJs: async () => undefined,
  patience: { pollMillis: 1, scale: 0.01 },
});

/** The message of the error of that code that it ends with. */
export async function refusal(work: Promise<unknown>, code: ErrorCode): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    assert.is(error.code, code, error.message);
    return error.message;
  }
  throw new Error(`${code} is expected`);
}
