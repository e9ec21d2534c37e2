import { createHash } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import { Device } from "../../host/device/device.js";
import { startQemu } from "../../host/device/emulators/qemu.js";
import { startRp2040 } from "../../host/device/emulators/rp2040.js";
import { encodeFrames } from "../../host/device/frames.js";
import type { Transport } from "../../host/device/transport.js";
import type { WasmoteError } from "../../host/errors.js";
import { codeOf } from "../error-of.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { bodies, makeModel, makeStatefulModel, severalResults } from "./made-modules.js";

/** A board of each architecture whose flash can be written in the emulator. */
const boards = availableBoards(["mps2-an386", "mps3-an547", "qemu-rv32", "pico"]);

interface Session {
  device: Device;
  line: Transport;
}

async function start(board: Board): Promise<Session> {
  const { emulator } = board;
  if (emulator === undefined) throw new Error(`${board.id} has no emulator`);
  const { files } = await firmwareOf(board);
  const line =
    emulator.kind === "qemu"
      ? startQemu(board.id, emulator, files.elf, [])
      : await startRp2040(board.id, files.uf2!, [], "usb");
  const device = new Device(line, { timeoutMillis: 10_000 });
  await device.echo("begun", { timeoutMillis: 200, attempts: 100 });
  return { device, line };
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** The good model is active, and runs. */
async function assertGoodModel(device: Device, when: string): Promise<void> {
  assert.is((await device.status()).model, "good", when);
  const input = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  await device.writeInput(0, input);
  assert.is((await device.run(0, 1)).code, 1, when);
  assert.equal([...(await device.readOutput(0, input.length))], [...input], when);
}

for (const board of boards) {
  const good = makeModel("good", bodies.sum, { weightBytes: 5000 });
  const other = makeModel("other", bodies.sum, { weightBytes: 9000 });
  let session: Promise<Session> | undefined;
  const within = (name: string, body: (session: Session) => Promise<void>): void => {
    test(`${board.id}: ${name}`, async () => {
      session ??= start(board);
      await body(await session);
    });
  };

  within("a model is uploaded, activated and run", async ({ device }) => {
    assert.is((await device.status()).model, null);
    assert.is(await codeOf(device.run(0, 1)), "board-no-model");
    await device.upload(good);
    assert.is((await device.status()).model, null, "an upload alone activates nothing");
    await device.activate(sha256(good));
    await assertGoodModel(device, "after activation");
  });

  within("memory neither grows by as many pages as no memory has, nor shrinks", async ({ device }) => {
    const shrinking = makeModel("shrinking", bodies.shrinking);
    await device.upload(shrinking);
    await device.activate(sha256(shrinking));
    for (let i = 0; i < 2; i++) assert.is((await device.run(0, 1)).code, 99);
    await device.activate(sha256(good));
    await assertGoodModel(device, "after it");
  });

  within(
    "an upload stopped at 20 points goes on where it stopped, and the old model answers",
    async ({ device }) => {
      for (let i = 0; i < 20; i++) {
        const stop = new AbortController();
        const limit = Math.round((other.length * (i + 1)) / 21);
        const stopped = device.upload(other, {
          signal: stop.signal,
          onProgress: (done) => {
            if (done >= limit) stop.abort();
          },
        });
        await stopped.catch(() => {});
        if (i % 4 === 3) {
          await device.reset();
          await device.echo("again", { timeoutMillis: 200, attempts: 100 });
        }
        await assertGoodModel(device, `stopped at ${limit}`);
      }
      const progress: number[] = [];
      await device.upload(other, { onProgress: (done) => progress.push(done) });
      assert.ok(progress.length > 0 && progress[0]! > 0, "it went on");
      assert.is((await device.images()).length, 2);
      await assertGoodModel(device, "complete, not activated");
    },
  );

  within("garbage, a wrong CRC and a cut frame get no answer and do no harm", async ({ device, line }) => {
    let seed = 1;
    const garbage = Uint8Array.from({ length: 3000 }, () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed >>> 24;
    });
    line.write(garbage);
    line.write(Buffer.from("\n"));
    const frame = Buffer.from(encodeFrames(Uint8Array.from([0x0a, 0, 0, 1, 0, 0, 1, 0, 0xa0])));
    const wrong = Buffer.from(frame);
    wrong[10]! ^= 1;
    line.write(wrong);
    line.write(frame.subarray(0, 9));
    line.write(Buffer.from("\n"));
    line.write(Buffer.from(`\x06\x09${"A".repeat(400)}\n`));
    await assertGoodModel(device, "after garbage");
  });

  within("a wrong hash is refused", async ({ device, line }) => {
    void line;
    const spoiled = Uint8Array.from(makeModel("spoiled", bodies.sum, { weightBytes: 3000 }));
    const upload = device.upload(spoiled, {
      onProgress: (done) => {
        if (done < spoiled.length) spoiled[spoiled.length - 1]! ^= 1;
      },
    });
    assert.is(await codeOf(upload), "board-hash");
    assert.is(await codeOf(device.activate(sha256(spoiled))), "board-no-model");
    await assertGoodModel(device, "after a wrong hash");
  });

  const refused: readonly [string, string, Uint8Array][] = [
    ["bytes that are no module", "board-bad-model", Buffer.from("no module at all")],
    [
      "a model that needs too much memory",
      "board-memory",
      makeModel("huge", bodies.sum, { memoryBytes: 0x7fffffff }),
    ],
    ["a newer manifest", "board-abi", makeModel("newer", bodies.sum, { version: 99 })],
    [
      "an unknown import",
      "board-abi",
      makeModel("imports", bodies.sum, { imports: { required: ["wasmote.fly"], optional: [] } }),
    ],
  ];
  for (const [what, code, file] of refused) {
    within(`${what}: refused when it has arrived`, async ({ device }) => {
      assert.is(await codeOf(device.upload(file)), code);
      await assertGoodModel(device, what);
    });
  }

  within("a block of several results: not activated", async ({ device }) => {
    const file = makeModel("results", bodies.sum, { types: [severalResults(100)] });
    await device.upload(file);
    assert.is(await codeOf(device.activate(sha256(file))), "board-abi");
    await assertGoodModel(device, "after several results");
  });

  const unloadable: readonly [string, string, readonly number[]][] = [
    ["loops nested deeper than the stack", "board-bad-model", bodies.nested],
    ["an unknown opcode", "board-abi", [0xff, 0xff]],
  ];
  for (const [what, code, body] of unloadable) {
    within(`${what}: not activated`, async ({ device }) => {
      const file = makeModel(what, body);
      await device.upload(file);
      assert.is(await codeOf(device.activate(sha256(file))), code);
      await assertGoodModel(device, what);
    });
  }

  within(
    "state is kept from run to run, and reset when it is asked for and after a failed run",
    async ({ device }) => {
      const file = makeStatefulModel("stateful");
      await device.upload(file);
      await device.activate(sha256(file));
      const runs = async (): Promise<number[]> => [
        (await device.run(0, 1)).code,
        (await device.run(0, 1)).code,
      ];
      assert.equal(await runs(), [101, 102]);
      assert.equal(await runs(), [103, 104]);
      await device.resetModel();
      assert.equal(await runs(), [101, 102]);
      for (const [step, code] of [
        [1, "board-trap"],
        [2, "board-limit"],
      ] as const) {
        const error = await device.run(step, step + 1, { limit: 5_000_000 }).catch((each: unknown) => each);
        assert.is((error as WasmoteError).code, code);
        assert.match((error as WasmoteError).message, /; the model's state was reset/);
        assert.equal(await runs(), [101, 102]);
      }
      await device.accelerate(false);
      assert.equal(await runs(), [101, 102]);
      await device.accelerate(true);
    },
  );

  within("a reset that traps, or is of another type: not activated", async ({ device }) => {
    const wrongType = [
      { name: "run", kind: 0 },
      { name: "reset", kind: 0, index: 1 },
    ];
    for (const [file, code] of [
      [makeStatefulModel("broken", bodies.trap), "board-bad-model"],
      [makeModel("wrong", bodies.sum, { functions: [bodies.sum], exports: wrongType }), "board-bad-model"],
    ] as const) {
      await device.upload(file);
      assert.is(await codeOf(device.activate(sha256(file))), code);
    }
  });

  const failing: readonly [string, string, readonly number[]][] = [
    ["a trap", "board-trap", bodies.trap],
    ["an access beyond memory", "board-trap", bodies.outOfBounds],
    ["endless recursion", "board-trap", bodies.recursive],
    ["an endless loop", "board-limit", bodies.endless],
  ];
  for (const [what, code, body] of failing) {
    within(`${what}: the run ends with an error, and the board goes on`, async ({ device }) => {
      const file = makeModel(what, body);
      await device.upload(file);
      await device.activate(sha256(file));
      for (let i = 0; i < 2; i++) assert.is(await codeOf(device.run(0, 1, { limit: 5_000_000 })), code);
      assert.is((await device.status()).model, what);
      await device.upload(good);
      await device.activate(sha256(good));
      await assertGoodModel(device, what);
    });
  }

  within("calls one after the other leave nothing on the stack", async ({ device }) => {
    const file = makeModel("calls", bodies.calls);
    await device.upload(file);
    await device.activate(sha256(file));
    assert.is((await device.run(0, 1)).code, 7);
    await device.upload(good);
    await device.activate(sha256(good));
  });

  within("a limit of many timer periods ends a run about there", async ({ device }) => {
    const file = makeModel("endless", bodies.endless);
    await device.upload(file);
    await device.activate(sha256(file));
    const begin = Date.now();
    assert.is(await codeOf(device.run(0, 1, { limit: 60_000_000 })), "board-limit");
    assert.ok(Date.now() - begin < 60_000);
    assert.is(await codeOf(device.run(0, 1, { limit: 1 })), "board-limit");
    await device.upload(good);
    await device.activate(sha256(good));
    await assertGoodModel(device, "after the limit");
  });

  within("requests out of bounds are refused", async ({ device }) => {
    assert.is(await codeOf(device.writeInput(1, new Uint8Array(1))), "board-bad-request");
    assert.is(await codeOf(device.writeInput(0, new Uint8Array(9))), "board-bad-request");
    assert.is(await codeOf(device.readOutput(7, 16)), "board-bad-request");
    assert.is(await codeOf(device.run(0, 2)), "board-bad-request");
    assert.is(await codeOf(device.run(1, 0)), "board-bad-request");
    assert.is(await codeOf(device.erase(5)), "board-bad-request");
    const active = (await device.images()).find((image) => image.active);
    assert.is(await codeOf(device.erase(active!.slot)), "board-busy");
    assert.is(await codeOf(device.upload(new Uint8Array(2 * board.slots.bytes))), "board-flash");
    await assertGoodModel(device, "after bad requests");
  });

  within("the log of the slots survives more activations than a sector holds", async ({ device }) => {
    const second = makeModel("second", bodies.sum);
    for (let i = 0; i < 100; i++) {
      await device.upload(second);
      await device.activate(sha256(i % 2 === 0 ? second : good));
    }
    await assertGoodModel(device, "after 100 activations");
    await device.reset();
    await device.echo("again", { timeoutMillis: 200, attempts: 100 });
    await assertGoodModel(device, "after a reset");
    await device.close();
  });
}

test.run();
