import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** A serial port as Linux knows it. */
export interface LinuxPort {
  path: string;
  /** Of the USB device that it belongs to, as far as there is one; its ids have four hexadecimal digits. */
  manufacturer: string | undefined;
  serialNumber: string | undefined;
  vendorId: string | undefined;
  productId: string | undefined;
}

/**
 * The serial ports that have a device, as sysfs tells them: no program and no service is asked, so that they are found in
 * containers and on small systems, too. Sources: Linux, Documentation/ABI/testing/sysfs-tty and sysfs-bus-usb.
 *
 * @param root folder that holds `dev` and `sys`
 */
export function linuxPorts(root = "/"): LinuxPort[] {
  const folder = join(root, "sys/class/tty");
  return entries(folder).flatMap((name) => {
    const device = realPath(join(folder, name, "device"));
    const isUnknownType = read(join(folder, name), "type") === "0";
    if (device === undefined || isUnknownType || !existsSync(join(root, "dev", name))) return [];
    const usb = usbFolder(device);
    const told = (file: string): string | undefined => (usb === undefined ? undefined : read(usb, file));
    return [
      {
        path: `/dev/${name}`,
        manufacturer: told("manufacturer"),
        serialNumber: told("serial"),
        vendorId: told("idVendor"),
        productId: told("idProduct"),
      },
    ];
  });
}

/** The USB device that a port belongs to is a folder above the port's own. */
function usbFolder(device: string): string | undefined {
  for (let folder = device; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "idVendor"))) return folder;
  }
  return undefined;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8").trim();
  } catch {
    return undefined;
  }
}
