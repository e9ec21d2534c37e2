import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Device } from "../../host/device/device.js";
import { returnCodes } from "../../host/device/return-codes.js";
import { errorOf } from "../error-of.js";
import { modelFile, refuseRun, SimulatedBoard } from "./simulated-board.js";

const quick = { timeoutMillis: 15, attempts: 4, flashTimeoutMillis: 50 };

async function boardWithModel(name = "old", weightBytes = 900) {
  const board = new SimulatedBoard();
  const device = new Device(board.connect(), quick);
  const file = modelFile(name, weightBytes);
  await device.activate(await device.upload(file));
  return { board, device, file };
}

test("every operation of the OS group", async () => {
  const board = new SimulatedBoard();
  const device = new Device(board.connect(), quick);
  assert.is(await device.echo("grüezi"), "grüezi");
  assert.equal(await device.parameters(), { bufferBytes: 512, buffers: 1 });
  assert.is(await device.information(), "simulated a");
  await device.reset();
  assert.equal(board.requests, ["0.0", "0.6", "0.7", "0.5"]);
});

test("a model is uploaded, listed, activated, run, replaced, erased", async () => {
  const { board, device, file } = await boardWithModel();
  const status = await device.status();
  assert.is(status.model, "old");
  assert.is(status.steps, 2);
  assert.equal(new Uint8Array(board.activeModel!), file);
  const input = Uint8Array.from({ length: 16 }, (_, i) => i * 3);
  await device.writeInput(0, input);
  assert.equal(await device.run(0, 2), { code: 0, count: 2000 });
  assert.equal(
    await device.readOutput(0, 16),
    input.map((byte) => byte + 1),
  );

  const next = modelFile("new", 2000, 9);
  const progress: number[] = [];
  const sha = await device.upload(next, { onProgress: (done) => progress.push(done) });
  assert.is(Buffer.compare(sha, createHash("sha256").update(next).digest()), 0);
  assert.is((await device.status()).model, "old", "not active by the upload alone");
  assert.is(progress.at(-1), next.length);
  assert.equal(
    progress,
    [...progress].sort((a, b) => a - b),
  );
  assert.equal(
    (await device.images()).map(({ slot, active }) => [slot, active]),
    [
      [0, true],
      [1, false],
    ],
  );
  await device.activate(sha);
  assert.is((await device.status()).model, "new");
  await device.erase(0);
  assert.is((await device.images()).length, 1);
  assert.is((await errorOf(device.erase(1))).code, "board-busy");
});

test("parts fill the board's packets and never exceed them", async () => {
  for (const mtu of [512, 600, 1024, 4096]) {
    const board = new SimulatedBoard();
    board.mtu = mtu;
    let largest = 0;
    const device = new Device(
      board.connect({
        toBoard: (bytes) => {
          const text = Buffer.from(bytes)
            .toString("latin1")
            .replace(/\n..|^../g, "")
            .trim();
          largest = Math.max(largest, Buffer.from(text, "base64").length);
          return bytes;
        },
      }),
      quick,
    );
    const file = modelFile("m", 9000);
    await device.activate(await device.upload(file));
    assert.equal(new Uint8Array(board.activeModel!), file);
    assert.ok(largest <= mtu && largest > mtu - 64, `${largest} of ${mtu}`);
  }
});

test("lost, doubled and damaged lines are repeated until they arrive", async () => {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const spoil = (bytes: Uint8Array): Uint8Array => {
    const dice = random();
    const at = Math.floor(random() * bytes.length);
    if (dice < 0.1) return new Uint8Array(0);
    if (dice < 0.2) return bytes.map((byte, i) => (i === at ? byte ^ (1 << (byte & 7)) : byte));
    if (dice < 0.3) return bytes.subarray(0, at);
    if (dice < 0.4)
      return Buffer.concat([
        Buffer.from("noise \u0006\u0009"),
        Buffer.from(bytes.subarray(0, at)),
        Buffer.from("\n"),
        bytes,
      ]);
    if (dice < 0.5) return Buffer.concat([bytes, bytes]);
    return bytes;
  };
  const board = new SimulatedBoard();
  const device = new Device(board.connect({ toBoard: spoil, toHost: spoil }), {
    timeoutMillis: 8,
    attempts: 40,
    flashTimeoutMillis: 8,
  });
  const file = modelFile("noisy", 12_000);
  await device.activate(await device.upload(file));
  assert.equal(new Uint8Array(board.activeModel!), file);
  const input = Uint8Array.from({ length: 16 }, (_, i) => 200 + i);
  await device.writeInput(0, input);
  assert.ok(board.requests.length > 40, `${board.requests.length} requests`);
});

test("an upload stopped at 20 random points goes on where it stopped; the old model answers meanwhile", async () => {
  const { board } = await boardWithModel();
  const old = board.activeModel;
  const file = modelFile("new", 40_000, 4);
  const offsets: number[] = [];
  // Nothing is lost before the cut: a time-out would be for want of a processor.
  const patient = { ...quick, timeoutMillis: 30_000 };
  let state = 99;
  for (let stop = 0; stop < 20; stop++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const lastCall = 2 + ((state >>> 8) % 4);
    const line = board.connect({
      toBoard: (bytes, call) => {
        if (call < lastCall) return bytes;
        line.cut();
        return bytes.subarray(0, (state >>> 4) % bytes.length);
      },
    });
    let resumedAt = -1;
    const onProgress = (done: number) => {
      if (resumedAt < 0) resumedAt = done;
    };
    const error = await errorOf(new Device(line, patient).upload(file, { onProgress }));
    assert.is(error.code, "board-silent");
    assert.match(error.message, /cable/);
    assert.is(board.activeModel, old);
    assert.is((await new Device(board.connect(), quick).status()).model, "old");
    offsets.push(resumedAt);
  }
  for (const [i, offset] of offsets.entries()) {
    assert.ok(i === 0 || offset >= offsets[i - 1]!, `it goes on: ${offsets.join(", ")}`);
  }
  assert.ok(offsets[19]! > 10_000, `${offsets.join(", ")}`);
  const last = new Device(board.connect(), quick);
  await last.activate(await last.upload(file));
  assert.equal(new Uint8Array(board.activeModel!), file);
});

