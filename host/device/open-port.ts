import { type Board, loadBoards } from "../boards/index.js";
import { anyPort, findPort } from "./find-port.js";
import { listSerialPorts, serialTransport } from "./serial-transport.js";
import { isSocketAddress, socketTransport } from "./socket-transport.js";
import type { Transport } from "./transport.js";

export { isSocketAddress };

/**
 * Opens what `--port` names: a serial port, `auto` for the one port at which a board can answer, `tcp://HOST:PORT` or
 * `unix:PATH`.
 *
 * @param board the board that `auto` looks for; any where it is undefined
 * @throws `port-unavailable`, `package-missing`, and for `auto` `device-missing`, `device-ambiguous`
 */
export async function openPort(port: string, baud: number, board?: Board): Promise<Transport> {
  if (isSocketAddress(port)) return socketTransport(port);
  if (port !== anyPort) return serialTransport(port, baud);
  return serialTransport(findPort(board, await listSerialPorts(), loadBoards()), baud);
}
