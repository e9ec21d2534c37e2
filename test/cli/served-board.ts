import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { SimulatedBoard } from "../device/simulated-board.js";

/** A simulated board behind a socket in a folder. */
export interface ServedBoard {
  board: SimulatedBoard;
  /** As `--port` takes it. */
  port: string;
  close(): void;
}

/** Serves a simulated board, which calls itself "simulated", at a Unix socket in a folder. */
export async function serveBoard(folder: string): Promise<ServedBoard> {
  const board = new SimulatedBoard();
  const path = join(folder, "line");
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const line = board.connect();
    line.onData((bytes) => socket.write(bytes));
    socket.on("data", (bytes) => line.write(bytes));
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { board, port: `unix:${path}`, close };
}
