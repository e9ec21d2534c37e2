import { createServer, type Server, type Socket } from "node:net";
import type { SimulatedBoard } from "./simulated-board.js";

/** A simulated board behind a socket, as an emulator or a serial port server offers one. */
export async function serve(board: SimulatedBoard, listen: (server: Server) => void): Promise<Server> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const line = board.connect();
    line.onData((bytes) => socket.write(bytes));
    socket.on("data", (bytes) => line.write(bytes));
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
  server.once("close", () => {
    for (const socket of sockets) socket.destroy();
  });
  listen(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}