test("each error number of the board becomes its entry of the table", async () => {
  const { board, device } = await boardWithModel();
  for (const [rc, { name, error }] of Object.entries(returnCodes)) {
    board.onRun = () => refuseRun(Number(rc));
    const refused = await errorOf(device.run(0, 2));
    assert.is(refused.code, error);
    assert.match(refused.message, `rc ${rc} (${name})`);
    assert.match(refused.message, "simulated");
  }
  board.onRun = () => refuseRun(77);
  assert.is((await errorOf(device.run(0, 2))).code, "board-failed");
  board.answers.set("0.0", { rc: 8 });
  assert.match((await errorOf(device.echo("x"))).message, /not supported/);
  assert.is(Object.keys(returnCodes).length, 18);
});

test("the board's own checks reach the caller", async () => {
  const { board, device } = await boardWithModel();
  const old = board.activeModel;
  board.slotBytes = 3000;
  assert.is((await errorOf(device.upload(modelFile("large", 5000)))).code, "board-flash");
  assert.is((await errorOf(device.upload(new Uint8Array(700).fill(9)))).code, "board-bad-model");
  assert.is((await errorOf(device.writeInput(3, new Uint8Array(4)))).code, "board-bad-request");
  assert.is((await errorOf(device.writeInput(0, new Uint8Array(17)))).code, "board-bad-request");
  assert.is((await errorOf(device.readOutput(1, 16))).code, "board-bad-request");
  assert.is(board.activeModel, old);
  const empty = new Device(new SimulatedBoard().connect(), quick);
  assert.is((await errorOf(empty.run(0, 1))).code, "board-no-model");
  assert.is((await empty.status()).model, null);
});

test("a run is sent once, with its limit; every other request is repeated", async () => {
  const { board, device } = await boardWithModel();
  let limits: unknown[] = [];
  board.onRun = (_first, _last, limit) => {
    limits.push(limit);
    return { code: 0, count: 5 };
  };
  await device.run(0, 2, { limit: 1_000_000 });
  await device.run(0, 2);
  assert.equal(limits, [1_000_000, undefined]);
  limits = [];
  const deaf = new Device(board.connect({ toHost: () => new Uint8Array(0) }), quick);
  assert.is((await errorOf(deaf.run(0, 2, { timeoutMillis: 20 }))).code, "board-silent");
  assert.is(limits.length, 1);
  const before = board.requests.length;
  const silent = await errorOf(deaf.echo("x"));
  assert.is(silent.code, "board-silent");
  assert.match(silent.message, /4 times/);
  assert.is(board.requests.length - before, 4);
});

test("answers that make no sense are refused", async () => {
  const { board, device } = await boardWithModel();
  const wrong: [string, Record<string, unknown>, () => Promise<unknown>][] = [
    ["64.0", { abi: 1 }, () => device.status()],
    ["64.4", { off: 5, len: 16, data: new Uint8Array(4) }, () => device.readOutput(0, 16)],
    ["64.4", { off: 0, len: 2, data: new Uint8Array(4) }, () => device.readOutput(0, 16)],
    ["64.4", { off: 0, len: 16, data: new Uint8Array(0) }, () => device.readOutput(0, 16)],
    ["64.4", { off: 0, len: 16, data: "text" }, () => device.readOutput(0, 16)],
    ["64.3", { code: 0, count: -1 }, () => device.run(0, 1)],
    ["64.2", { off: 3 }, () => device.writeInput(0, new Uint8Array(16))],
    ["1.0", { images: [{ slot: 0 }] }, () => device.images()],
    ["1.0", { images: 5 }, () => device.images()],
    ["1.1", { off: 1e9 }, () => device.upload(modelFile("x", 100))],
    ["1.1", { off: 0 }, () => device.upload(modelFile("x", 100))],
    ["0.0", { r: 5 }, () => device.echo("x")],
  ];
  for (const [key, answer, ask] of wrong) {
    board.answers.set(key, answer);
    assert.is((await errorOf(ask())).code, "board-protocol", `${key} ${JSON.stringify(answer)}`);
    board.answers.delete(key);
  }
});

test("an upload that does not advance ends after six parts, however large the file is", async () => {
  const { board, device } = await boardWithModel();
  board.answers.set("1.1", { off: 0 });
  const before = board.requests.length;
  assert.is((await errorOf(device.upload(modelFile("x", 40_000)))).code, "board-protocol");
  assert.is(board.requests.slice(before).filter((key) => key === "1.1").length, 6);
});

test("requests made at once are asked one after the other", async () => {
  const { device } = await boardWithModel();
  const texts = ["a", "b", "c", "d"];
  assert.equal(await Promise.all(texts.map((text) => device.echo(text))), texts);
});

test("an upload can be stopped, and goes on", async () => {
  const { board, device } = await boardWithModel();
  const file = modelFile("new", 8000, 3);
  const stop = new AbortController();
  const stopped = device.upload(file, {
    signal: stop.signal,
    onProgress: (done) => done > 2000 && stop.abort(new Error("stopped")),
  });
  await stopped.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, "stopped"),
  );
  const before = board.requests.length;
  await device.upload(file);
  assert.ok(board.requests.length - before < 8000 / 400, "it does not start anew");
});

test.run();
