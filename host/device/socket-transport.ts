import { connect } from "node:net";
import { WasmoteError } from "../errors.js";
import { Ending } from "./ending.js";
import type { Transport } from "./transport.js";

const connectMillis = 10_000;

/**
 * A line over a socket: `tcp://HOST:PORT`, or `unix:PATH`, as an emulator or a serial port server offers it.
 *
 * @throws `port-unavailable`
 */
export async function socketTransport(address: string): Promise<Transport> {
  const socket = connect(socketTarget(address));
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string) => reject(new WasmoteError("port-unavailable", `${address}: ${reason}`));
    const timer = setTimeout(() => {
      socket.destroy();
      fail(`no connection within ${connectMillis / 1000} s`);
    }, connectMillis);
    socket.once("connect", resolve);
    socket.once("error", (error) => fail(error.message));
    for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(timer));
  });
  socket.setNoDelay(true);
  const ending = new Ending();
  socket.on("error", (error) => ending.reach(error.message));
  socket.on("close", () => ending.reach("the other side closed the line"));
  return {
    name: address,
    write: (bytes) => {
      if (!ending.reached) socket.write(bytes);
    },
    onData: (listener) => {
      socket.removeAllListeners("data");
      socket.on("data", listener);
    },
    onEnd: (listener) => ending.tell(listener),
    close: async () => {
      ending.close();
      socket.destroy();
    },
  };
}

/** Whether a port's name means a socket. */
export function isSocketAddress(port: string): boolean {
  return port.startsWith("tcp://") || port.startsWith("unix:");
}

function socketTarget(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith("unix:")) return { path: address.slice("unix:".length) };
  const match = /^tcp:\/\/\[?([^\]]*?)\]?:(\d{1,5})$/.exec(address);
  const port = Number(match?.[2]);
  if (match === null || match[1] === "" || port < 1 || port > 65535) {
    throw new WasmoteError("port-unavailable", `${address} is no address as tcp://localhost:5555`);
  }
  return { host: match[1]!, port };
}
