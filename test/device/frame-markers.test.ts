import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeFrames, FrameDecoder } from "../../host/device/frames.js";

/** Everything that a decoder finds. */
function read(...parts: (Uint8Array | string)[]) {
  const found = { messages: [] as Uint8Array[], texts: [] as string[], dropped: [] as string[] };
  const decoder = new FrameDecoder({
    message: (bytes) => found.messages.push(bytes),
    text: (line) => found.texts.push(line),
    dropped: (reason) => found.dropped.push(reason),
  });
  for (const part of parts) decoder.push(Buffer.from(part as string));
  return found;
}

const message = Uint8Array.from({ length: 200 }, (_, i) => (i * 7) & 255);
const frames = encodeFrames(message);

test("half a marker is text: a tab, the byte before it, and the first byte of a line that goes on", () => {
  const texts = [
    "a\tb",
    "\tindented",
    "x\u0006y",
    "\u0006y",
    "y\u0009",
    "\u0004y",
    "y\u0014",
    "\u0014\u0004",
  ];
  const found = read(`${texts.join("\n")}\n`, frames);
  assert.equal(found, { messages: [message], texts, dropped: [] });
});

test("half a marker ahead of a frame on one line is text", () => {
  for (const text of ["\u0006", "\u0006\u0006", "\t", "boot\t", "boot\u0006x"])
    assert.equal(
      read(text, frames),
      { messages: [message], texts: [text], dropped: [] },
      JSON.stringify(text),
    );
});

test("a second line's marker in the middle of a line is text", () => {
  assert.equal(read("x\u0004\u0014AAAA\n").texts, ["x\u0004\u0014AAAA"]);
});

test("a line of text is passed on once it has 4,097 bytes", () => {
  for (const [length, pieces] of [
    [4096, [4096]],
    [4097, [4097]],
    [4098, [4097, 1]],
  ] as const) {
    const found = read(`${"x".repeat(length)}\n`);
    assert.equal(
      found.texts.map((text) => text.length),
      [...pieces],
    );
  }
});

test("a message of no bytes is one, and a length that holds no CRC is wrong", () => {
  assert.equal(read(encodeFrames(new Uint8Array(0))).messages, [new Uint8Array(0)]);
  const short = Buffer.from([0, 1, 0]).toString("base64");
  assert.equal(read(`\u0006\u0009${short}\n`).dropped, ["the length is wrong"]);
});

test("a packet that is longer than its length says is dropped", () => {
  const packet = Buffer.from([0, 2, 0, 0, 9]).toString("base64");
  assert.equal(read(`\u0006\u0009${packet}\n`), {
    messages: [],
    texts: [],
    dropped: ["the length is wrong"],
  });
});

test("whoever wants messages alone need not take the rest", () => {
  const messages: Uint8Array[] = [];
  const decoder = new FrameDecoder({ message: (bytes) => messages.push(bytes) });
  assert.not.throws(() => decoder.push(Buffer.concat([Buffer.from("text\n\u0004\u0014AAAA\n"), frames])));
  assert.equal(messages, [message]);
});

test.run();
