import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Device } from "../../host/device/device.js";
import { isSocketAddress, openPort } from "../../host/device/open-port.js";
import { socketTransport } from "../../host/device/socket-transport.js";
import { errorOf } from "../error-of.js";
import { endOf, nextText } from "./end-of.js";
import { serve } from "./serve.js";
import { modelFile, SimulatedBoard } from "./simulated-board.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-line-"));
test.after(() => rmSync(folder, { recursive: true }));

/** A server for one connection at a time; `use` is given the address and what connects. */
async function withServer(
  use: (address: string, connected: Promise<Socket>) => Promise<void>,
  host = "127.0.0.1",
): Promise<void> {
  let connect: (socket: Socket) => void = () => undefined;
  const connected = new Promise<Socket>((resolve) => {
    connect = resolve;
  });
  const server = createServer((socket) => connect(socket));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  try {
    await use(`tcp://${host.includes(":") ? `[${host}]` : host}:${port}`, connected);
  } finally {
    (await connected).destroy();
    server.close();
  }
}

for (const kind of ["tcp", "unix"] as const) {
  test(`a board behind a ${kind} socket takes a model`, async () => {
    const board = new SimulatedBoard();
    const path = join(folder, "line");
    const server = await serve(board, (s) => (kind === "tcp" ? s.listen(0, "127.0.0.1") : s.listen(path)));
    const address = server.address();
    const port =
      typeof address === "object" && address !== null ? `tcp://127.0.0.1:${address.port}` : `unix:${path}`;
    const device = new Device(await openPort(port, 115_200));
    await device.activate(await device.upload(modelFile("m", 3000)));
    assert.is((await device.status()).model, "m");
    assert.equal(await device.run(0, 2), { code: 0, count: 2000 });
    await device.close();
    server.close();
  });
}

test("what is written and what arrives goes through unchanged, to the last who asked", async () => {
  await withServer(async (address, connected) => {
    const line = await socketTransport(address);
    assert.is(line.name, address);
    const socket = await connected;
    const sent = new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
    line.write(Buffer.from("to the board"));
    assert.is(await sent, "to the board");
    line.onData(() => assert.unreachable("the one before"));
    const got = nextText(line);
    socket.write("to the host");
    assert.is(await got, "to the host");
    await line.close();
  });
});

test("a line that the other side closes ends with a reason, and takes nothing more", async () => {
  await withServer(async (address, connected) => {
    const line = await socketTransport(address);
    const end = endOf(line);
    (await connected).end();
    assert.is(await end, "the other side closed the line");
    line.write(Buffer.from("x"));
    await line.close();
  });
});

test("a line that breaks ends with what the system says", async () => {
  await withServer(async (address, connected) => {
    const line = await socketTransport(address);
    const end = endOf(line);
    (await connected).resetAndDestroy();
    assert.match(await end, "ECONNRESET");
    await line.close();
  });
});

test("closing is told to nobody here, and to the other side", async () => {
  await withServer(async (address, connected) => {
    const line = await socketTransport(address);
    let told = "";
    line.onEnd((reason) => {
      told = reason;
    });
    const socket = await connected;
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.resume();
    await line.close();
    await closed;
    assert.is(told, "");
  });
});

test("a line that ends fails what waits, at once", async () => {
  await withServer(async (address, connected) => {
    const device = new Device(await openPort(address, 115_200), { timeoutMillis: 60_000 });
    const socket = await connected;
    socket.once("data", () => socket.destroy());
    const start = Date.now();
    assert.is((await errorOf(device.run(0, 1))).code, "board-silent");
    assert.is((await errorOf(device.echo("x"))).code, "board-silent");
    assert.ok(Date.now() - start < 10_000);
    await device.close();
  });
});

test("an address of version 6 is written in brackets", async () => {
  try {
    await withServer(async (address) => (await socketTransport(address)).close(), "::1");
  } catch (error) {
    if (!/EADDRNOTAVAIL|EAFNOSUPPORT/.test(String(error))) throw error;
    console.log("skipped: this machine has no IPv6");
  }
});

test("a socket that is not there is refused by its name, with what the system says", async () => {
  const address = `unix:${join(folder, "absent")}`;
  const error = await errorOf(openPort(address, 115_200));
  assert.is(error.code, "port-unavailable");
  assert.match(error.message, address);
  assert.match(error.message, "ENOENT");
});

test("what is no address is refused, and a good one shown", async () => {
  for (const address of [
    "tcp://nowhere",
    "tcp://",
    "tcp://:80",
    "tcp://localhost:0",
    "tcp://localhost:65536",
    "tcp://localhost:99999",
    "tcp://localhost:123456",
    "tcp://localhost:80a",
    "tcp://localhost:",
    "tcp://a]b:80",
  ]) {
    const error = await errorOf(openPort(address, 115_200));
    assert.is(error.code, "port-unavailable", address);
    assert.match(error.message, `${address} is no address as tcp://localhost:5555`);
  }
});

test("the highest port is one", async () => {
  const error = await errorOf(openPort("tcp://127.0.0.1:65535", 115_200));
  assert.is(error.code, "port-unavailable");
  assert.match(error.message, "ECONNREFUSED");
  assert.match((await errorOf(openPort("tcp://127.0.0.1:1", 115_200))).message, "ECONNREFUSED");
});

test("only tcp:// and unix: mean a socket", () => {
  assert.ok(isSocketAddress("tcp://localhost:5555"));
  assert.ok(isSocketAddress("unix:/run/line"));
  for (const port of ["/dev/ttyACM0", "COM3", "udp://localhost:5555", "/tmp/tcp://", "/tmp/unix:"]) {
    assert.not(isSocketAddress(port), port);
  }
});

test.run();
