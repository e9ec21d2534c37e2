import { openedPort, type PortClass, realPorts } from "./serial-transport.js";

/** Bits per second that no program uses, and that therefore ask for the boot loader. */
const touchBaud = 1200;

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
