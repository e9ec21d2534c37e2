import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { Board } from "../../../host/boards/index.js";
import { startEmulatorLine } from "../../../host/device/emulators/index.js";
import type { Firmware } from "../../../host/firmware/build.js";
import { type PrivateKey, privateKeyPem } from "../../../host/trust/keys.js";
import { signModule } from "../../../host/trust/sign.js";
import { bodies, makeModel } from "../../boards/made-modules.js";

/** The line of a board's emulator at a Unix socket, for one client. */
export interface ServedBoard {
  close(): Promise<void>;
}

/** Starts the emulator of a board, and serves its line. */
export async function serveBoard(board: Board, { files }: Firmware, path: string): Promise<ServedBoard> {
  const line = await startEmulatorLine(board, files);
  const sockets = new Set<Socket>();
  line.onData((bytes) => {
    for (const socket of sockets) socket.write(bytes);
  });
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (bytes: Buffer) => line.write(bytes));
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await line.close();
    },
  };
}

/** Writes what check.py takes to a folder: models, signed where there is a key, and the key. */
export function writeModels(folder: string, key: PrivateKey | undefined): void {
  for (const [i, name] of ["first", "second", "third"].entries()) {
    const made = makeModel(name, bodies.sum, { weightBytes: 3000 + 500 * i });
    const wasm = key === undefined ? made : signModule(made, key, { version: i + 1 }).wasm;
    writeFileSync(join(folder, `${name}.wasm`), wasm);
  }
  const noise = createHash("sha256").update("no model").digest();
  writeFileSync(join(folder, "refused.wasm"), Buffer.concat(Array.from({ length: 40 }, () => noise)));
  if (key !== undefined) writeFileSync(join(folder, "key.pem"), privateKeyPem(key), { mode: 0o600 });
}
