import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeFrames } from "../../host/device/frames.js";
import { readParts, roomForData, writeParts } from "../../host/device/parts.js";
import { encodeMessage, type Payload } from "../../host/device/smp.js";
import { upload } from "../../host/device/upload.js";
import { errorOf } from "../error-of.js";

/** Bytes of a packet on the line: length, message, CRC. */
function packetBytes(payload: Payload): number {
  const lines = Buffer.from(
    encodeFrames(encodeMessage({ operation: 2, group: 1, command: 1, sequence: 0, payload })),
  );
  const text = lines
    .toString("latin1")
    .split("\n")
    .map((line) => line.slice(2))
    .join("");
  return Buffer.from(text, "base64").length;
}

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (i * 7) & 255);

test("data fills a packet as far as multiples of 16 go, whatever the packet's size", () => {
  for (const rest of [{ off: 0xffffffff }, { off: 0xffffffff, len: 0xffffffff, sha: new Uint8Array(32) }]) {
    for (let mtu = 400; mtu < 560; mtu++) {
      const room = roomForData(mtu, { ...rest, data: new Uint8Array(0) });
      assert.is(room % 16, 0);
      assert.ok(packetBytes({ ...rest, data: new Uint8Array(room) }) <= mtu, `${room} bytes in ${mtu}`);
      assert.ok(
        packetBytes({ ...rest, data: new Uint8Array(room + 16) }) > mtu,
        `${room + 16} bytes in ${mtu}`,
      );
    }
  }
});

test("packets that hold not even 16 bytes are refused, with their size", async () => {
  const payload = { off: 0xffffffff, data: new Uint8Array(0) };
  const least = Array.from({ length: 200 }, (_, mtu) => mtu).find((mtu) => {
    try {
      return roomForData(mtu, payload) === 16;
    } catch {
      return false;
    }
  }) as number;
  const error = await errorOf(() => roomForData(least - 1, payload));
  assert.is(error.code, "board-protocol");
  assert.match(error.message, `its packets have ${least - 1} bytes only`);
});

/** What a board answers that holds `whole` and gives `most` bytes at a time, with one answer changed. */
function reader(
  whole: Uint8Array,
  most: number,
  change: (answer: Payload, off: number) => Payload = (a) => a,
) {
  const offsets: number[] = [];
  const ask = async (off: number): Promise<Payload> => {
    offsets.push(off);
    return change({ off, len: whole.length, data: whole.subarray(off, off + most) }, off);
  };
  return { ask, offsets };
}

/** A transfer that may take as long as it likes. */
const inTime = (): void => {};

test("parts are asked for until all are there, none where there is nothing", async () => {
  for (const [length, most, asked] of [
    [0, 10, [0]],
    [1, 10, [0]],
    [10, 10, [0]],
    [11, 10, [0, 10]],
    [25, 10, [0, 10, 20]],
  ] as const) {
    const { ask, offsets } = reader(bytes(length), most);
    assert.equal(
      await readParts(ask, { what: "output 0", bytes: length, exact: true }, inTime),
      bytes(length),
      `${length}`,
    );
    assert.equal(offsets, [...asked]);
  }
});

test("parts that do not join are refused", async () => {
  const changed = (change: (answer: Payload, off: number) => Payload) =>
    errorOf(() =>
      readParts(reader(bytes(25), 10, change).ask, { what: "output 0", bytes: 26, exact: false }, inTime),
    );
  for (const [change, text] of [
    [(a, off) => ({ ...a, off: off + 1 }), "a part at 1 instead of 0"],
    [(a, off) => (off === 10 ? { ...a, off: 0 } : a), "a part at 0 instead of 10"],
    [(a, off) => (off === 10 ? { ...a, len: 26 } : a), "26 bytes in all, and 25 before"],
    [(a, off) => (off === 20 ? { ...a, data: bytes(6) } : a), "a part of 6 bytes at 20 of 25"],
    [(a, off) => (off === 10 ? { ...a, data: bytes(0) } : a), "a part of 0 bytes at 10 of 25"],
    [(a) => ({ ...a, len: 9 }), "a part of 10 bytes at 0 of 9"],
    [(a) => ({ ...a, off: -1 }), '"off": '],
    [(a) => ({ ...a, len: "25" }), '"len": '],
    [(a) => ({ ...a, data: [1] }), '"data": '],
  ] as [(answer: Payload, off: number) => Payload, string][]) {
    const error = await changed(change);
    assert.is(error.code, "board-protocol");
    assert.match(error.message, `the answer to output 0: ${text}`);
  }
});

