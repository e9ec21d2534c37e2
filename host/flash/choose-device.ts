import { describeUsbId } from "../device/find-port.js";
import { WasmoteError } from "../errors.js";
import { matchesUsbId } from "./debug-probes.js";
import { describeDevice, type UsbDevice } from "./usb-devices.js";

/**
 * Chooses the one device that can be meant.
 *
 * @param ids "vendor:product" of what can be meant, "vendor:*" for any product
 * @param present every connected device
 * @param wanted an id or a serial number that narrows the choice
 * @param help what to do where several can be meant
 * @throws `device-missing` or `device-ambiguous`, which list what is there
 */
export function chooseDevice(
  ids: readonly string[],
  present: readonly UsbDevice[],
  wanted?: string,
  help?: string,
): UsbDevice {
  const matching = present.filter(
    ({ id, serial }) => matchesUsbId(ids, id) && (wanted === undefined || wanted === id || wanted === serial),
  );
  const [only, ...others] = matching;
  if (only === undefined) {
    const any = ids.map(describeUsbId).join(" or ");
    const looked = wanted === undefined ? any : `${wanted} with ${any}`;
    throw new WasmoteError("device-missing", `USB ${looked}; ${list("connected are", present)}`);
  }
  if (others.length > 0)
    throw new WasmoteError("device-ambiguous", list("matching are", matching), {}, { help });
  return only;
}

function list(before: string, devices: readonly UsbDevice[]): string {
  return devices.length === 0
    ? "no USB device is connected"
    : `${before} ${devices.map(describeDevice).join(", ")}`;
}
