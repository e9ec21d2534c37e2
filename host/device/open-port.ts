import { serialTransport } from "./serial-transport.js";
import { isSocketAddress, socketTransport } from "./socket-transport.js";
import type { Transport } from "./transport.js";

export { isSocketAddress };

/**
 * Opens what `--port` names: a serial port, `tcp://HOST:PORT` or `unix:PATH`.
 * Throws `port-unavailable`, `package-missing`.
 */
export function openPort(port: string, baud: number): Promise<Transport> {
  return isSocketAddress(port) ? socketTransport(port) : serialTransport(port, baud);
}
