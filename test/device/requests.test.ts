import { test } from "uvu";
import * as assert from "uvu/assert";
import { modelErrors } from "../../host/abi/return-codes.js";
import { Device } from "../../host/device/device.js";
import type { Payload } from "../../host/device/smp.js";
import { errorOf } from "../error-of.js";
import { testKey } from "../trust/keys.js";
import { FakeLine } from "./fake-line.js";

/** Operations of SMP's header. */
const [read, write] = [0, 2];
const hash = new Uint8Array(32).fill(7);
const status = {
  ...{ abi: 1, board: "fake", model: "m", ram: 1, used: 1, memory: 1, steps: 1 },
  ...{ unit: "cycles", hz: 1, mtu: 512, flash: 4096, imports: [] },
};
const image = { slot: 1, version: "1", hash };

interface Operation {
  /** What an error calls it. */
  what: string;
  ask(device: Device): Promise<unknown>;
  /** Operation, group and command, and payload. */
  request: [operation: number, group: number, command: number, payload: Payload];
  /** What is answered, and what the operation gives. */
  answer: Payload;
  gives: unknown;
}

const operations: readonly Operation[] = [
  {
    what: "echo",
    ask: (device) => device.echo("x"),
    request: [write, 0, 0, { d: "x" }],
    answer: { r: "y" },
    gives: "y",
  },
  {
    what: "parameters",
    ask: (device) => device.parameters(),
    request: [read, 0, 6, {}],
    answer: { buf_size: 9, buf_count: 2 },
    gives: { bufferBytes: 9, buffers: 2 },
  },
  {
    what: "information",
    ask: (device) => device.information(),
    request: [read, 0, 7, { format: "a" }],
    answer: { output: "z" },
    gives: "z",
  },
  {
    what: "status",
    ask: (device) => device.status(),
    request: [read, 64, 0, {}],
    answer: status,
    gives: { ...status, floats: false },
  },
  {
    what: "images",
    ask: (device) => device.images(),
    request: [read, 1, 0, {}],
    answer: { images: [image] },
    gives: [{ ...image, active: false, confirmed: false, pending: false, bootable: true }],
  },
  {
    what: "activate",
    ask: (device) => device.activate(hash),
    request: [write, 1, 0, { hash, confirm: true }],
    answer: { images: [{ ...image, active: true }] },
    gives: [{ ...image, active: true, confirmed: false, pending: false, bootable: true }],
  },
  {
    what: "revert",
    ask: (device) => device.revert(hash),
    request: [write, 1, 0, { hash, confirm: false }],
    answer: { images: [{ ...image, active: true, confirmed: true }] },
    gives: [{ ...image, active: true, confirmed: true, pending: false, bootable: true }],
  },
  {
    what: "manifest",
    ask: (device) => device.manifest(),
    request: [read, 64, 1, { off: 0 }],
    answer: { off: 0, len: 1, data: Uint8Array.of(5) },
    gives: Uint8Array.of(5),
  },
  {
    what: "run of steps 1 to 3",
    ask: (device) => device.run(1, 3, { limit: 4 }),
    request: [write, 64, 3, { first: 1, last: 3, limit: 4 }],
    answer: { code: 0, count: 6 },
    gives: { code: 0, count: 6 },
  },
  {
    what: "output 2",
    ask: (device) => device.readOutput(2, 1),
    request: [read, 64, 4, { i: 2, off: 0 }],
    answer: { off: 0, len: 1, data: Uint8Array.of(8) },
    gives: Uint8Array.of(8),
  },
];

/** Those whose answer has no field. */
const plain: readonly Operation[] = [
  {
    what: "reset",
    ask: (device) => device.reset(),
    request: [write, 0, 5, {}],
    answer: {},
    gives: undefined,
  },
  {
    what: "erase",
    ask: (device) => device.erase(1),
    request: [write, 1, 5, { slot: 1 }],
    answer: {},
    gives: undefined,
  },
  {
    what: "tier",
    ask: (device) => device.accelerate(true),
    request: [write, 64, 5, { accelerated: true }],
    answer: {},
    gives: undefined,
  },
  {
    what: "reset of the model",
    ask: (device) => device.resetModel(),
    request: [write, 64, 6, {}],
    answer: {},
    gives: undefined,
  },
];

/** A device whose every request is answered so. */
function answering(answer: Payload): { device: Device; line: FakeLine } {
  const line = new FakeLine();
  line.onAsked = (request) => setImmediate(() => line.answer(request, answer));
  return { device: new Device(line, { timeoutMillis: 60_000, flashTimeoutMillis: 60_000 }), line };
}

