import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../tools/run.js";

/** A connected USB device. */
export interface UsbDevice {
  /** "vendor:product", four lower-case hexadecimal digits each. */
  id: string;
  product: string;
  serial?: string;
  /** Its file on Linux, which programs that write to it open: "/dev/bus/usb/001/005". */
  node?: string;
}

/** Lists the connected USB devices; undefined on a system where they cannot be listed. */
export async function usbDevices(): Promise<UsbDevice[] | undefined> {
  if (process.platform === "linux") return linuxDevices("/sys/bus/usb/devices");
  if (process.platform !== "darwin") return undefined;
  const text = await runProgram("/usr/sbin/system_profiler", ["SPUSBDataType", "-json"]).catch(() => "{}");
  return profilerDevices(JSON.parse(text));
}

/** Reads the devices from Linux's sysfs. Source: Linux, Documentation/ABI/testing/sysfs-bus-usb. */
export function linuxDevices(folder: string): UsbDevice[] {
  const read = (device: string, name: string): string | undefined => {
    try {
      return readFileSync(join(folder, device, name), "utf8").trim();
    } catch {
      return undefined;
    }
  };
  let entries: string[];
  try {
    entries = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return entries.flatMap((device) => {
    const [vendor, product] = [read(device, "idVendor"), read(device, "idProduct")];
    if (vendor === undefined || product === undefined) return [];
    const serial = read(device, "serial");
    const [bus, number] = [read(device, "busnum"), read(device, "devnum")];
    const node =
      bus && number ? `/dev/bus/usb/${bus.padStart(3, "0")}/${number.padStart(3, "0")}` : undefined;
    return [
      {
        id: `${vendor}:${product}`,
        product: read(device, "product") ?? "",
        ...(serial ? { serial } : {}),
        ...(node ? { node } : {}),
      },
    ];
  });
}

/** Reads the devices from what macOS's `system_profiler SPUSBDataType -json` prints. */
export function profilerDevices(report: unknown): UsbDevice[] {
  if (typeof report !== "object" || report === null) return [];
  const { vendor_id, product_id, _name, serial_num } = report as Record<string, unknown>;
  const hex = (text: unknown): string | undefined =>
    /0x([0-9a-f]{4})/i.exec(String(text))?.[1]?.toLowerCase();
  const [vendor, product] = [hex(vendor_id), hex(product_id)];
  const own: UsbDevice[] =
    vendor === undefined || product === undefined
      ? []
      : [
          {
            id: `${vendor}:${product}`,
            product: String(_name ?? ""),
            ...(typeof serial_num === "string" ? { serial: serial_num } : {}),
          },
        ];
  return [...own, ...Object.values(report).flatMap((value) => profilerDevices(value))];
}

/** "2e8a:0003 RP2 Boot (E0C9)". */
export function describeDevice({ id, product, serial }: UsbDevice): string {
  return `${id}${product === "" ? "" : ` ${product}`}${serial === undefined ? "" : ` (${serial})`}`;
}
