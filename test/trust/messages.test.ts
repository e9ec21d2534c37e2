import { test } from "uvu";
import * as assert from "uvu/assert";
import { signMessage, type TrustMessage, verifyMessage } from "../../host/trust/messages.js";
import { refusalOf, testKey } from "./keys.js";

const [a, b] = [testKey(1), testKey(2)];
const device = new Uint8Array(12).fill(9);
const messages: TrustMessage[] = [
  { do: "add-key", key: b.public.bytes, seq: 3 },
  { do: "retire-key", key: b.public.bytes, seq: 2 ** 32 - 1, device },
  { do: "session", device, challenge: new Uint8Array(16).fill(5) },
];

test("messages are read as they were signed", () => {
  for (const message of messages) {
    const bytes = signMessage(message, a);
    assert.equal(bytes, signMessage(message, a));
    assert.equal(verifyMessage(bytes, [b.public, a.public]), { message, key: a.public });
  }
});

test("a message is a COSE_Sign1 as RFC 9052 lays it out, byte for byte", () => {
  const bytes = signMessage(messages[0] as TrustMessage, a);
  const hex = Buffer.from(bytes).toString("hex");
  const payload = `a362646f676164642d6b6579636b65795820${Buffer.from(b.public.bytes).toString("hex")}6373657103`;
  const start = `8443a10127a1044c${Buffer.from(a.public.id).toString("hex")}5837${payload}5840`;
  assert.is(hex.slice(0, start.length), start);
  assert.is(bytes.length, start.length / 2 + 64);
});

test("every byte of a message counts", () => {
  for (const message of messages) {
    const bytes = signMessage(message, a);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.map((byte, i) => (i === at ? byte ^ 0x01 : byte));
      for (const wrong of [changed, bytes.subarray(0, at)])
        assert.is(
          refusalOf(() => verifyMessage(wrong, [a.public, b.public])).code,
          "message-invalid",
          `byte ${at}`,
        );
    }
    assert.match(
      refusalOf(() => verifyMessage(bytes, [b.public])).message,
      /key [0-9a-f]{24} is not trusted/,
    );
    assert.is(refusalOf(() => verifyMessage(Uint8Array.of(...bytes, 0), [a.public])).code, "message-invalid");
  }
});

test("what a message may not say is not signed", () => {
  const wrong: [object, RegExp][] = [
    [{ do: "add-key", key: new Uint8Array(31), seq: 1 }, /key: 32 bytes/],
    [{ do: "add-key", key: b.public.bytes, seq: -1 }, /seq/],
    [{ do: "add-key", key: b.public.bytes }, /seq/],
    [{ do: "add-key", key: b.public.bytes, seq: 1, device: new Uint8Array(0) }, /device: 1 to 64 bytes/],
    [{ do: "session", challenge: new Uint8Array(16) }, /device/],
    [{ do: "session", device, challenge: new Uint8Array(15) }, /challenge: 16 bytes/],
    [{ do: "format" }, /do/],
    [{ do: "session", device, challenge: new Uint8Array(16), seq: 1 }, /[Uu]nrecognized key/],
  ];
  for (const [message, expected] of wrong) {
    const { code, message: text } = refusalOf(() => signMessage(message as TrustMessage, a));
    assert.is(code, "message-invalid");
    assert.match(text, expected);
  }
});

test.run();