test("an input is written in parts that follow each other, also one of no bytes", async () => {
  const room = roomForData(512, { i: 0xffff, off: 0xffffffff, data: new Uint8Array(0) });
  for (const length of [0, 1, room, room + 1, 3 * room + 5]) {
    const written: Uint8Array[] = [];
    const offsets: number[] = [];
    await writeParts(
      async ({ off, data }) => {
        offsets.push(off);
        written.push(data);
        return { off: off + data.length };
      },
      512,
      bytes(length),
      inTime,
    );
    assert.equal(new Uint8Array(Buffer.concat(written)), bytes(length));
    assert.equal(
      offsets,
      Array.from({ length: Math.max(1, Math.ceil(length / room)) }, (_, i) => i * room),
    );
    assert.ok(written.every((part) => packetBytes({ i: 3, off: 0, data: part }) <= 512));
  }
  const error = await errorOf(() => writeParts(async () => ({ off: 8 }), 512, bytes(16), inTime));
  assert.match(error.message, "the answer to input: it wants offset 8 after 16");
});

/** A board that takes an upload, as its answers say: offset that it wants after each part. */
function receiver(next: (off: number, length: number, call: number) => number) {
  const sent: Payload[] = [];
  const timeouts: (number | undefined)[] = [];
  const send = async (payload: Payload, timeoutMillis?: number): Promise<Payload> => {
    sent.push(payload);
    timeouts.push(timeoutMillis);
    return { off: next(Number(payload.off), (payload.data as Uint8Array).length, sent.length) };
  };
  return { send, sent, timeouts };
}

const offsetsOf = (sent: readonly Payload[]) => sent.map(({ off }) => off);

test("an upload's first part tells length and SHA-256; its head, and the last, may take as long as flash does", async () => {
  const file = Uint8Array.of(0, 0x61, ...bytes(2998));
  const { send, sent, timeouts } = receiver((off, length) => off + length);
  const progress: [number, number][] = [];
  const sha = await upload(send, 512, file, inTime, {
    flashTimeoutMillis: 77,
    onProgress: (done, total) => progress.push([done, total]),
  });
  assert.equal(Object.keys(sent[0] as Payload), ["off", "len", "sha", "data"]);
  assert.is(sent[0]?.len, 3000);
  assert.equal(sent[0]?.sha, sha);
  for (const part of sent.slice(1)) assert.equal(Object.keys(part), ["off", "data"]);
  assert.equal(new Uint8Array(Buffer.concat(sent.map(({ data }) => data as Uint8Array))), file);
  const isSlow = sent.map(({ off }, i) => Number(off) < 2048 || i === sent.length - 1);
  assert.equal(
    timeouts,
    isSlow.map((slow) => (slow ? 77 : undefined)),
  );
  assert.ok(isSlow.includes(false));
  assert.equal(progress.at(-1), [3000, 3000]);
  assert.equal(
    progress.map(([done]) => done),
    [...offsetsOf(sent).slice(1), 3000],
  );
  const sealed = receiver((off, length) => off + length);
  await upload(sealed.send, 512, bytes(3000), inTime, { flashTimeoutMillis: 77 });
  assert.ok(
    sealed.timeouts.every((timeout) => timeout === 77),
    "what is no model is opened as it comes",
  );
});

test("no part of an upload exceeds the board's packets, and all but the last fill them", async () => {
  for (let mtu = 512; mtu < 528; mtu++) {
    const { send, sent } = receiver((off, length) => off + length);
    await upload(send, mtu, bytes(3000), inTime);
    for (const part of sent) assert.ok(packetBytes(part) <= mtu, `${packetBytes(part)} of ${mtu}`);
    assert.ok(packetBytes(sent[0] as Payload) > mtu - 24, "the first one has most besides data");
  }
});

