import { createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { type ConnectOptions, connectBoard, namedBoard } from "../../host/device/connect.js";
import { errorOf } from "../error-of.js";
import { serve } from "./serve.js";
import { SimulatedBoard } from "./simulated-board.js";

/** Connects to a simulated board, by a port of this machine. */
async function connectSimulated(board: string | undefined, options: ConnectOptions = {}) {
  const simulated = new SimulatedBoard();
  simulated.name = "mps2-an386";
  const server = await serve(simulated, (s) => s.listen(0, "127.0.0.1"));
  const { port } = server.address() as { port: number };
  const address = `tcp://127.0.0.1:${port}`;
  try {
    const device = await connectBoard(namedBoard(board), { port: address, ...options });
    const status = await device.status();
    await device.close();
    return { device, status, address };
  } finally {
    server.close();
  }
}

test("whatever board is at a port is taken where none is named, and what takes long is told", async () => {
  const told: string[] = [];
  const { status, device, address } = await connectSimulated(undefined, {
    onProgress: (thing) => told.push(thing),
  });
  assert.is(status.board, "mps2-an386");
  assert.is(device.name, address);
  assert.equal(told, [`connecting to ${address}`]);
});

test("the board that is named is taken; another one is refused, and both are said", async () => {
  assert.is((await connectSimulated("mps2-an386")).status.board, "mps2-an386");
  const error = await errorOf(connectSimulated("pico"));
  assert.is(error.code, "board-other");
  assert.match(error.message, /mps2-an386 at tcp:\/\/127.0.0.1:\d+; pico is expected/);
});

test("a port where nothing answers is let go of", async () => {
  let closed: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const server = createServer((socket) => {
    socket.once("data", () => socket.end());
    socket.once("close", () => closed());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const error = await errorOf(connectBoard(undefined, { port: `tcp://127.0.0.1:${port}` }));
  assert.is(error.code, "board-silent");
  await over;
  server.close();
});

test("without a port, a board has to have an emulator", async () => {
  const none = await errorOf(connectBoard(undefined, {}));
  assert.is(none.code, "board-emulator-none");
  assert.match(none.message, "no board and no port is named");
  const real = await errorOf(connectBoard(loadBoard("microbit-v2"), {}));
  assert.is(real.code, "board-emulator-none");
  assert.match(real.message, "microbit-v2");
});

test("all programs that a board's firmware and emulator take are named before anything is built", async () => {
  const { PATH } = process.env;
  const told: string[] = [];
  try {
    process.env.PATH = "";
    const error = await errorOf(
      connectBoard(loadBoard("qemu-rv32"), { onProgress: (thing) => told.push(thing) }),
    );
    assert.is(error.code, "tool-missing");
    assert.match(error.message, "riscv64-unknown-elf-gcc");
    assert.match(error.message, "qemu-system-riscv32");
  } finally {
    process.env.PATH = PATH;
  }
  assert.equal(told, []);
});

test("a board is named or not, and must exist", async () => {
  assert.is(namedBoard(undefined), undefined);
  assert.is(namedBoard("pico")?.id, "pico");
  assert.is((await errorOf(() => namedBoard("picasso"))).code, "board-unknown");
});

test.run();
