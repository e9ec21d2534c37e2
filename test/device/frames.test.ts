import { test } from "uvu";
import * as assert from "uvu/assert";
import { crc16 } from "../../host/device/crc16.js";
import { encodeFrames, FrameDecoder, maxLineBytes } from "../../host/device/frames.js";
import { decodeMessage, encodeMessage } from "../../host/device/smp.js";

/** Everything that a decoder finds in a stream, cut at the places given. */
function read(stream: Uint8Array, pieceBytes = stream.length) {
  const found = { messages: [] as Uint8Array[], texts: [] as string[], dropped: [] as string[] };
  const decoder = new FrameDecoder({
    message: (bytes) => found.messages.push(bytes),
    text: (line) => found.texts.push(line),
    dropped: (reason) => found.dropped.push(reason),
  });
  for (let at = 0; at < stream.length; at += pieceBytes) decoder.push(stream.subarray(at, at + pieceBytes));
  return found;
}

const bytes = (length: number, seed = 7) => Uint8Array.from({ length }, (_, i) => (i * seed + 3) & 0xff);
const join = (...parts: (Uint8Array | string)[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

test("the CRC is XMODEM's", () => {
  assert.is(crc16(Buffer.from("123456789")), 0x31c3);
  assert.is(crc16(new Uint8Array(0)), 0);
});

test("an echo request is these bytes: header, CBOR, length, CRC, base64", () => {
  const message = encodeMessage({ operation: 2, group: 0, command: 0, sequence: 0x42, payload: { d: "hi" } });
  assert.is(Buffer.from(message).toString("hex"), "0a0000060000" + "4200" + "a16164626869");
  const crc = crc16(message);
  const packet = Buffer.from([0, 16, ...message, crc >> 8, crc & 0xff]);
  assert.is(
    Buffer.from(encodeFrames(message)).toString("latin1"),
    `\u0006\u0009${packet.toString("base64")}\n`,
  );
});

test("messages of every length come back, whatever the pieces", () => {
  for (const length of [8, 9, 88, 89, 90, 91, 181, 182, 183, 300, 1000]) {
    const stream = encodeFrames(bytes(length));
    const lines = Buffer.from(stream).toString("latin1").split("\n").slice(0, -1);
    for (const [i, line] of lines.entries()) {
      assert.ok(line.length + 1 <= maxLineBytes, `${line.length}`);
      assert.is(line.slice(0, 2), i === 0 ? "\u0006\u0009" : "\u0004\u0014");
    }
    for (const piece of [1, 2, 3, 50, stream.length]) {
      const found = read(stream, piece);
      assert.equal(found, { messages: [bytes(length)], texts: [], dropped: [] }, `${length} in ${piece}`);
    }
  }
});

test("lines that are no frames are text, also without a line end before a frame", () => {
  const found = read(
    join("hello\r\n", encodeFrames(bytes(20)), "boot> ", encodeFrames(bytes(200)), "\nbye\n"),
  );
  assert.equal(found.texts, ["hello", "boot> ", "bye"]);
  assert.equal(found.messages, [bytes(20), bytes(200)]);
  assert.equal(found.dropped, []);
});

test("a damaged packet is dropped with its reason, and the next one is read", () => {
  const good = encodeFrames(bytes(300));
  const lines = Buffer.from(good)
    .toString("latin1")
    .split(/(?<=\n)/);
  const cases: [string, Uint8Array, RegExp][] = [
    ["a changed byte", good.map((byte, i) => (i === 60 ? byte ^ 1 : byte)), /CRC/],
    ["the first line lost", join(lines.slice(1).join("")), /without the lines before/],
    ["a line lost", join([lines[0], ...lines.slice(2)].join("")), /incomplete/],
    ["a line twice", join([lines[0], lines[1], lines[1], ...lines.slice(2)].join("")), /length|CRC/],
    ["a short first line", join("\u0006\u0009AA\n"), /broken/],
    ["no length", join("\u0006\u0009AAAA\n"), /length/],
  ];
  for (const [what, stream, reason] of cases) {
    const found = read(join(stream, encodeFrames(bytes(40))));
    assert.equal(found.messages, [bytes(40)], what);
    assert.match(found.dropped[0] ?? "", reason, what);
  }
});

test("endless garbage is text in pieces, and takes no more memory", () => {
  const found = read(
    join(
      bytes(20_000).map((byte) => (byte % 64) + 64),
      "\n",
      encodeFrames(bytes(40)),
    ),
  );
  assert.ok(found.texts.length >= 4 && found.texts.every((line) => line.length <= 4097));
  assert.equal(found.messages, [bytes(40)]);
});

test("a message that contradicts its header is none", () => {
  const message = encodeMessage({ operation: 3, group: 64, command: 2, sequence: 1, payload: { off: 5 } });
  assert.equal(decodeMessage(message)?.payload, { off: 5 });
  assert.is(decodeMessage(message.subarray(0, 7)), undefined);
  assert.is(decodeMessage(message.subarray(0, message.length - 1)), undefined);
  const noCbor = Uint8Array.from(message);
  noCbor.fill(0xff, 8);
  assert.is(decodeMessage(noCbor), undefined);
});

test.run();