test("an upload goes on where the board says, forwards and back", async () => {
  const file = bytes(4000);
  const { send, sent } = receiver((off, length, call) =>
    call === 1 ? 2400 : call === 3 ? 1600 : off + length,
  );
  await upload(send, 512, file, inTime);
  assert.equal(offsetsOf(sent).slice(0, 4), [0, 2400, Number(sent[2]?.off), 1600]);
  assert.ok(Number(sent[2]?.off) > 2400);
  const again = sent[3]?.data as Uint8Array;
  assert.equal(again, file.subarray(1600, 1600 + again.length));
});

test("a board may ask for the same part five times more, and no sixth time", async () => {
  const repeats = (times: number) => {
    let left = times;
    return receiver((off, length) => (left-- > 0 ? off : off + length));
  };
  const patient = repeats(5);
  await upload(patient.send, 512, bytes(100), inTime);
  assert.is(patient.sent.length, 6);
  const stubborn = repeats(6);
  const error = await errorOf(() => upload(stubborn.send, 512, bytes(100), inTime));
  assert.is(error.code, "board-protocol");
  assert.match(error.message, "asks 6 times in a row for what it was sent");
  assert.is(stubborn.sent.length, 6);
});

test("repeats are counted anew once the upload has gone on", async () => {
  const seen = new Map<number, number>();
  const { send } = receiver((off, length) => {
    const times = (seen.get(off) ?? 0) + 1;
    seen.set(off, times);
    return times <= 4 ? off : off + length;
  });
  await upload(send, 512, bytes(2000), inTime);
  assert.ok(seen.size > 4);
});

test("an upload that creeps ends after twice as many requests as there are parts, and some", async () => {
  const room = roomForData(512, {
    off: 0xffffffff,
    len: 0xffffffff,
    sha: bytes(32),
    data: new Uint8Array(0),
  });
  for (const parts of [1, 5]) {
    const { send, sent } = receiver((off) => off + 1);
    const error = await errorOf(() => upload(send, 512, bytes(parts * room), inTime));
    const most = 2 * parts + 16;
    assert.is(error.code, "board-protocol");
    assert.is(error.detail, `the answer to upload: it has asked for ${most} parts, and wants ${most}`);
    assert.is(sent.length, most);
  }
});

test("an upload that goes forth and back counts what it was sent already", async () => {
  const { send, sent } = receiver((_off, _length, call) => (call % 2 === 0 ? 400 : 800));
  const error = await errorOf(() => upload(send, 512, bytes(4000), inTime));
  assert.is(error.detail, "the answer to upload: it asks 6 times in a row for what it was sent");
  assert.is(sent.length, 7);
});

test("an upload's answer without an offset is refused by name", async () => {
  const error = await errorOf(() => upload(async () => ({}), 512, bytes(10), inTime));
  assert.match(error.detail, /^the answer to upload: "off": /);
});

test("an offset beyond the file is refused; the file's end is not", async () => {
  const past = receiver(() => 101);
  const error = await errorOf(() => upload(past.send, 512, bytes(100), inTime));
  assert.match(error.message, "the answer to upload: it wants offset 101 of 100 bytes");
  const at = receiver(() => 100);
  await upload(at.send, 512, bytes(100), inTime);
  assert.is(at.sent.length, 1);
});

test("an upload stops before the next part when it is told to", async () => {
  const stop = new AbortController();
  const { send, sent } = receiver((off, length) => {
    stop.abort(new Error("enough"));
    return off + length;
  });
  try {
    await upload(send, 512, bytes(2000), inTime, { signal: stop.signal });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "enough");
  }
  assert.is(sent.length, 1);
});

test("an empty file is one part", async () => {
  const { send, sent } = receiver(() => 0);
  await upload(send, 512, bytes(0), inTime);
  assert.is(sent.length, 1);
  assert.is(sent[0]?.len, 0);
});

test.run();