for (const { what, ask, request, answer, gives } of [...operations, ...plain]) {
  test(`${what}: what is asked, what it gives, and what an error calls it`, async () => {
    const { device, line } = answering(answer);
    assert.equal(await ask(device), gives);
    assert.is(line.asked.length, 1);
    const { operation, group, command, payload } = line.asked[0]!;
    assert.equal([operation, group, command, payload], request);
    const refused = await errorOf(ask(answering({ rc: 3 }).device));
    assert.ok(refused.detail.startsWith(`${what}: SMP error 3`), refused.detail);
  });
}

for (const { what, ask } of operations) {
  test(`${what}: an answer without its fields is refused by name`, async () => {
    const { code, detail } = await errorOf(ask(answering({}).device));
    assert.is(code, "board-protocol");
    assert.match(detail, new RegExp(`^the answer to ${what}: "\\w+(\\.\\w+)*": \\w`));
  });
}

test("slots are told by firmware that knows them", async () => {
  const slots = [{ bytes: 4096, state: "empty", file: 0, model: null }];
  const { device, line } = answering({ slots });
  assert.equal(await device.slots(), slots);
  const { operation, group, command, payload } = line.asked[0]!;
  assert.equal([operation, group, command, payload], [read, 64, 10, {}]);
  assert.is(await answering({ rc: 8 }).device.slots(), undefined);
  for (const wrong of [{}, { slots: [{ ...slots[0], state: "lost" }] }])
    assert.is((await errorOf(answering(wrong).device.slots())).code, "board-protocol");
});

test("what may be absent in an answer has a value then", async () => {
  const { model, floats } = await answering({ ...status, model: null }).device.status();
  assert.equal([model, floats], [null, false]);
  const wrong = await errorOf(
    answering({ images: [{ ...image, hash: new Uint8Array(31) }] }).device.images(),
  );
  assert.match(wrong.detail, "it has not 32 bytes");
});

test("each request waits as long as what it asks for may take, a run once only", async () => {
  const device = new Device(new FakeLine(), {
    ...{ timeoutMillis: 1, attempts: 2, flashTimeoutMillis: 20, runTimeoutMillis: 30 },
  });
  const waited: [Promise<unknown>, string][] = [
    [device.echo("x"), "no answer to echo within 0.001 s, 2 times"],
    [device.activate(hash), "no answer to activate within 0.02 s, 2 times"],
    [device.erase(1), "no answer to erase within 0.02 s, 2 times"],
    [device.run(0, 1), "no answer to run of steps 0 to 1 within 0.03 s"],
    [device.run(0, 1, { timeoutMillis: 5 }), "no answer to run of steps 0 to 1 within 0.005 s"],
  ];
  for (const [asking, text] of waited) {
    const { code, detail } = await errorOf(asking);
    assert.equal([code, detail], ["board-silent", text]);
  }
});

test("how large packets are is asked once, and anew after a reset or another model", async () => {
  const line = new FakeLine();
  const statuses = () => line.asked.filter(({ group, command }) => group === 64 && command === 0).length;
  line.onAsked = (request) => {
    const { group, command, payload } = request;
    const written = group === 64 && command === 2;
    const answer = written ? { off: Number(payload.off) + (payload.data as Uint8Array).length } : status;
    setImmediate(() => line.answer(request, group === 1 ? { images: [image] } : answer));
  };
  const device = new Device(line, { timeoutMillis: 60_000 });
  const input = Uint8Array.of(1, 2, 3);
  await device.writeInput(4, input);
  await device.writeInput(4, input);
  assert.is(statuses(), 1);
  assert.equal(line.asked.at(-1)?.payload, { i: 4, off: 0, data: input });
  await device.reset();
  await device.writeInput(4, input);
  assert.is(statuses(), 2);
  await device.activate(hash);
  await device.writeInput(4, input);
  assert.is(statuses(), 3);
});

test("a session is open whose answer was lost, and no other one", async () => {
  const key = testKey(1);
  const trust = { signed: true, trial: false, runs: 0, keys: [key.public.id], seq: 0, session: true };
  const open = (told: Payload): Promise<void> => {
    const line = new FakeLine();
    line.onAsked = (request) => {
      const challenge = { device: new Uint8Array(8), challenge: new Uint8Array(16) };
      const untrusted = { err: { group: 64, rc: modelErrors.indexOf("untrusted") } };
      const answer = { 7: told, 8: challenge, 9: untrusted }[request.command]!;
      setImmediate(() => line.answer(request, answer as Payload));
    };
    return new Device(line, { timeoutMillis: 60_000, flashTimeoutMillis: 60_000 }).openSession(key);
  };
  await open(trust);
  for (const told of [
    { ...trust, session: false },
    { ...trust, keys: [testKey(2).public.id] },
  ])
    assert.is((await errorOf(open(told))).code, "board-untrusted");
});

test("a device has its line's name, and ends it", async () => {
  const line = new FakeLine();
  const device = new Device(line);
  assert.is(device.name, "the fake line");
  await device.close();
  assert.is(line.closed, 1);
});

test.run();
